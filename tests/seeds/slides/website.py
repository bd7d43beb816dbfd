from locust import HttpLocust, TaskSet, task


class WebsiteTasks(TaskSet):
    def on_start(self):
        self.client.post("/login", {"username": "kubilay", "password": "******"})

    @task(4)
    def home(self):
        self.client.get("/home")

    @task(2)
    def profile(self):
        self.client.get("/profile")


class WebsiteUser(HttpLocust):
    task_set = WebsiteTasks
    min_wait = 5000
    max_wait = 15000
