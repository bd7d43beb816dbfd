"""min_wait and max_wait, in milliseconds, where wait_time is switched off; and no wait time at all."""

from _fixed import finish
from locust import TaskSet, User, task
from locust.exception import MissingWaitTimeError


class OfTheUser(TaskSet):
    pass


class OfTheSet(TaskSet):
    min_wait = 20
    max_wait = 20


class Half(TaskSet):
    max_wait = None


class Waits(User):
    wait_time = None
    min_wait = 30
    max_wait = 30

    @task
    def visit(self):
        print(self.min_wait, self.max_wait, self.wait_function)
        for one in (OfTheUser, OfTheSet, Half):
            made = one(self)
            try:
                print(one.__name__, made.min_wait, made.max_wait, made.wait_time())
            except MissingWaitTimeError as error:
                print(one.__name__, error)
        finish(self)
