"""Tags on tasks: giving them, and leaving out the tasks that a run does not want."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any


def tag(*tags: str) -> Callable[[Any], Any]:
    """Gives a task, or every task of a task set, one or more tags for ``--tags`` and ``--exclude-tags``.

    The order of ``@tag`` and ``@task`` does not matter, and tags of several decorators add up.

    Raises:
        ValueError: no tag was given.
    """
    if not tags or callable(tags[0]):
        raise ValueError("No tag name was supplied")

    def give(decorated: Any) -> Any:
        if hasattr(decorated, "tasks"):
            decorated.tasks = [give(task) for task in decorated.tasks]
        else:
            # An inherited set is another function's; a new one keeps the two apart.
            given = decorated.__dict__.get("locust_tag_set")
            if given is None:
                given = decorated.locust_tag_set = set()
            given.update(tags)
        return decorated

    return give


def is_markov_taskset(task: type) -> bool:
    """Whether ``task`` is a MarkovTaskSet class; told by its metaclass, so that nothing has to be imported."""
    return type(task).__name__ == "MarkovTaskSetMeta"


def filter_tasks_by_tags(
    task_holder: Any,
    tags: set[str] | None = None,
    exclude_tags: set[str] | None = None,
    checked: dict[Any, bool] | None = None,
) -> None:
    """Takes every task out of ``task_holder`` (a user or task set class) that the tags do not let pass.

    A task passes with at least one of ``tags`` and none of ``exclude_tags``; None asks for nothing. A nested task set
    passes while it has a task left; a MarkovTaskSet always does, because without one of its tasks it would not hold
    together. A holder that is left empty is named in a warning. ``checked`` remembers tasks that were looked at before.
    """
    if checked is None:
        checked = {}
    left = []
    for task in task_holder.tasks:
        if task not in checked:
            checked[task] = _passes(task, tags, exclude_tags, checked)
        if checked[task]:
            left.append(task)
    task_holder.tasks = left
    runs_functions = getattr(task_holder, "functions", None)
    if not left and not runs_functions and not is_markov_taskset(task_holder):
        logging.warning(f"{task_holder.__name__} had no tasks left after filtering, instantiating it will fail!")


def _passes(task: Any, tags: set[str] | None, exclude_tags: set[str] | None, checked: dict[Any, bool]) -> bool:
    if hasattr(task, "tasks"):
        filter_tasks_by_tags(task, tags, exclude_tags, checked)
        return bool(task.tasks) or is_markov_taskset(task)
    own = getattr(task, "locust_tag_set", set())
    return (tags is None or not own.isdisjoint(tags)) and (exclude_tags is None or own.isdisjoint(exclude_tags))


def every_tag(task_holder: Any) -> set[str]:
    """All tags that any task of ``task_holder`` carries, nested task sets included."""
    return {name for task in _leaves(task_holder, set()) for name in getattr(task, "locust_tag_set", ())}


def _leaves(task_holder: Any, seen: set[Any]) -> Iterator[Any]:
    for task in task_holder.tasks:
        if task in seen:
            continue
        seen.add(task)
        if hasattr(task, "tasks"):
            yield from _leaves(task, seen)
        else:
            yield task
