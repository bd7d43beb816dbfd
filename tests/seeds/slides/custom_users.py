"""Users for the slides' custom client, which the slides leave to the audience."""

import custom_client
from locust import TaskSet, task


class ProtocolTasks(TaskSet):
    @task(3)
    def product(self):
        self.client.sendRequest({"type": "line", "name": "product", "path": "/api/products/7"})

    @task(1)
    def missing(self):
        self.client.sendRequest({"type": "line", "name": "missing", "path": "/api/products/7000"})


class ProtocolUser(custom_client.CustomLocust):
    task_set = ProtocolTasks
    min_wait = 50
    max_wait = 150
