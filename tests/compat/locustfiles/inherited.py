"""Tasks come down from base classes, with their weights; a subclass of a decorated set is a task as well."""

from _fixed import finish
from locust import HttpUser, TaskSet, task


@task(2)
class Basic(TaskSet):
    @task
    def basic(self):
        self.interrupt()


class Mixed:
    @task
    def from_mixin(self):
        pass


class Parent(HttpUser):
    abstract = True
    tasks = [Basic]

    @task(3)
    def parent(self):
        pass


class Other(HttpUser):
    abstract = True

    @task
    def other(self):
        pass


class Child(Parent, Other):
    tasks = {Basic: 1}

    class Again(Basic):
        @task
        def again(self):
            self.interrupt()

    class Undecorated(TaskSet):
        @task
        def hidden(self):
            self.interrupt()

    @task
    def parent(self):
        print([member.__name__ for member in self.tasks])
        print([member.__name__ for member in type(self).Again.tasks], type(self).Again.locust_task_weight)
        print([member.__name__ for member in Parent.tasks], [member.__name__ for member in Other.tasks])
        print(Child.abstract, Parent.abstract, Child.json(), Child.fullname())
        finish(self)

    def on_start(self):
        self.parent()


class WithMixin(Mixed, HttpUser):
    weight = 0

    def on_start(self):
        print([member.__name__ for member in self.tasks])
        finish(self)
