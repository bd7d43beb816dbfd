"""--config-users: attributes and tasks of user classes from JSON, before the run and during it."""

from _fixed import iteration
from locust import HttpUser, events, task


class Shopper(HttpUser):
    fixed_count = 1
    basket = 1
    weight = 3

    @task
    def buy(self):
        self.client.get(f"/ok/buy-{self.basket}")
        iteration(self, 3)

    @task
    def look(self):
        self.client.get("/ok/look")
        iteration(self, 3)


class Reader(HttpUser):
    fixed_count = 1

    @task
    def read(self):
        self.client.get("/ok/read")
        iteration(self, 2)

    @task
    def skim(self):
        self.client.get("/ok/skim")
        iteration(self, 2)


def show(environment):
    for user_class in environment.user_classes:
        names = [member.__name__ for member in user_class.tasks]
        print(
            user_class.__name__, user_class.weight, user_class.fixed_count, getattr(user_class, "basket", None), names
        )


@events.init.add_listener
def changed(environment, **kwargs):
    show(environment)
    environment.update_user_class({"user_class_name": "Reader", "tasks": ["skim"], "weight": 5})
    show(environment)
    print(sorted(environment.available_user_tasks), sorted(environment.available_user_classes))
