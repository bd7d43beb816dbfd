"""How often each task will run, for ``--show-task-ratio``."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from katydid.user.task import TaskSet


def print_task_ratio(user_classes: list[Any], num_users: int | None, total: bool) -> None:
    """Prints the share of each task, of all tasks when ``total``, else of its class."""
    _print(get_ratio(user_classes, _expected_counts(user_classes, num_users), total))


def print_task_ratio_json(user_classes: list[Any], num_users: int | None) -> None:
    """Prints both kinds of shares as JSON."""
    print(json.dumps(task_ratios(user_classes, num_users), indent=4))


def task_ratios(user_classes: list[Any], num_users: int | None) -> dict[str, Any]:
    """Both kinds of shares: ``per_class`` and ``total``."""
    counts = _expected_counts(user_classes, num_users)
    return {
        "per_class": get_ratio(user_classes, counts, False),
        "total": get_ratio(user_classes, counts, True),
    }


def _expected_counts(user_classes: list[Any], num_users: int | None) -> dict[str, int]:
    fixed = sum(cls.fixed_count for cls in user_classes)
    weights = sum(cls.weight for cls in user_classes if not cls.fixed_count)
    weighted = max(0, (num_users or (1 if fixed else weights)) - fixed)
    return {cls.__name__: round(cls.fixed_count or cls.weight / weights * weighted) for cls in user_classes}


def get_ratio(user_classes: list[Any], user_spawned: dict[str, int], total: bool) -> dict[str, dict[str, Any]]:
    """Shares (0 to 1) of classes and tasks, when there are as many users of each class as ``user_spawned`` says."""
    users = sum(user_spawned.values()) or 1
    ratios: dict[str, dict[str, Any]] = {}
    for user_class in user_classes:
        share = user_spawned.get(user_class.__name__, 0) / users
        ratios[user_class.__name__] = {"ratio": share, "tasks": _shares(user_class.tasks, total, share)}
    return ratios


def _shares(tasks: list[Any], total: bool, share_of_parent: float) -> dict[str, dict[str, Any]]:
    whole = share_of_parent if total else 1.0
    shares: dict[str, dict[str, Any]] = {}
    for task, count in Counter(tasks).items():
        share: dict[str, Any] = {"ratio": count * whole / len(tasks)}
        if isinstance(task, type) and issubclass(task, TaskSet):
            share["tasks"] = _shares(task.tasks, total, share["ratio"])
        shares[task.__name__] = share
    return shares


def _print(ratios: dict[str, dict[str, Any]], level: int = 0) -> None:
    indent = "  " * level
    for name, share in ratios.items():
        percent = f"{indent}{share['ratio'] * 100:<6.1f}"
        print(f" {percent:<10} {indent + name:<50}")
        _print(share.get("tasks", {}), level + 1)
