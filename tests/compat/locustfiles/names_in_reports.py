"""Names with commas, quotes, line breaks and other letters; one name under two methods; an empty one."""

from _fixed import finish
from locust import User, events, task

NAMES = (
    'comma, "quote"',
    "größe ✓ 尺寸",
    "a\nb",
    " spaces ",
    "",
    "/a",
    "/a",
    "Aggregated",
    "x" * 200,
    "<b>&amp;",
    "'=1+1",
)


class Names(User):
    @task
    def fire(self):
        for number, name in enumerate(NAMES):
            for method in ("GET", "own kind, odd"):
                error = ValueError(f"bad {name}") if number % 3 == 0 else None
                events.request.fire(
                    request_type=method, name=name, response_time=number, response_length=number, exception=error
                )
        entries = self.environment.stats.entries
        print(len(entries), sorted((name, method) for name, method in entries if len(name) < 9))
        print(self.environment.stats.total.num_requests, self.environment.stats.total.num_failures)
        finish(self)
