"""The shop mix: a login, GETs, JSON POSTs, answers read as JSON. No wait."""

import random

import _numbers  # noqa: F401  (its listeners)
from locust import HttpUser, task


class Shopper(HttpUser):
    def on_start(self):
        self.log_in()

    def log_in(self):
        response = self.client.post("/login", json={"email": "ann@example.com", "password": "secret"})
        self.client.headers.update({"Authorization": f"Bearer {response.json()['token']}"})

    @task(1)
    def again(self):
        self.log_in()

    @task(5)
    def browse(self):
        items = self.client.get("/products", params={"page": 1, "limit": 20}, name="/products").json()["items"]
        self.product_id = items[0]["id"]

    @task(3)
    def look(self):
        self.client.get(f"/products/{random.randint(1, 1000)}", name="/products/[id]").json()

    @task(2)
    def add(self):
        self.client.post("/cart", json={"product_id": 7, "quantity": 1}).json()

    @task(1)
    def order(self):
        with self.client.post("/orders", json={"payment_method": "card"}, catch_response=True) as response:
            if response.status_code == 201:
                response.success()
            else:
                response.failure(f"unexpected: {response.status_code}")
