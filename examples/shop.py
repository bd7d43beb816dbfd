"""Customers of the sample shop: they log in, look around, fill a cart and buy.

Start the shop in one terminal and the customers in another:

    katydid demo-server --port 8080
    katydid -f examples/shop.py --headless --users 50 --spawn-rate 10 --run-time 30s

Only the reading part:  katydid -f examples/shop.py --tags browse ...
With a file of results: katydid -f examples/shop.py --csv results/shop --html results/shop.html ...
"""

import logging
import random

from locust import HttpUser, between, events, tag, task

SLOW_MS = 500
PRODUCTS = 1000
SHOPPERS = 100  # shopper1@example.com to shopper100@example.com, all with the same password


class Shopper(HttpUser):
    """Has an account and buys something now and then."""

    host = "http://127.0.0.1:8080"
    wait_time = between(0.5, 2)
    weight = 3

    def on_start(self):
        email = f"shopper{random.randint(1, SHOPPERS)}@example.com"
        answer = self.client.post("/api/auth/login", json={"email": email, "password": "katydid"})
        self.client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        self.items_in_cart = 0

    @tag("browse")
    @task(5)
    def browse(self):
        page = random.randint(1, 10)
        # Pages differ in the URL only: a common name makes them one row of the results.
        self.client.get(f"/api/products?page={page}&limit=20", name="/api/products?page=[n]")

    @tag("browse")
    @task(8)
    def view_product(self):
        product = random.randint(1, PRODUCTS)
        with self.client.get(f"/api/products/{product}", name="/api/products/[id]", catch_response=True) as answer:
            # An answer may have status 200 and still be wrong. Here, we look inside.
            if answer.status_code == 200 and answer.json()["id"] != product:
                answer.failure(f"asked for product {product}, got {answer.json()['id']}")

    @tag("buy")
    @task(3)
    def add_to_cart(self):
        product = random.randint(1, PRODUCTS)
        self.client.post("/api/cart/items", json={"product_id": product, "quantity": 1})
        self.items_in_cart += 1

    @tag("buy")
    @task(1)
    def order(self):
        with self.client.post("/api/orders", json={"payment_method": "card"}, catch_response=True) as answer:
            # The shop refuses to sell nothing. That is as it should be, so it counts as a success.
            if answer.status_code == 409 and self.items_in_cart == 0:
                answer.success()
        self.items_in_cart = 0


class WindowShopper(HttpUser):
    """Has no account, and only looks."""

    host = "http://127.0.0.1:8080"
    wait_time = between(1, 3)
    weight = 1

    @tag("browse")
    @task(3)
    def look(self):
        self.client.get("/")
        self.client.get("/static/shop.css")

    @tag("browse")
    @task
    def read(self):
        self.client.get("/static/page-10k.html")


@events.request.add_listener
def tell_slow_requests(request_type, name, response_time, **kwargs):
    if response_time > SLOW_MS:
        logging.info("slow: %s %s took %.0f ms", request_type, name, response_time)
