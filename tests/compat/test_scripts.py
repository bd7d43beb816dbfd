"""Scripts that use Locust as a library: the same output on Locust, and on Katydid with one line before the first."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.compat.differential import KATYDID, LOCUST
from tests.fixtures_target import Target

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.py"))

#: The column of `run_single_user` that no two runs share.
MILLISECONDS = re.compile(r"\t\d+ +\t")

#: Script → (a line that Locust writes → the line that Katydid writes): where Katydid does better on purpose.
BETTER: dict[str, dict[str, str]] = {}


def run(program: list[str] | str, script: Path, text: str, target: Target) -> list[str]:
    python = Path(program if isinstance(program, str) else program[0]).parent / "python"
    script.parent.mkdir()
    script.write_text(text)
    environment = {**os.environ, "TARGET": target.url, "PYTHONWARNINGS": "ignore"}
    ended = subprocess.run(
        [python, script], capture_output=True, text=True, timeout=60, env=environment, cwd=script.parent, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return [MILLISECONDS.sub("\t_\t", line) for line in ended.stdout.splitlines()]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_prints_the_same(script: Path, target: Target, tmp_path: Path, record_property) -> None:
    record_property("script", script.stem)
    text = script.read_text()
    wanted = run(LOCUST, tmp_path / "on_locust" / script.name, text, target)
    found = run(KATYDID, tmp_path / "on_katydid" / script.name, f"import katydid.locust\n{text}", target)
    assert found == [BETTER.get(script.stem, {}).get(line, line) for line in wanted]
