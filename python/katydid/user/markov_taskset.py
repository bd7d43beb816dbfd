"""Task sets that walk a Markov chain: each task says which tasks may follow it, and how likely each is."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import Any, TypeVar

from katydid.exception import LocustError
from katydid.user.task import TaskSet, TaskSetMeta

MarkovTaskT = TypeVar("MarkovTaskT", bound=Callable[..., Any])


class NoMarkovTasksError(LocustError):
    """A MarkovTaskSet has no task with transitions."""


class InvalidTransitionError(LocustError):
    """A transition leads to something that is not there."""


class NonMarkovTaskTransitionError(LocustError):
    """A transition leads to something that has no transitions itself."""


class MarkovTaskTagError(LocustError):
    """A task of a MarkovTaskSet has tags; without it the chain would be broken."""


def transition(func_name: str, weight: int = 1) -> Callable[[MarkovTaskT], MarkovTaskT]:
    """Lets the task ``func_name`` follow the decorated one, ``weight`` times as likely as one of weight 1.

    Example::

        class Visit(MarkovTaskSet):
            @transition("product", weight=3)
            @transition("home")
            def home(self):
                self.client.get("/")

            @transition("home")
            def product(self):
                self.client.get("/product")
    """
    return transitions({func_name: weight})


def transitions(weights: dict[str, int] | list[tuple[str, int] | str]) -> Callable[[MarkovTaskT], MarkovTaskT]:
    """Several transitions at once: ``{name: weight}``, or a list of names and ``(name, weight)`` tuples."""
    if not isinstance(weights, dict):
        weights = dict(item if isinstance(item, tuple) else (item, 1) for item in weights)

    def give(decorated: Any) -> Any:
        if not hasattr(decorated, "transitions"):
            decorated.transitions = {}
        decorated.transitions.update(weights)
        return decorated

    return give


def is_markov_task(task: Any) -> bool:
    """Whether ``task`` has transitions."""
    # dir() instead of hasattr(): mocks, proxies and the like claim to have any attribute.
    return "transitions" in dir(task)


def get_markov_tasks(class_dict: dict[str, Any]) -> list[Any]:
    """The members of a class body that have transitions, in order."""
    return [member for member in class_dict.values() if is_markov_task(member)]


def to_weighted_list(transitions: dict[str, int]) -> list[str]:
    """Each name as often as its weight says."""
    return [name for name, weight in transitions.items() for _ in range(weight)]


def validate_has_markov_tasks(tasks: list[Any], classname: str) -> None:
    """Raises NoMarkovTasksError when there is no task."""
    if not tasks:
        raise NoMarkovTasksError(
            f"No Markov tasks defined in class {classname}. Use the @transition(s) decorators to define some."
        )


def validate_transitions(tasks: list[Any], class_dict: dict[str, Any], classname: str) -> None:
    """Raises InvalidTransitionError or NonMarkovTaskTransitionError when a transition leads nowhere."""
    for task in tasks:
        for name in task.transitions:
            target = class_dict.get(name)
            if not target:
                raise InvalidTransitionError(
                    f"{classname}.{task.__name__} has a transition to {name}, which does not exist on {classname}"
                )
            if not is_markov_task(target):
                raise NonMarkovTaskTransitionError(
                    f"{classname}.{task.__name__} has a transition to {name}, which has no transitions itself"
                )


def validate_no_unreachable_tasks(tasks: list[Any], class_dict: dict[str, Any], classname: str) -> list[Any]:
    """Warns about tasks that cannot be reached from the first one. Returns ``tasks``."""
    reached: set[str] = set()
    ahead = [tasks[0].__name__]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += to_weighted_list(class_dict[name].transitions)
    unreachable = {task.__name__ for task in tasks} - reached
    if unreachable:
        logging.warning(f"The following markov tasks are unreachable in class {classname}: {unreachable}")
    return tasks


def validate_no_tags(task: Any, classname: str) -> None:
    """Raises MarkovTaskTagError when ``task`` has tags."""
    if hasattr(task, "locust_tag_set"):
        raise MarkovTaskTagError(
            f"{classname}.{task.__name__} has tags ({', '.join(sorted(task.locust_tag_set))}): "
            "leaving a task out would break the chain, so tags are unsupported for MarkovTaskSet"
        )


def validate_task_name(decorated_func: Any) -> None:
    """Warns about transitions on ``on_start`` and ``on_stop``; raises Exception when they are on ``run``."""
    if decorated_func.__name__ in ("on_start", "on_stop"):
        logging.warning(
            f"{decorated_func.__name__} is decorated with @transition: it will run both as a step and when the set "
            "starts or stops"
        )
    if decorated_func.__name__ == "run":
        raise Exception("'run' is the loop that calls the tasks: it cannot be overridden or have transitions")


def validate_markov_chain(tasks: list[Any], class_dict: dict[str, Any], classname: str) -> None:
    """Runs every check of this module on one class body."""
    validate_has_markov_tasks(tasks, classname)
    validate_transitions(tasks, class_dict, classname)
    validate_no_unreachable_tasks(tasks, class_dict, classname)
    for task in tasks:
        validate_task_name(task)
        validate_no_tags(task, classname)


class MarkovTaskSetMeta(TaskSetMeta):
    """Checks the chain when the class is made; a body with ``abstract = True`` is not checked."""

    def __new__(mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> Any:
        if not class_dict.get("abstract"):
            class_dict["abstract"] = False
            tasks = get_markov_tasks(class_dict)
            validate_markov_chain(tasks, class_dict, classname)
            class_dict["current"] = tasks[0]
            for task in tasks:
                task.transitions = to_weighted_list(task.transitions)
        return type.__new__(mcs, classname, bases, class_dict)


class MarkovTaskSet(TaskSet, metaclass=MarkovTaskSetMeta):
    """A task set that starts with its first task and follows the transitions from there."""

    current: Any
    abstract: bool = True
    """Set to True in a class that is only there to be subclassed; not inherited."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def get_next_task(self) -> Any:
        """The task at which the chain stands; the chain moves on."""
        task = self.current
        self.current = getattr(self, random.choice(task.transitions))
        return task
