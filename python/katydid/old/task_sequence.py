"""``TaskSequence`` and ``seq_task`` of Locust before 1.0: tasks in the order of their numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any, TypeVar

from katydid.user.task import TaskSet, task

TaskT = TypeVar("TaskT", bound=Callable[..., Any])


def seq_task(order: int) -> Callable[[TaskT], TaskT]:
    """Makes a method, or a nested task set, the task with this place in a `TaskSequence`."""

    def place(decorated: TaskT) -> TaskT:
        decorated.locust_task_order = order  # type: ignore[attr-defined]
        return decorated if "locust_task_weight" in dir(decorated) else task(decorated)

    return place


class TaskSequence(TaskSet):
    """A task set that runs its tasks by their place, again and again; one of weight 3 three times in a row."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self._task_cycle = cycle(sorted(self.tasks, key=lambda member: getattr(member, "locust_task_order", 1)))

    def get_next_task(self) -> Any:
        """The next task in order."""
        return next(self._task_cycle)
