"""A working day of the sample shop in one minute: quiet morning, noon peak, long afternoon, night.

    katydid demo-server --port 8080
    katydid -f examples/peak_hour.py --headless

The shape says how many users there are at every moment and when the run is over, so there is no --users,
--spawn-rate or --run-time. A day of five minutes: DAY_SECONDS=300 katydid -f examples/peak_hour.py --headless
"""

import os

from locust import LoadTestShape
from shop import Shopper, WindowShopper  # noqa: F401  (the users whose number the shape decides)

DAY_SECONDS = float(os.environ.get("DAY_SECONDS", "60"))


class WorkingDay(LoadTestShape):
    # Until which share of the day, how many users, how many of them started or stopped per second.
    stages = [
        (0.15, 10, 5),
        (0.35, 40, 10),
        (0.50, 100, 30),
        (0.85, 40, 20),
        (1.00, 5, 20),
    ]

    def tick(self):
        share_of_day = self.get_run_time() / DAY_SECONDS
        for until, users, spawn_rate in self.stages:
            if share_of_day < until:
                return users, spawn_rate
        return None
