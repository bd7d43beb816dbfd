"""runner.start during the run: up, down and up again, by class counts and events."""

import gevent
from _fixed import LAST_SECOND
from locust import User, constant, events, task


class Steady(User):
    fixed_count = 2
    wait_time = constant(30)

    @task
    def rest(self):
        pass


class Light(User):
    weight = 1
    wait_time = constant(30)

    @task
    def rest(self):
        pass


class Heavy(User):
    weight = 3
    wait_time = constant(30)

    @task
    def rest(self):
        pass


changing = []


def change(runner):
    for count in (3, 11, 1, 6, 0, 4):
        runner.start(count, spawn_rate=100)
        runner.spawning_greenlet.join()
        gevent.sleep(0.2)
        print(count, runner.state, runner.user_count, sorted(runner.user_classes_count.items()))
        print("  wanted", runner.target_user_count, sorted(runner.target_user_classes_count.items()))
    runner.stop()
    print(runner.state, sorted(runner.final_user_classes_count.items()))
    runner.start(2, spawn_rate=100, user_classes=[Heavy])
    runner.spawning_greenlet.join()
    gevent.sleep(0.2)
    print(runner.state, sorted(runner.user_classes_count.items()))
    gevent.sleep(LAST_SECOND)
    runner.quit()


@events.init.add_listener
def initialised(environment, runner, **kwargs):
    @events.spawning_complete.add_listener
    def complete(user_count, **kwargs):
        print("spawning_complete", user_count)
        if not changing:
            changing.append(gevent.spawn(change, runner))


@events.test_start.add_listener
def started(environment, **kwargs):
    print("test_start")


@events.test_stop.add_listener
def stopped(environment, **kwargs):
    print("test_stop")
