"""Two inventories, and what differs between them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Inventory = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    name: str
    what: str


@dataclass(frozen=True)
class Comparison:
    names: int
    signatures: int
    differences: list[Difference]


def compare(locust: Inventory, katydid: Inventory) -> Comparison:
    """What Locust offers and Katydid does not, or does otherwise.

    What only Katydid has takes nothing away; what a module of Locust imports for itself is looked for at its home.
    """
    differences: list[Difference] = []
    offered = {name: item for name, item in locust.items() if not item.get("borrowed")}
    for name, wanted in sorted(offered.items()):
        what = difference(wanted, katydid.get(name))
        # A class that is missing is one difference, and so is a module.
        if what and not any(name.startswith(f"{one.name}.") for one in differences if one.what.startswith("missing")):
            differences.append(Difference(name, what))
    return Comparison(
        names=len(offered),
        signatures=sum(1 for item in offered.values() if item.get("signature") is not None),
        differences=differences,
    )


def difference(wanted: dict[str, Any], found: dict[str, Any] | None) -> str:
    if found is None:
        return "missing"
    if found["kind"] == "missing":
        return f"missing: {found['value']}"
    if wanted["kind"] == "value" and found["kind"] == "value" and wanted["value"] != found["value"]:
        return f"value {shorter(wanted['value'])}, here {shorter(found['value'])}"
    if wanted["kind"] in ("function", "class") and found["kind"] != wanted["kind"]:
        return f"{wanted['kind']}, here {found['kind']}"
    wanted_signature, signature = wanted.get("signature"), found.get("signature")
    if wanted_signature is not None and not (signature is not None and takes_all(wanted_signature, signature)):
        return f"({written(wanted_signature)}), here ({written(signature) if signature is not None else '?'})"
    return ""


def takes_all(wanted: list[list[str]], found: list[list[str]]) -> bool:
    """Whether every call that fits the one signature fits the other, and leaves out the same: what more there is has a
    default and comes after the rest. What takes up whatever else is given may be called otherwise.
    """
    gathers = ("VAR_POSITIONAL", "VAR_KEYWORD")
    # The object itself is given by Python, and under no name.
    wanted, found = ([one for one in signature if one[0] != "self"] for signature in (wanted, found))
    named = [one for one in wanted if one[1] not in gathers]
    ours = {name: (kind, default) for name, kind, default in found if kind not in gathers}
    if any(kind in gathers and kind not in {one[1] for one in found} for _, kind, _ in wanted):
        return False
    for name, kind, default in named:
        if name not in ours:
            return False
        our_kind, our_default = ours[name]
        if our_kind != kind or (default and our_default != default):
            return False
    in_order = [name for name, kind, _ in named if kind != "KEYWORD_ONLY"]
    ours_in_order = [name for name, kind, _ in found if kind not in gathers and kind != "KEYWORD_ONLY"]
    more = set(ours) - {one[0] for one in named}
    return ours_in_order[: len(in_order)] == in_order and all(ours[name][1] for name in more)


def written(signature: list[list[str]]) -> str:
    marks = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}
    words = []
    for name, kind, default in signature:
        if kind == "KEYWORD_ONLY" and "*" not in words and not any(word.startswith("*") for word in words):
            words.append("*")
        words.append(f"{marks.get(kind, '')}{name}" + (f"={default}" if default else ""))
    return ", ".join(words)


def shorter(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:57]}..."
