"""The helpers that plugins import."""

import os
import tempfile

from locust import HttpUser, TaskSet, User, task
from locust.shape import LoadTestShape
from locust.user.inspectuser import get_ratio, print_task_ratio, print_task_ratio_json
from locust.util.cache import memoize
from locust.util.date import format_duration, format_safe_timestamp, format_utc_timestamp
from locust.util.directory import get_abspaths_in
from locust.util.exception_handler import retry
from locust.util.load_locustfile import is_shape_class, is_user_class
from locust.util.rounding import proper_round
from locust.util.timespan import parse_timespan
from locust.util.url import is_url

print([parse_timespan(text) for text in ("1", "20s", "3m", "2h", "1h20m", "3h30m10s")])
for wrong in ("", "soon", "1w", "-3"):
    try:
        print(parse_timespan(wrong))
    except ValueError:
        print("ValueError")
print(
    format_utc_timestamp(0), format_safe_timestamp(0)[4:5], [format_duration(0, end) for end in (0, 1, 59, 3661, 90061)]
)
print([proper_round(number) for number in (0.5, 1.5, 2.5, 2.4)], proper_round(1.25, 1))
print([is_url(text) for text in ("http://a", "https://a/b", "a.py", "ftp://a", "")])
with tempfile.TemporaryDirectory() as folder:
    for name in ("a.py", "b.txt", "_c.py", "deep/d.py"):
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        open(os.path.join(folder, name), "w").close()
    print(sorted(os.path.relpath(path, folder) for path in get_abspaths_in(folder, ".py")))

calls = []


@memoize(timeout=30)
def remembered():
    calls.append(1)
    return len(calls)


print(remembered(), remembered(), remembered.clear_cache(), remembered())


@retry(delays=(0, 0), exception=KeyError)
def stubborn():
    calls.append(1)
    if len(calls) < 4:
        raise KeyError
    return "done"


print(stubborn())


class Parent(User):
    @task(3)
    def often(self):
        pass

    @task
    class Sub(TaskSet):
        @task
        def inner(self):
            pass


class Second(Parent):
    weight = 3


print_task_ratio([Parent, Second], 4, True)
print_task_ratio([Parent, Second], 4, False)
print_task_ratio_json([Parent, Second], 4)
print(get_ratio([Parent, Second], {"Parent": 1, "Second": 3}, True))


class Shape(LoadTestShape):
    def tick(self):
        return None


print(is_user_class(Parent), is_user_class(User), is_user_class(HttpUser), is_user_class(3))
print(is_shape_class(Shape), is_shape_class(LoadTestShape), round(Shape().get_run_time()))
