"""The examples for Locust operators: what each operator would start with them is a command line that Katydid has.

How an operator makes a command line of its resource is written down here in short, after its sources.
"""

from __future__ import annotations

import re
import shlex

import kubernetes_validate
import pytest
import yaml

from tests.conftest import ROOT
from tests.deploy.command import takes_variable, unknown_options
from tests.deploy.test_image import last_stage

FOLDER = ROOT / "deploy/operators"
MANAGED = ["--enable-rebalancing", "--only-summary"]


def documents(name: str) -> list[dict]:
    return list(yaml.safe_load_all((FOLDER / name).read_text()))


def value(arguments: list[str], option: str) -> str:
    return arguments[arguments.index(option) + 1]


def locust_k8s_operator() -> tuple[dict, list[str], list[str]]:
    """AbdelrhmanHamouda/locust-k8s-operator, locust.io/v2: ConfigMap, arguments of the master, of a worker."""
    config_map, test = documents("locust-k8s-operator.yaml")
    spec, name = test["spec"], test["metadata"]["name"]
    master, worker = spec["master"], spec["worker"]
    page = ["--autostart"] if master.get("autostart", True) else []
    page += ["--autoquit", "60"] if master.get("autoquit", {}).get("enabled", True) else []
    expected = f"--expect-workers={worker['replicas']}"
    master_arguments = [*master["command"].split(), "--master", "--master-port=5557", expected, *page, *MANAGED]
    worker_arguments = [*worker["command"].split(), "--worker", "--master-port=5557", f"--master-host={name}-master"]
    return config_map, master_arguments, worker_arguments


def locust_k8s_operator_v1() -> tuple[dict, list[str], list[str]]:
    """The same operator's first resource, locust.io/v1."""
    config_map = documents("locust-k8s-operator.yaml")[0]
    (test,) = documents("locust-k8s-operator-v1.yaml")
    spec, name = test["spec"], test["metadata"]["name"].replace(".", "-")
    assert spec["configMap"] == config_map["metadata"]["name"]
    own = ["--master", "--master-port=5557", f"--expect-workers={spec['workerReplicas']}"]
    master = [*spec["masterCommandSeed"].split(), *own, "--autostart", "--autoquit", "60", *MANAGED]
    worker = [*spec["workerCommandSeed"].split(), "--worker", "--master-port=5557", f"--master-host={name}-master"]
    return config_map, master, worker


@pytest.mark.parametrize("operator", [locust_k8s_operator, locust_k8s_operator_v1])
def test_locust_k8s_operator(operator):
    config_map, master, worker = operator()
    assert unknown_options([*master, *worker]) == set()
    assert "--headless" in master
    for arguments in (master, worker):
        folder, name = value(arguments, "--locustfile").rsplit("/", 1)
        # The operator's place for the ConfigMap, unless srcMountPath says another.
        assert folder == "/lotest/src"
        assert name in config_map["data"]


def test_locust_k8s_operator_mounts_the_config_map_of_the_example():
    config_map, test = documents("locust-k8s-operator.yaml")
    spec = test["spec"]
    kubernetes_validate.validate(config_map, kubernetes_validate.latest_version(), strict=True)
    compile(config_map["data"]["locustfile.py"], "locustfile.py", "exec")
    assert spec["testFiles"] == {"configMapRef": config_map["metadata"]["name"], "srcMountPath": "/lotest/src"}
    # With the page off, --autoquit would be refused: it belongs to --autostart.
    assert (spec["master"]["autostart"], spec["master"]["autoquit"]["enabled"]) == (False, False)
    assert str(spec["security"]["podSecurityContext"]["runAsUser"]) == last_stage()["USER"][0].split(":")[0]
    assert spec["security"]["containerSecurityContext"]["readOnlyRootFilesystem"] is True
    assert {(m["name"], m["mountPath"]) for m in spec["volumeMounts"]} == {("tmp", "/tmp")}
    assert {v["name"] for v in spec["volumes"]} == {m["name"] for m in spec["volumeMounts"]}


def test_locustio_k8s_operator():
    (test,) = documents("locustio-k8s-operator.yaml")
    spec, arguments = test["spec"], shlex.split(test["spec"]["args"])
    master = ["--master", *arguments]
    worker = ["--worker", "--master-host", f"{test['metadata']['name']}-master", *arguments]
    assert unknown_options([*master, *worker]) == set()
    assert value(master, "--expect-workers") == str(spec["workers"])
    assert "--headless" in master
    # The operator mounts the locustfile there and names no file.
    assert "--locustfile" not in master
    assert last_stage()["WORKDIR"] == ["/home/locust"]
    compile(spec["locustfile"]["content"], "locustfile.py", "exec")


def test_amila_ku_locust_operator(tmp_path):
    (test,) = documents("amila-ku-locust-operator.yaml")
    spec = test["spec"]
    definition = (FOLDER / "amila-ku-locust-operator.Dockerfile").read_text()
    # The operator's command replaces the entrypoint, so the image has to have a `locust`.
    master = ["locust", "-f", "/tasks/main.py", "--master", "-H", spec["hosturl"]]
    worker = ["locust", "--worker", "--master-host", f"{test['metadata']['name']}-service", "-f", "/tasks/main.py"]
    assert unknown_options([*master, *worker]) == set()
    assert f"COPY main.py {value(master, '-f')}\n" in definition
    assert 0 < spec["slaves"] < 30
    variables = dict(re.findall(r"(LOCUST_\w+)=(\S+)", definition))
    assert variables["LOCUST_HEADLESS"] == "true"
    assert variables["LOCUST_EXPECT_WORKERS"] == str(spec["slaves"])
    for name in variables:
        assert takes_variable(name, tmp_path), name
    assert not takes_variable("LOCUST_NO_SUCH_OPTION", tmp_path)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.name)
def test_the_image_is_of_the_version_of_this_repository(path):
    version = re.search(r'\[workspace\.package\]\nversion = "([^"]+)"', (ROOT / "Cargo.toml").read_text()).group(1)
    for document in yaml.safe_load_all(path.read_text()):
        if "spec" in document:
            assert document["spec"]["image"] in (f"katydid:{version}", f"katydid-shop:{version}")
