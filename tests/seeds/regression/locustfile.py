# tests/performance/locustfile.py
# HARDENED: E-commerce load test scenarios
from locust import HttpUser, task, between, tag


class ShopperUser(HttpUser):
    wait_time = between(1, 3)
    host = "http://localhost:8080"

    def on_start(self):
        # Login once per user
        response = self.client.post(
            "/api/auth/login", json={"email": "[email protected]", "password": "loadtest-password"}
        )
        self.token = response.json().get("token", "")
        self.client.headers.update({"Authorization": f"Bearer {self.token}"})

    @tag("browse")
    @task(5)
    def browse_catalog(self):
        self.client.get("/api/catalog/products?page=1&limit=20")

    @tag("browse")
    @task(3)
    def view_product(self):
        self.client.get("/api/catalog/products/SKU-1234")

    @tag("cart")
    @task(2)
    def add_to_cart(self):
        self.client.post("/api/cart/items", json={"sku": "SKU-1234", "quantity": 1})

    @tag("checkout")
    @task(1)
    def checkout(self):
        self.client.post(
            "/api/checkout",
            json={
                "paymentMethod": "card",
                "shippingAddress": {"line1": "123 Test St", "city": "Testville", "zip": "12345"},
            },
        )
