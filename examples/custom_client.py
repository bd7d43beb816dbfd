"""Testing something that is not plain HTTP: the sample shop's warehouse, which speaks XML-RPC.

    katydid demo-server --port 8080
    katydid -f examples/custom_client.py --headless --users 10 --spawn-rate 10 --run-time 10s

Any Python library that gevent can make cooperative will do. What makes its calls show up in the results is
one thing: firing `events.request` with a name, a time, and the exception if there was one.
"""

import random
import time
from xmlrpc.client import Error, ServerProxy

from locust import User, between, task


class WarehouseClient:
    """Calls the warehouse and reports each call."""

    def __init__(self, url, environment):
        self.warehouse = ServerProxy(url)
        self.environment = environment

    def call(self, method, *arguments):
        result, exception = None, None
        start_time = time.time()
        start = time.perf_counter()
        try:
            result = getattr(self.warehouse, method)(*arguments)
        except (Error, OSError) as error:
            exception = error
        self.environment.events.request.fire(
            request_type="XML-RPC",
            name=method,
            start_time=start_time,
            response_time=(time.perf_counter() - start) * 1000,
            response_length=0,
            response=result,
            exception=exception,
            context={},
        )
        return result


class Storekeeper(User):
    host = "http://127.0.0.1:8080"
    wait_time = between(0.1, 0.5)

    def __init__(self, environment):
        super().__init__(environment)
        self.client = WarehouseClient(f"{self.host}/rpc", environment)

    @task(3)
    def count(self):
        self.client.call("stock.level", self.any_sku())

    @task(1)
    def appraise(self):
        self.client.call("stock.price", self.any_sku())

    def any_sku(self):
        return f"SKU-{random.randint(1001, 2000)}"
