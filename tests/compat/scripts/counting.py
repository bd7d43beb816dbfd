"""Statistics counted by hand. Times below 100 ms, which Locust does not round."""

from locust.exception import CatchResponseError
from locust.stats import (
    RequestStats,
    StatsError,
    avg,
    bucket_response_time,
    calculate_response_time_percentile,
    diff_response_time_dicts,
    get_readable_percentiles,
    sort_stats,
)

stats = RequestStats()
for number in range(100):
    stats.log_request("GET", "/a", number, 10)
for number in (5, 7, None):
    stats.log_request("POST", "/b", number, 0)
stats.log_error("POST", "/b", "bad")
stats.log_error("POST", "/b", ValueError("worse"))
stats.log_error("POST", "/b", CatchResponseError("caught"))
stats.log_error("POST", "/b", ValueError("worse"))
print(stats.num_requests, stats.num_none_requests, stats.num_failures, len(stats.entries))
for entry in [*sort_stats(stats.entries), stats.total]:
    print(
        (entry.name, entry.method, entry.num_requests, entry.num_none_requests, entry.num_failures),
        # Katydid's are fractions of a millisecond, Locust's what was given.
        (round(entry.min_response_time), round(entry.max_response_time), round(entry.total_response_time)),
        entry.avg_response_time,
        (round(entry.fail_ratio, 6), entry.avg_content_length, entry.total_content_length),
    )
    print(sorted(entry.to_dict()))
    print(sorted(entry.serialize()))
for percent in (0.0, 0.01, 0.25, 0.333, 0.95, 0.999, 1.0):
    print(percent, int(stats.get("/a", "GET").get_response_time_percentile(percent)) // 10)
for error in sort_stats(stats.errors):
    print(error.method, error.name, error.occurrences, StatsError.parse_error(error.error), "|", error.to_name())
print(stats.get("/new", "PUT").num_requests, ("/new", "PUT") in stats.entries)
stats.reset_all()
print(stats.num_requests, stats.total.min_response_time, len(stats.entries), len(stats.errors))
stats.clear_all()
print(stats.num_requests, len(stats.entries))
print(avg([1, 2, 6]), avg([]), get_readable_percentiles([0.5, 0.999, 1.0]))
print([bucket_response_time(time) for time in (0, 1.4, 99, 147, 3432, 58760)])
print(calculate_response_time_percentile({1: 5, 2: 5, 30: 1}, 11, 0.5), diff_response_time_dicts({1: 2, 3: 4}, {1: 1}))
row = StatsError("GET", "/", "text", 3)
print(StatsError.unserialize(row.serialize()).occurrences, StatsError.create_key("GET", "/", "text")[:8])
