"""Rounding halves up."""

from __future__ import annotations


def proper_round(val: float, digits: int = 0) -> float:
    """Rounds to ``digits`` places; a half goes up, where round() would go to the even neighbour."""
    value = float(val)
    return round(value + 10 ** (-len(str(value)) - 1), digits)
