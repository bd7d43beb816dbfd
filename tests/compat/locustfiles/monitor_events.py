"""usage_monitor and cpu_warning, with the module constants that scripts set."""

import time

import locust.runners
from _fixed import finish
from locust import User, events, task

locust.runners.CPU_MONITOR_INTERVAL = 0.3
locust.runners.CPU_WARNING_THRESHOLD = -1
seen = []


@events.usage_monitor.add_listener
def usage(environment, cpu_usage, memory_usage, **kwargs):
    seen.append("usage_monitor")
    if len(seen) < 3:
        print("usage", cpu_usage >= 0, memory_usage > 1_000_000, sorted(kwargs))


@events.cpu_warning.add_listener
def warning(environment, cpu_usage, **kwargs):
    print("cpu_warning", cpu_usage >= 0, environment.runner.cpu_warning_emitted, sorted(kwargs))


class Idle(User):
    @task
    def idle(self):
        time.sleep(1)
        finish(self)
