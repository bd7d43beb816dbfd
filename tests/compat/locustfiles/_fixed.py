"""Ends a run after a fixed number of iterations, so that counts are exact."""

import gevent
from locust.exception import StopUser

# Locust writes its CSV files once a second and not at the end: the last second must have passed.
LAST_SECOND = 1.3
finished = 0


def iteration(user, limit):
    """Counts one iteration of the user; the last one ends the user, and the last user ends the run."""
    user.iterations = getattr(user, "iterations", 0) + 1
    if user.iterations >= limit:
        finish(user)


def finish(user):
    """Ends this user; the run ends with the last of them."""
    global finished
    finished += 1
    if finished >= user.environment.runner.target_user_count:
        gevent.spawn_later(LAST_SECOND, user.environment.runner.quit)
    raise StopUser()


def end_soon(environment):
    """Ends the run from wherever one is."""
    gevent.spawn_later(LAST_SECOND, environment.runner.quit)
