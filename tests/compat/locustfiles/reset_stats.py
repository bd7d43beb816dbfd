"""--reset-stats: what was measured before all users were there does not count."""

import gevent.event
from _fixed import finish
from locust import HttpUser, events, task

complete = gevent.event.Event()


@events.spawning_complete.add_listener
def ready(user_count, **kwargs):
    print("spawned", user_count)
    gevent.spawn_later(0.2, complete.set)


class Early(HttpUser):
    @task
    def work(self):
        if not complete.is_set() and self.environment.runner.user_count == 1:
            self.client.get("/ok/early")
        complete.wait()
        self.client.get("/ok/late")
        finish(self)
