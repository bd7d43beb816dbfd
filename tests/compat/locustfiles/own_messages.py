"""Messages of one's own reach the listeners of a local run."""

from _fixed import finish
from locust import HttpUser, events, task


@events.init.add_listener
def register(environment, runner, **kwargs):
    def heard(environment, msg, **kwargs):
        print("heard", msg.type, msg.data, msg.node_id, sorted(kwargs))
        environment.runner.send_message("acknowledge", f"thanks for {msg.data}")

    def acknowledged(environment, msg, **kwargs):
        print("acknowledged", msg.data)

    runner.register_message("work", heard)
    runner.register_message("acknowledge", acknowledged)
    try:
        runner.register_message("work", heard)
    except Exception as error:
        print(error)


class Sends(HttpUser):
    @task
    def send(self):
        runner = self.environment.runner
        runner.send_message("work", {"numbers": [1, 2]})
        runner.send_message("work", "text", client_id="anybody")
        runner.send_message("unheard-of", 1)
        print(type(runner).__name__, runner.worker_index, runner.worker_count, "_" in runner.client_id)
        finish(self)
