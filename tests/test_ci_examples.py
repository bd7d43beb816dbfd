"""The workflow files in examples/ci can be read, ask nobody else's actions, and start what there is."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

CI = Path(__file__).resolve().parent.parent / "examples" / "ci"
ACTIONS = {"checkout", "setup-python", "upload-artifact", "cache/restore", "cache/save"}


def read(name):
    return yaml.safe_load((CI / name).read_text())


def github_steps():
    for job in read("github-actions.yml")["jobs"].values():
        yield from job["steps"]


def gitlab_scripts():
    for job in read("gitlab-ci.yml").values():
        if isinstance(job, dict):
            yield "\n".join([*job.get("before_script", []), *job.get("script", [])])


def scripts():
    return [step["run"] for step in github_steps() if "run" in step] + list(gitlab_scripts())


def commands():
    """Every command line of Katydid, in words."""
    for script in scripts():
        for line in re.split(r"\n|; ", script.replace("then ", "")):
            if line.strip().startswith("katydid "):
                yield shlex.split(line.removesuffix("; fi"))


def test_only_the_actions_of_github_are_used():
    for step in github_steps():
        if "uses" in step:
            owner, action = step["uses"].split("/", 1)
            name, version = action.split("@")
            assert owner == "actions" and name in ACTIONS and re.fullmatch(r"v\d+", version), step["uses"]


def test_rights_are_few():
    workflow = read("github-actions.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["smoke"]["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "permissions" not in workflow["jobs"]["duel"]


def test_texts_from_pull_requests_are_no_part_of_a_script():
    for step in github_steps():
        assert "${{" not in step.get("run", ""), step


@pytest.mark.parametrize("script", scripts())
def test_scripts_can_be_read(script):
    result = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
    assert result.returncode == 0, result.stderr


def test_each_form_of_the_command_is_there():
    words = list(commands())
    for form in (["katydid", "-f"], ["katydid", "duel"]):
        assert sum(command[: len(form)] == form for command in words) == 2, form


def test_what_is_kept_is_what_was_written():
    written = {word for command in commands() for word in command if "." in word}
    upload = next(step for step in github_steps() if "upload-artifact" in step.get("uses", ""))
    job = read("gitlab-ci.yml")["load-test"]["artifacts"]
    kept = {*upload["with"]["path"].split(), *job["paths"], *job["reports"].values()}
    assert kept <= written


def test_the_comment_is_found_by_the_line_that_is_written():
    rust = CI.parent.parent / "crates" / "report" / "src" / "verdict" / "markdown.rs"
    marker = re.search(r'MARKER: &str = "(.*)"', rust.read_text()).group(1)
    assert any(marker in script for script in scripts())
