"""--run-time ends the run, and everything is told in order."""

from locust import HttpUser, constant, events, task


class Paced(HttpUser):
    wait_time = constant(30)

    @task
    def once(self):
        self.client.get("/ok/once")

    def on_stop(self):
        print("on_stop")


for name in ("test_start", "spawning_complete", "test_stopping", "test_stop", "quitting", "quit"):
    getattr(events, name).add_listener(
        lambda name=name, **kwargs: print(name, kwargs.get("user_count", ""), kwargs.get("exit_code", ""))
    )
