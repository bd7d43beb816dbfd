"""Users and what they do."""

import katydid.monkey_patch  # noqa: F401  (before anything that imports sockets)
from katydid.user.task import TaskSet, tag, task
from katydid.user.users import HttpUser, User

__all__ = ("HttpUser", "TaskSet", "User", "tag", "task")
