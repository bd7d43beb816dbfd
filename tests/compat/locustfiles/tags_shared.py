"""@tag on a set marks its members, also for who else uses them; tags without a name are refused."""

from _fixed import end_soon
from locust import HttpUser, TaskSet, events, tag, task
from locust.user.task import filter_tasks_by_tags


def shared(self):
    pass


@tag("set")
class Tagged(TaskSet):
    tasks = [shared]

    @tag("member", "extra")
    @task
    def member(self):
        pass

    @task
    @tag("set")
    def twice(self):
        pass


class Untagged(TaskSet):
    tasks = [shared]

    @task
    class Inner(TaskSet):
        @tag("deep")
        @task
        def deep(self):
            pass

        @task
        def plain(self):
            pass


class Holds(HttpUser):
    tasks = [Tagged, Untagged]

    def on_start(self):
        self.wait = None


def names(holder):
    return [(member.__name__, sorted(getattr(member, "locust_tag_set", ()))) for member in holder.tasks]


print(names(Tagged), names(Untagged), sorted(getattr(Tagged, "locust_tag_set", ())))
for wrong in ((), (len,)):
    try:
        print(tag(*wrong))
    except ValueError as error:
        print(error)


class Copy(TaskSet):
    tasks = [Untagged.Inner, Tagged]


filter_tasks_by_tags(Copy, tags={"deep", "extra"}, exclude_tags={"set"})
print(names(Copy), names(Untagged.Inner), names(Tagged))


@events.init.add_listener
def end(environment, **kwargs):
    Holds.tasks = [shared]
    end_soon(environment)
