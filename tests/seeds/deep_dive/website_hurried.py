"""The same visitors with short waits, so that a run of seconds sees every task."""

import website_user
from event_hooks import on_request, on_test_start, on_test_stop  # noqa: F401
from locust import between


class HurriedWebsiteUser(website_user.WebsiteUser):
    wait_time = between(0.05, 0.2)
