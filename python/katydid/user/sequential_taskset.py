"""Task sets whose tasks run in the order in which they are written down."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from katydid.exception import LocustError
from katydid.user.task import TaskSet, TaskSetMeta, declared_weight


class SequentialTaskSetMeta(TaskSetMeta):
    """Collects tasks in order of declaration; ``tasks`` counts where it stands among the decorated members."""

    def __new__(mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> Any:
        tasks: list[Any] = []
        for base in bases:
            tasks += getattr(base, "tasks", None) or []
        for name, member in class_dict.items():
            if name == "tasks":
                tasks += _in_order(member)
            tasks += [member] * declared_weight(member)
        class_dict["tasks"] = tasks
        return type.__new__(mcs, classname, bases, class_dict)


def _in_order(tasks: Any) -> list[Any]:
    if isinstance(tasks, list):
        return tasks
    if isinstance(tasks, dict):
        return [task for task, weight in tasks.items() for _ in range(weight)]
    raise ValueError("The 'tasks' attribute can only be set to list or dict")


class SequentialTaskSet(TaskSet, metaclass=SequentialTaskSetMeta):
    """A task set that runs its tasks one after the other, from the top, and starts over at the end.

    A task of weight 3 runs three times in a row.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._task_cycle = cycle(self.tasks)

    def get_next_task(self) -> Any:
        """The next task in order.

        Raises:
            LocustError: there is no task.
        """
        if not self.tasks:
            raise LocustError(f"No tasks defined on {type(self).__name__}: decorate a method with @task or set 'tasks'")
        return next(self._task_cycle)
