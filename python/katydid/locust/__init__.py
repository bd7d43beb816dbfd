"""What ``import locust`` gives in a locustfile that Katydid runs."""

import katydid.monkey_patch  # noqa: F401  isort: skip
from katydid import import_hook

import_hook.install()

from katydid import (  # noqa: E402
    argument_parser,
    clients,
    contrib,
    debug,
    dispatch,
    env,
    event,
    exception,
    html,
    log,
    rpc,
    runners,
    shape,
    stats,
    user,
    util,
    web,
)
from katydid.contrib.fasthttp import FastHttpUser  # noqa: E402
from katydid.debug import run_single_user  # noqa: E402
from katydid.event import Events, events  # noqa: E402
from katydid.shape import LoadTestShape  # noqa: E402
from katydid.user import wait_time  # noqa: E402
from katydid.user.markov_taskset import MarkovTaskSet, transition, transitions  # noqa: E402
from katydid.user.sequential_taskset import SequentialTaskSet  # noqa: E402
from katydid.user.task import TaskSet, tag, task  # noqa: E402
from katydid.user.users import HttpUser, User  # noqa: E402
from katydid.user.wait_time import (  # noqa: E402
    between,
    constant,
    constant_pacing,
    constant_throughput,
    poisson,
)
from katydid.util.deprecation import notice  # noqa: E402

__version__ = "2.47.0"
"""The version of Locust whose locustfiles run unchanged; Katydid's own is ``katydid.__version__``."""

__all__ = (
    "FastHttpUser",
    "HttpLocust",
    "HttpUser",
    "LoadTestShape",
    "Locust",
    "MarkovTaskSet",
    "SequentialTaskSet",
    "TaskSet",
    "User",
    "__version__",
    "between",
    "constant",
    "constant_pacing",
    "constant_throughput",
    "events",
    "poisson",
    "run_single_user",
    "tag",
    "task",
    "transition",
    "transitions",
    "wait_time",
)

# Locust has this name too, and does not say that it offers it.
_UNSAID = (Events,)

_SUBMODULES = (
    argument_parser,
    clients,
    contrib,
    debug,
    dispatch,
    env,
    event,
    exception,
    html,
    log,
    rpc,
    runners,
    shape,
    stats,
    user,
    util,
    web,
)

_NEW_NAMES = {"Locust": "User", "HttpLocust": "HttpUser"}


def __getattr__(name: str) -> object:
    if name not in _NEW_NAMES:
        raise AttributeError(f"module 'locust' has no attribute {name!r}")
    from katydid.user import old_users

    notice(name, f"'{name}' is the old name: subclass {_NEW_NAMES[name]} instead")
    return getattr(old_users, name)
