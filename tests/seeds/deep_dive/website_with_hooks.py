"""The website user together with the event hooks, as a team would put the article's two listings to use."""

from event_hooks import on_request, on_test_start, on_test_stop  # noqa: F401
from website_user import WebsiteUser  # noqa: F401
