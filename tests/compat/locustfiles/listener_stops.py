"""Listeners that end users: StopUser from a request listener, RescheduleTask, and who still counts."""

from _fixed import end_soon
from locust import HttpUser, events, task
from locust.exception import StopUser


@events.request.add_listener
def judge(name, **kwargs):
    if name == "stop here":
        print("listener ends the user")
        raise StopUser()


@events.init.add_listener
def later(environment, **kwargs):
    @environment.events.request.add_listener
    def after_the_recorder(name, **kwargs):
        print("after", name)


class Listened(HttpUser):
    @task
    def work(self):
        self.client.get("/ok", name="counted")
        end_soon(self.environment)
        self.client.get("/ok", name="stop here")
        print("not reached")

    def on_stop(self):
        print("on_stop")
