"""The files that tell a verdict are what their schemas say. The files are the snapshots of the Rust tests."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
import xmlschema

ROOT = Path(__file__).resolve().parent.parent
VERDICT = ROOT / "crates" / "report" / "src" / "verdict"
JSON_FILES = sorted(VERDICT.glob("snapshots/*.snap.json"))
XML_FILES = sorted(VERDICT.glob("snapshots/*.snap.xml"))
SCHEMA = json.loads((VERDICT / "schema.json").read_text())


@pytest.fixture(scope="module")
def junit_schema():
    return xmlschema.XMLSchema(ROOT / "tests" / "schemas" / "junit.xsd")


def objects(schema):
    """Every part of a schema that describes an object."""
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part)
    elif isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)


def without(verdict, *path):
    changed = copy.deepcopy(verdict)
    *way, last = path
    place = changed
    for step in way:
        place = place[step]
    del place[last]
    return changed


def test_there_are_files():
    assert len(JSON_FILES) >= 2
    assert len(XML_FILES) >= 4


@pytest.mark.parametrize("file", JSON_FILES, ids=lambda file: file.name)
def test_json_is_what_the_schema_says(file):
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(file.read_text()))


def test_the_schema_is_one_and_complete():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for part in objects(SCHEMA):
        assert part["additionalProperties"] is False
        for name, described in part["properties"].items():
            assert "description" in described or "$ref" in described, name


@pytest.mark.parametrize(
    "path", [("verdict",), ("head", "commit"), ("findings", 0, "outcome"), ("head", "generator", "health", "saturated")]
)
def test_the_schema_notices_what_is_missing(path):
    verdict = json.loads(JSON_FILES[-1].read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(without(verdict, *path), SCHEMA)


def test_the_schema_notices_what_it_does_not_know():
    verdict = json.loads(JSON_FILES[-1].read_text())
    verdict["findings"][0]["severity"] = "high"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(verdict, SCHEMA)


@pytest.mark.parametrize("file", XML_FILES, ids=lambda file: file.name)
def test_junit_xml_is_what_the_schema_says(file, junit_schema):
    junit_schema.validate(file)


@pytest.mark.parametrize("file", XML_FILES, ids=lambda file: file.name)
def test_junit_counts_are_right(file, junit_schema):
    suites = junit_schema.to_dict(file)["testsuite"]
    for suite in suites:
        cases = suite["testcase"]
        assert suite["@tests"] == len(cases)
        for mark, count in [("failure", "@failures"), ("error", "@errors"), ("skipped", "@skipped")]:
            assert suite[count] == sum(mark in case for case in cases), (suite["@name"], mark)
