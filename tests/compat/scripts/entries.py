"""Entries of statistics by themselves: logged to, merged, told and read again."""

from locust.stats import RequestStats, StatsEntry

stats = RequestStats()


def show(title, entry):
    times = entry.min_response_time, entry.max_response_time, entry.total_response_time
    print(
        title,
        (entry.name, entry.method, entry.num_requests, entry.num_none_requests, entry.num_failures),
        [None if time is None else round(time) for time in times],
        (entry.total_content_length, round(entry.fail_ratio, 3), round(entry.avg_response_time, 3)),
        [int(entry.get_response_time_percentile(part)) // 10 for part in (0.1, 0.5, 0.95)],
        entry.last_request_timestamp is not None,
    )


one = StatsEntry(stats, "one", "GET")
show("new", one)
for number in range(100):
    one.log(number, 10)
one.log(None, 0)
one.log_error("bad")
show("logged", one)
print(stats.num_requests, stats.num_failures, len(stats.entries), len(stats.errors))

two = StatsEntry(stats, "two", "POST", use_response_times_cache=True)
two.log(500, 5)
two.extend(one)
show("extended", two)
print(sum(two.num_reqs_per_sec.values()), sum(two.num_fail_per_sec.values()), two.start_time <= one.start_time)

report = two.serialize()
print(list(report), report["num_requests"], sum(report["response_times"].values()))
show("told", StatsEntry.unserialize(report, stats))
stripped = one.get_stripped_report()
print(stripped["num_requests"], sorted(stripped) == sorted(report))
show("stripped", one)

kept = stats.get("kept", "GET")
kept.log(5, 1)
kept.log_error(ValueError("x"))
show("kept", kept)
print(stats.num_requests, stats.num_failures, stats.get("kept", "GET").num_requests)
kept.extend(StatsEntry.unserialize(stripped, stats))
show("kept", kept)
stats.total.extend(two)
show("total", stats.total)
kept.reset()
show("reset", kept)
stats.total.reset()
print(stats.num_requests, stats.total.min_response_time, stats.get("kept", "GET").num_failures)
for wrong in ({"name": "a"}, {}):
    try:
        StatsEntry.unserialize(wrong, stats)
    except KeyError:
        print("KeyError")
