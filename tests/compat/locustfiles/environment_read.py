"""What a locustfile reads from the environment and its options."""

import os

from _fixed import end_soon
from locust import HttpUser, TaskSet, constant, events, tag, task

NAMES = (
    "tags",
    "exclude_tags",
    "reset_stats",
    "stop_timeout",
    "catch_exceptions",
    "process_exit_code",
    "profile",
    "web_ui",
    "worker_logs",
    "shape_class",
    "available_shape_classes",
)
OPTIONS = (
    "headless num_users spawn_rate run_time csv_prefix only_summary loglevel stop_timeout expect_workers "
    "exit_code_on_error web_port web_host master worker processes autostart tags exclude_tags profile "
    "user_classes list_commands"
)


class Reads(HttpUser):
    wait_time = constant(30)

    @tag("read")
    @task
    def read(self):
        self.client.get("/ok")

    @task
    class Inner(TaskSet):
        @tag("other")
        @task
        def other(self):
            pass


@events.init.add_listener
def tell(environment, runner, web_ui, **kwargs):
    print({name: getattr(environment, name) for name in NAMES})
    print(environment.host == os.environ["TARGET"], os.path.basename(environment.locustfile), environment.user_classes)
    print({name: getattr(environment.parsed_options, name) for name in OPTIONS.split()})
    print(
        environment.user_classes_by_name, sorted(environment.available_user_classes), environment.available_user_tasks
    )
    print(environment.runner is runner, web_ui, runner.environment is environment, runner.state, kwargs)
    print(environment.events is events, environment.stats is runner.stats)


@events.test_start.add_listener
def started(environment, **kwargs):
    print([member.__name__ for member in Reads.tasks], environment.runner.state)
    end_soon(environment)
