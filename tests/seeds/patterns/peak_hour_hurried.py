"""PeakHourShape's 24 minutes in seconds, with the users of the same article.

The shape's own file stays as published. Here its clock runs faster, and with it everything that is "per
second": the shape's stages and its spawn rates. The number of users stays what it is.
"""

import os

# The module and not the class: a locustfile may hold one shape only.
import peak_hour_shape
from checkout_flow import EcommerceUser  # noqa: F401

HURRY = float(os.environ.get("PEAK_HOUR_HURRY", "240"))


class HurriedPeakHour(peak_hour_shape.PeakHourShape):
    def get_run_time(self):
        return super().get_run_time() * HURRY

    def tick(self):
        planned = super().tick()
        if planned is None:
            return None
        users, spawn_rate = planned
        return users, spawn_rate * HURRY
