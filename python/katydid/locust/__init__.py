"""What ``import locust`` gives in a locustfile that Katydid runs."""

import katydid.monkey_patch  # noqa: F401  isort: skip
import importlib
import sys

from katydid import import_hook

import_hook.install()

from katydid import (  # noqa: E402
    _core,
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

# Katydid's own is `katydid.__version__`.
__version__ = _core.LOCUST_VERSION

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

#: Retired name → where it lives now, and what to say of it.
_OLD_NAMES = {
    "Locust": ("users", "'Locust' is the old name: subclass User instead"),
    "HttpLocust": ("users", "'HttpLocust' is the old name: subclass HttpUser instead"),
    "TaskSequence": ("task_sequence", "'TaskSequence' is retired: subclass SequentialTaskSet instead"),
    "seq_task": ("task_sequence", "'seq_task' is retired: a SequentialTaskSet runs its tasks as they are written down"),
}

# It once was a module, from which hooks were imported.
sys.modules["locust.events"] = events  # type: ignore[assignment]


def __getattr__(name: str) -> object:
    if name not in _OLD_NAMES:
        raise AttributeError(f"module 'locust' has no attribute {name!r}")
    module, message = _OLD_NAMES[name]
    notice(name, message)
    return getattr(importlib.import_module(f"katydid.old.{module}"), name)
