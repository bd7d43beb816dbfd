"""The same shoppers with short waits, so that a run of seconds sees the whole flow several times."""

import checkout_flow
from locust import between


class HurriedEcommerceUser(checkout_flow.EcommerceUser):
    wait_time = between(0.05, 0.2)
