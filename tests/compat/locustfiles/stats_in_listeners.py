"""environment.stats read from listeners, during the run and after it."""

from _fixed import finish
from locust import HttpUser, events, task


class Reads(HttpUser):
    @task
    def reads(self):
        for number in range(10):
            self.client.get("/ok/read")
            if number % 5 == 4:
                self.client.get("/status/404", name="missing")
            total = self.environment.stats.total
            print(number, total.num_requests, total.num_failures, round(total.fail_ratio, 3))
        finish(self)


@events.test_stop.add_listener
def show(environment, **kwargs):
    stats = environment.runner.stats
    print(stats is environment.stats, stats.num_requests, stats.num_failures, stats.num_none_requests)
    print(sorted(stats.entries))
    entry = stats.get("/ok/read", "GET")
    print(entry.name, entry.method, entry.num_requests, entry.num_failures, entry.avg_content_length, entry.fail_ratio)
    print(entry.avg_response_time > 0, entry.min_response_time <= entry.median_response_time <= entry.max_response_time)
    print(entry.get_response_time_percentile(0.95) > 0, entry.total_rps > 0, entry.start_time > 0)
    print(sum(entry.response_times.values()), sum(entry.num_reqs_per_sec.values()), entry.last_request_timestamp > 0)
    print(stats.total.name, repr(stats.total.method), stats.get("never seen", "GET").num_requests, len(stats.entries))
    for error in stats.errors.values():
        print(error.method, error.name, error.occurrences, error.to_name(), error.error)
    print(sorted(entry.to_dict())[:5], len(stats.serialize_errors()))


@events.quitting.add_listener
def gate(environment, **kwargs):
    if environment.stats.total.fail_ratio > 0.1:
        environment.process_exit_code = 1
    elif environment.stats.total.get_response_time_percentile(0.95) > 10_000:
        environment.process_exit_code = 2
    else:
        environment.process_exit_code = 0
