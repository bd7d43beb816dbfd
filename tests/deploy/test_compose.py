"""The compose file: right by the specification's own schema, and its services fit together."""

from __future__ import annotations

import copy
import json
import re
from importlib import resources

import jsonschema
import pytest
import yaml

from tests.conftest import ROOT
from tests.deploy.command import unknown_options
from tests.deploy.test_image import last_stage

PATH = ROOT / "deploy/compose.yaml"
SCHEMA = json.loads((resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())


def compose(**variables: str) -> dict:
    """The file with its variables put in, as `docker compose config` has it."""

    def value(match: re.Match) -> str:
        return variables.get(match["name"], match["default"])

    return yaml.safe_load(re.sub(r"\$\{(?P<name>\w+):-(?P<default>[^}]*)\}", value, PATH.read_text()))


def option(service: dict, name: str) -> str:
    (found,) = [item.removeprefix(f"--{name}=") for item in service["command"] if item.startswith(f"--{name}=")]
    return found


@pytest.fixture(scope="module")
def services():
    return compose()["services"]


def test_it_fits_the_schema_of_the_specification():
    jsonschema.validate(compose(), SCHEMA)
    wrong = copy.deepcopy(compose())
    wrong["services"]["worker"]["replicas"] = 2
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_every_variable_has_a_default():
    assert "$" not in yaml.safe_dump(compose())


def test_the_number_of_workers_is_the_number_that_is_waited_for(services):
    assert services["worker"]["deploy"]["replicas"] == int(option(services["master"], "expect-workers")) == 2
    four = compose(WORKERS="4")["services"]
    assert four["worker"]["deploy"]["replicas"] == int(option(four["master"], "expect-workers")) == 4
    # --scale needs names that Compose may choose.
    assert "container_name" not in services["worker"]


def test_workers_look_for_the_service_of_the_master(services):
    assert "--master" in services["master"]["command"]
    assert "--worker" in services["worker"]["command"]
    assert option(services["worker"], "master-host") in services


def test_the_locustfile_is_mounted_where_both_look_for_it(services):
    for name in ("master", "worker"):
        source, target, mode = services[name]["volumes"][0].split(":")
        assert option(services[name], "locustfile") == target
        assert mode == "ro"
        assert (PATH.parent / source).resolve() == ROOT / "examples/shop.py"
        assert (PATH.parent / source).exists()
    own = compose(LOCUSTFILE="/tests/own.py")["services"]["worker"]["volumes"][0]
    assert own == "/tests/own.py:/home/locust/locustfile.py:ro"
    assert own.split(":")[1].startswith(last_stage()["WORKDIR"][0] + "/")


def test_reports_go_to_the_volume(services):
    (reports,) = [volume for volume in services["master"]["volumes"] if volume.startswith("reports:")]
    folder = reports.split(":")[1]
    assert option(services["master"], "csv").startswith(folder + "/")
    assert option(services["master"], "html").startswith(folder + "/")
    assert "reports" in compose()["volumes"]


def test_the_sample_shop_is_the_target(services):
    name, port = option(services["master"], "host").removeprefix("http://").split(":")
    shop = services[name]
    assert shop["command"][0] == "demo-server"
    assert option(shop, "port") == port
    # Not only for its own container.
    assert option(shop, "host") == "0.0.0.0"
    assert services["master"]["depends_on"] == {name: {"condition": "service_healthy"}}
    assert f":{port}/health" in shop["healthcheck"]["test"][-1]


def test_the_image_is_the_one_of_this_repository(services):
    build = services["shop"]["build"]
    assert (PATH.parent / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    assert len({service["image"] for service in services.values()}) == 1


def test_containers_have_no_privileges(services):
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]
        assert "ports" not in service


def test_the_command_has_these_options(services):
    assert unknown_options(services["master"]["command"] + services["worker"]["command"]) == set()
    assert unknown_options(["--no-such-option=1"]) == {"--no-such-option"}
