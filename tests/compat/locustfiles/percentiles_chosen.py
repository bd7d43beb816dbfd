"""Percentiles that the locustfile chooses are the columns of the files and of the tables."""

import locust.stats
from _fixed import finish
from locust import User, events, task

locust.stats.PERCENTILES_TO_REPORT = [0.5, 0.57, 0.9, 0.995, 1.0]
locust.stats.PERCENTILES_TO_STATISTICS = [0.6, 0.95]
locust.stats.PERCENTILES_TO_CHART = [0.3]


class Fires(User):
    @task
    def fire(self):
        for time in range(1, 101):
            events.request.fire(request_type="T", name="n", response_time=time, response_length=0)
        entry = self.environment.stats.get("n", "T")
        print([round(entry.get_response_time_percentile(part)) for part in locust.stats.PERCENTILES_TO_REPORT])
        print(locust.stats.get_readable_percentiles(locust.stats.PERCENTILES_TO_REPORT))
        print([key for key in entry.to_dict() if "percentile" in key])
        finish(self)
