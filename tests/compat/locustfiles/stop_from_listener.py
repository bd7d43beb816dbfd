"""A listener that stops the run when too much fails: the pattern of the error-rate gate."""

import gevent
from _fixed import LAST_SECOND
from locust import HttpUser, constant, events, task
from locust.runners import STATE_CLEANUP, STATE_STOPPED, STATE_STOPPING


def check_fail_ratio(environment):
    while environment.runner.state not in (STATE_STOPPING, STATE_STOPPED, STATE_CLEANUP):
        gevent.sleep(0.2)
        if environment.stats.total.num_requests >= 20 and environment.stats.total.fail_ratio > 0.2:
            print("too many failures", environment.stats.total.num_requests)
            gevent.sleep(LAST_SECOND)
            environment.runner.quit()
            return


@events.init.add_listener
def on_init(environment, **kwargs):
    gevent.spawn(check_fail_ratio, environment)


class Failing(HttpUser):
    wait_time = constant(0)
    turns = 0

    @task
    def turn(self):
        self.turns += 1
        if self.turns > 20:
            gevent.sleep(60)
        self.client.get("/every/2/500/ratio", name="every second")
