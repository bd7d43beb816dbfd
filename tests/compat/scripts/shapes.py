"""A load shape that a script starts, reads and waits for."""

import gevent
from locust import LoadTestShape, User, constant, task
from locust.env import Environment


class Rests(User):
    wait_time = constant(30)

    @task
    def rest(self):
        pass


class Steps(LoadTestShape):
    ticks = 0

    def tick(self):
        self.ticks += 1
        return {1: (2, 100), 2: (4, 100, [Rests]), 3: (1, 100)}.get(self.ticks)


print(LoadTestShape.abstract, Steps.abstract, Steps.use_common_options, Steps.runner)
try:
    LoadTestShape()
except TypeError:
    print("TypeError")
shape = Steps()
environment = Environment(user_classes=[Rests], shape_class=shape)
runner = environment.create_local_runner()
print(shape.runner is runner, runner.shape_greenlet, runner.shape_last_tick, shape.get_current_user_count())
seen = []
for name in ("test_start", "spawning_complete", "test_stop"):
    getattr(environment.events, name).add_listener(
        lambda name=name, **kwargs: seen.append((name, kwargs.get("user_count")))
    )
runner.start_shape()
shape_greenlet = runner.shape_greenlet
runner.start_shape()
print(runner.shape_greenlet is shape_greenlet, shape.get_run_time() < 0.5)
shape_greenlet.join()
while runner.state != "stopped":
    gevent.sleep(0.01)
print(shape.ticks, seen, runner.state, runner.user_count, runner.shape_greenlet, runner.shape_last_tick)
for wrong in (Steps, object()):
    try:
        Environment(user_classes=[Rests], shape_class=wrong)
    except ValueError:
        print("ValueError")
