"""Every event that fires in a local run, in order, with the names of its arguments."""

from _fixed import finish
from locust import HttpUser, events, task


def listen(name):
    def listener(**arguments):
        print(name, sorted(arguments))

    getattr(events, name).add_listener(listener)


for event in (
    "init_command_line_parser",
    "init",
    "test_start",
    "spawning_complete",
    "request",
    "user_error",
    "test_stopping",
    "test_stop",
    "quitting",
    "quit",
):
    listen(event)


@events.quitting.add_listener
def registered_last(environment, **kwargs):
    print("quitting fires in reverse order", environment.process_exit_code, environment.runner.state)


@events.test_start.add_listener
def second_listener(environment, **kwargs):
    print("test_start again, in order", environment.host is not None, type(environment.runner).__name__)


@events.init.add_listener
def looks_around(environment, runner, web_ui, **kwargs):
    print("init", environment.runner is runner, web_ui, runner.state, environment.events is events)


@events.quit.add_listener
def ends(exit_code, **kwargs):
    print("exit code", exit_code)


class Orderly(HttpUser):
    def on_start(self):
        self.client.get("/ok/start")

    @task
    def work(self):
        self.client.get("/ok/work")
        if self.client.get("/status/500", name="broken"):
            print("a failed response is true")
        if self.environment.runner.errors:
            self.environment.process_exit_code = 7
            finish(self)
