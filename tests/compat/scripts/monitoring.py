"""What a script's own run tells of the processor and the memory, and a shape in a greenlet of the script's."""

import gevent
from locust import LoadTestShape, User, constant, runners, task
from locust.env import Environment

runners.CPU_MONITOR_INTERVAL = 0.1


class Rests(User):
    wait_time = constant(30)

    @task
    def rest(self):
        pass


class Short(LoadTestShape):
    def tick(self):
        return None if self.get_run_time() > 1 else (2, 100)


environment = Environment(user_classes=[Rests], shape_class=Short())
runner = environment.create_local_runner()
readings = []
environment.events.usage_monitor.add_listener(lambda **kwargs: readings.append(kwargs))
worker = gevent.spawn(runner.start_shape)
worker.join()
runner.shape_greenlet.join()
runner.quit()
print(len(readings) > 3, sorted(readings[0]), readings[0]["environment"] is environment)
print(runner.current_cpu_usage >= 0, 10**7 < runner.current_memory_usage < 10**9, runner.cpu_warning_emitted)
print(readings[-1]["memory_usage"] == runner.current_memory_usage)
