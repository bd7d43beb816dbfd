"""Writes what the run measured, unrounded, to the file named by BENCH_NUMBERS."""

import json
import os
import time

from locust import events

times = {}


@events.test_start.add_listener
def started(**kwargs):
    times["test_start"] = time.time()


@events.spawning_complete.add_listener
def spawned(**kwargs):
    times["spawning_complete"] = time.time()


@events.test_stop.add_listener
def write(environment, **kwargs):
    total = environment.stats.total
    entries = environment.stats.entries.values()
    numbers = {
        "requests": total.num_requests,
        "failures": total.num_failures,
        "median_ms": total.median_response_time,
        "p99_ms": total.get_response_time_percentile(0.99),
        "medians_ms": {entry.name: entry.median_response_time for entry in entries},
        **times,
    }
    with open(os.environ["BENCH_NUMBERS"], "w") as file:
        json.dump(numbers, file)
