"""The Helm chart, rendered by Helm's own library (helm-python-sdk carries it), without a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import helm_python
import yaml

from tests.conftest import ROOT

CHART = ROOT / "deploy/helm/katydid"
RELEASE = "shop"
# The least that the chart wants to know.
INLINE = {"locustfile": {"inline": "from locust import HttpUser\n"}}

WrongValues = helm_python.HelmValuesError
WrongRelease = helm_python.HelmRenderError


@dataclass
class Rendered:
    """The objects that a release would have, and the text shown after its installation."""

    objects: list[dict[str, Any]]
    notes: str

    def one(self, kind: str, component: str) -> dict[str, Any]:
        """The object of this kind and component; there must be just one."""
        label = "app.kubernetes.io/component"
        found = [o for o in self.objects if o["kind"] == kind and o["metadata"]["labels"][label] == component]
        assert len(found) == 1, f"{len(found)} objects of kind {kind} for {component}"
        return found[0]

    def kinds(self) -> list[str]:
        return sorted(o["kind"] for o in self.objects)

    def pod(self, component: str) -> dict[str, Any]:
        return self.one("Job", component)["spec"]["template"]["spec"]

    def container(self, component: str) -> dict[str, Any]:
        (container,) = self.pod(component)["containers"]
        return container

    def arguments(self, component: str) -> list[str]:
        return self.container(component)["args"]

    def option(self, component: str, name: str) -> str | None:
        """The value of `--name=value`, or None when it is not there."""
        found = [a.removeprefix(f"--{name}=") for a in self.arguments(component) if a.startswith(f"--{name}=")]
        assert len(found) <= 1, f"--{name} more than once"
        return found[0] if found else None

    def mounted_at(self, component: str, path: str) -> dict[str, Any]:
        """The volume that a container sees at this path."""
        (name,) = [m["name"] for m in self.container(component)["volumeMounts"] if m["mountPath"] == path]
        (volume,) = [v for v in self.pod(component)["volumes"] if v["name"] == name]
        return volume


def render(values: dict[str, Any] | None = None, release: str = RELEASE) -> Rendered:
    """What `helm install <release>` would send; with an inline locustfile unless the values say where theirs is."""
    with helm_python.Chart.load(CHART) as chart:
        files = chart.render({**INLINE, **(values or {})}, name=release, namespace="load")
    notes = files.pop(next(path for path in files if path.endswith("NOTES.txt")))
    objects = [o for text in files.values() for o in yaml.safe_load_all(text) if o]
    return Rendered(objects, notes)
