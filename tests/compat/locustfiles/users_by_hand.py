"""spawn_users and stop_users of the runner, and what users and greenlets show of themselves."""

import gevent
from _fixed import LAST_SECOND
from locust import HttpUser, constant, events, task


class Reader(HttpUser):
    wait_time = constant(30)

    @task
    def read(self):
        self.client.get("/ok/read")

    def on_stop(self):
        print("a reader stops")


class Writer(HttpUser):
    wait_time = constant(30)
    weight = 2

    @task
    def write(self):
        self.client.post("/ok/write")

    def on_stop(self):
        print("a writer stops")


@events.spawning_complete.add_listener
def by_hand(user_count, **kwargs):
    if user_count == 3:
        gevent.spawn(work)


def work():
    runner = environments[0].runner
    gevent.sleep(0.3)
    print(runner.user_count, dict(runner.user_classes_count), len(runner.user_greenlets))
    runner.spawn_users({"Reader": 2, "Writer": 0})
    gevent.sleep(0.3)
    print(runner.user_count, dict(runner.user_classes_count))
    users = [greenlet.args[0] for greenlet in runner.user_greenlets]
    print(sorted(type(user).__name__ for user in users))
    one = next(user for user in users if isinstance(user, Reader))
    print(one._state, one.group is runner.user_greenlets, one.greenlet in runner.user_greenlets, one.greenlet.dead)
    print(one.stop(), one.stop(force=True))
    gevent.sleep(0.3)
    print(runner.user_count, one.greenlet.dead)
    runner.stop_users({"Writer": 2})
    print(runner.user_count, dict(runner.user_classes_count), runner.state)
    gevent.sleep(LAST_SECOND)
    runner.quit()


environments = []


@events.init.add_listener
def keep(environment, **kwargs):
    environments.append(environment)
