from locust import HttpUser, SequentialTaskSet, task, between


class CheckoutFlow(SequentialTaskSet):
    @task
    def login(self):
        self.client.post(
            "/api/auth/login",
            json={
                "email": "loadtest@example.com",
                "password": "testpass123",
            },
        )

    @task
    def browse_products(self):
        response = self.client.get("/api/products?page=1&limit=20")
        products = response.json()["items"]
        if products:
            self.product_id = products[0]["id"]

    @task
    def view_product(self):
        if hasattr(self, "product_id"):
            self.client.get(f"/api/products/{self.product_id}")

    @task
    def add_to_cart(self):
        if hasattr(self, "product_id"):
            self.client.post(
                "/api/cart/items",
                json={
                    "product_id": self.product_id,
                    "quantity": 1,
                },
            )

    @task
    def checkout(self):
        self.client.post(
            "/api/checkout",
            json={
                "payment_token": "tok_test_visa",
            },
        )
        self.interrupt()  # Return to parent, start over


class EcommerceUser(HttpUser):
    wait_time = between(2, 5)
    tasks = [CheckoutFlow]
