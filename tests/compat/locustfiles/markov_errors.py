"""Markov chains that are none: what is raised when such a class is made."""

from _fixed import end_soon
from locust import MarkovTaskSet, User, events, tag, task, transition, transitions


def nothing(self):
    pass


def attempt(title, **members):
    for name, member in members.items():
        if callable(member):
            member.__name__ = name
    try:
        made = type(MarkovTaskSet)(title, (MarkovTaskSet,), members)
        print(title, "made", made.current.__name__, made.abstract)
    except Exception as error:
        print(title, type(error).__name__, [base.__name__ for base in type(error).__mro__[1:3]])


def marked(decorator):
    def copy(self):
        pass

    return decorator(copy)


attempt("Empty")
attempt("Plain", one=nothing)
attempt("UnknownTarget", one=marked(transition("two")))
attempt("TargetWithoutTransitions", one=marked(transition("two")), two=lambda self: None)
attempt("Tagged", one=marked(lambda function: tag("a")(transition("one")(function))))
attempt("Run", run=marked(transition("run")))
attempt("Itself", one=marked(transition("one")))
attempt("Unreachable", one=marked(transition("one")), two=marked(transition("one", weight=2)))
attempt("ZeroWeight", one=marked(transitions({"two": 0, "one": 1})), two=marked(transitions(["one"])))
attempt("Abstract", abstract=True, one=marked(transition("nowhere")))


class Idle(User):
    @task
    def idle(self):
        self.wait()

    wait_time = None

    def wait(self):
        import gevent

        gevent.sleep(10)


@events.test_start.add_listener
def started(environment, **kwargs):
    end_soon(environment)
