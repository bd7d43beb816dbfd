"""A locustfile as one wrote it for Locust 1.2, in 2020."""

import gevent
from locust import HttpUser, LoadTestShape, SequentialTaskSet, TaskSet, User, between, events, tag, task
from locust.contrib.fasthttp import FastHttpUser
from locust.exception import InterruptTaskSet
from locust.runners import STATE_CLEANUP, STATE_HATCHING, STATE_STOPPED, MasterRunner
from locust.wait_time import constant


@events.init.add_listener
def on_locust_init(environment, **kwargs):
    print("master" if isinstance(environment.runner, MasterRunner) else "local", STATE_HATCHING)

    def checker():
        while environment.runner.state not in (STATE_STOPPED, STATE_CLEANUP):
            gevent.sleep(0.1)
            if environment.runner.stats.total.fail_ratio > 0.9:
                environment.runner.quit()

    gevent.spawn(checker)


@events.test_start.add_listener
def on_test_start(**kw):
    print("test is starting")


@events.hatch_complete.add_listener
def on_hatch_complete(user_count, **kw):
    print("hatched", user_count)


@events.request_success.add_listener
def on_success(request_type, name, response_time, response_length, **kw):
    successes.append(name)


@events.request_failure.add_listener
def on_failure(request_type, name, response_time, exception, **kw):
    failures.append((name, str(exception)))


successes, failures = [], []


class Flow(SequentialTaskSet):
    def on_start(self):
        self.user.round = getattr(self.user, "round", 0) + 1

    @task
    def first(self):
        self.client.get("/ok/first")

    @tag("slow")
    @task
    def second(self):
        self.client.get("/status/503", name="second")

    @task
    def done(self):
        if self.user.round == 2:
            raise InterruptTaskSet(reschedule=False)
        self.interrupt()


class Shopper(HttpUser):
    tasks = [Flow]
    wait_time = between(0.01, 0.02)


class Fast(FastHttpUser):
    wait_time = constant(0.02)

    @task
    def read(self):
        with self.client.get("/ok/fast", catch_response=True) as response:
            if response.text != "ok":
                response.failure("not ok")


class Own(User):
    wait_time = constant(0.02)

    @task
    class Calls(TaskSet):
        @task
        def call(self):
            self.user.environment.events.request_success.fire(
                request_type="own", name="call", response_time=3, response_length=5
            )
            self.interrupt(reschedule=False)


class Shape(LoadTestShape):
    def tick(self):
        if self.get_run_time() < 3:
            return (3, 10)
        return None


@events.test_stop.add_listener
def on_test_stop(environment, **kw):
    print("hatch rate", environment.runner.hatch_rate, environment.runner.hatching_greenlet is not None)
    print(sorted(set(successes)), sorted(set(failures)))


@events.quitting.add_listener
def _(environment, **kw):
    if environment.stats.total.fail_ratio > 0.01:
        environment.process_exit_code = 4
