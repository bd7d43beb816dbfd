"""Values, their schema and their table belong together, and what is wrong is refused before anything is installed."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from tests.conftest import ROOT
from tests.deploy.chart import CHART, WrongValues, render

VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
# What an installation fills in as Kubernetes wants it.
FREE = {"podSecurityContext", "securityContext", "resources", "nodeSelector", "tolerations", "affinity", "extraFiles"}


def paths(values: dict, before: str = "") -> set[str]:
    found = set()
    for name, value in values.items():
        path = before + name
        nested = isinstance(value, dict) and value and name not in FREE
        found |= paths(value, path + ".") if nested else {path}
    return found


def schema_paths(schema: dict, before: str = "") -> set[str]:
    found = set()
    for name, part in schema["properties"].items():
        nested = "properties" in part and name not in FREE
        found |= schema_paths(part, before + name + ".") if nested else {before + name}
    return found


def test_the_schema_knows_just_the_values_that_there_are():
    assert schema_paths(SCHEMA) - {"global"} == paths(VALUES)


def test_the_readme_explains_every_value():
    table = (CHART / "README.md").read_text().split("## Values", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"`([\w.]+)`", table))
    # "master.x, and for `worker`": one row for both.
    missing = {path for path in paths(VALUES) if path not in named and path.replace("worker.", "master.") not in named}
    assert not missing


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"worker": {"count": 0}}, "/worker/count"),
        ({"worker": {"count": "four"}}, "/worker/count"),
        ({"worker": {"count": 1.5}}, "/worker/count"),
        ({"worker": {"processes": -1}}, "/worker/processes"),
        ({"worker": {"replicas": 2}}, "'replicas' not allowed"),
        ({"workers": 4}, "'workers' not allowed"),
        ({"run": {"users": 0}}, "/run/users"),
        ({"run": {"spawnRate": 0}}, "/run/spawnRate"),
        ({"run": {"runTime": "5 minutes"}}, "/run/runTime"),
        ({"run": {"host": "shop.example"}}, "/run/host"),
        ({"run": {"headless": "yes"}}, "/run/headless"),
        ({"locustfile": {"inImage": "locustfile.py"}}, "/locustfile/inImage"),
        ({"locustfile": {"name": "../locustfile.py"}}, "/locustfile/name"),
        ({"locustfile": {"name": "locustfile.txt"}}, "/locustfile/name"),
        ({"locustfile": {"existingConfigMap": "Not a name"}}, "/locustfile/existingConfigMap"),
        ({"locustfile": {"extraFiles": {"a/b.csv": ""}}}, "invalid propertyName 'a/b.csv'"),
        ({"extraArgs": "--tags browse"}, "/extraArgs"),
        ({"env": [{"value": "no name"}]}, "/env/0"),
        ({"imagePullSecrets": ["registry"]}, "/imagePullSecrets/0"),
        ({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy"),
        # The user of the container may not listen there.
        ({"master": {"port": 80}}, "/master/port"),
        ({"master": {"resources": {"limit": {}}}}, "/master/resources"),
        ({"job": {"backoffLimit": -1}}, "/job/backoffLimit"),
        ({"reports": {"prefix": "a/b"}}, "/reports/prefix"),
        ({"clusterKey": {"existingSecret": True}}, "/clusterKey/existingSecret"),
    ],
    ids=str,
)
def test_wrong_values_are_refused(values, complaint):
    with pytest.raises(WrongValues, match=re.escape(complaint)):
        render(values)


def test_the_chart_is_of_the_same_version_as_katydid():
    cargo = (ROOT / "Cargo.toml").read_text()
    version = re.search(r'\[workspace\.package\]\nversion = "([^"]+)"', cargo).group(1)
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"] == version
