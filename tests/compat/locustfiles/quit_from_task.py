"""A task that ends the whole run by itself, as many scripts do."""

import gevent
from _fixed import LAST_SECOND
from locust import HttpUser, constant, events, task


class Ends(HttpUser):
    wait_time = constant(0)
    turns = 0

    @task
    def turn(self):
        self.client.get("/ok/turn")
        self.turns += 1
        if self.turns == 20:
            self.environment.runner.quit()
            print("not reached: quit ends this very user")

    def on_stop(self):
        print("on_stop after", self.turns)


@events.quitting.add_listener
def ends(environment, **kwargs):
    print(environment.stats.total.num_requests, environment.runner.state, environment.runner.user_count)
    gevent.sleep(LAST_SECOND)
