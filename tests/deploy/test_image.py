"""The container image: its definition is linted, and what it takes from the repository is there."""

from __future__ import annotations

import fnmatch
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCKERFILE = ROOT / "deploy/image/Dockerfile"
DEFINITIONS = [DOCKERFILE, *sorted((ROOT / "deploy/operators").glob("*.Dockerfile"))]
HADOLINT = Path(sys.executable).with_name("hadolint")


def instructions() -> list[tuple[str, str]]:
    """(instruction, its text), with lines put together."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def last_stage() -> dict[str, list[str]]:
    every = instructions()
    begin = max(index for index, (word, _) in enumerate(every) if word == "FROM")
    stage: dict[str, list[str]] = {}
    for word, rest in every[begin:]:
        stage.setdefault(word, []).append(rest)
    return stage


def build_arguments() -> dict[str, str]:
    return dict(rest.split("=", 1) for word, rest in instructions() if word == "ARG")


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path from the builder: the last line that fits it or a folder above it decides."""
    parts = Path(path).parts
    candidates = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    verdict = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        wanted = pattern.startswith("!")
        pattern = pattern.removeprefix("!")
        anywhere = pattern.removeprefix("**/") if pattern.startswith("**/") else None
        for candidate in candidates:
            # Docker's `*` stops at a slash, unlike that of fnmatch.
            same_depth = pattern.count("/") == candidate.count("/") and fnmatch.fnmatchcase(candidate, pattern)
            deeper = anywhere is not None and fnmatch.fnmatchcase(candidate.rsplit("/", 1)[-1], anywhere)
            if same_depth or deeper:
                verdict = not wanted
    return verdict


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name)
def test_hadolint_finds_nothing(path):
    result = subprocess.run([HADOLINT, "--format", "json", path], capture_output=True, text=True)
    assert json.loads(result.stdout) == []
    assert result.returncode == 0


def test_hadolint_would_find_something(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text("FROM debian\nRUN apt-get install gcc\n")
    result = subprocess.run([HADOLINT, "--format", "json", path], capture_output=True, text=True)
    assert {"DL3006", "DL3008"} <= {finding["code"] for finding in json.loads(result.stdout)}


def test_everything_that_is_copied_is_there_and_reaches_the_builder():
    copied = [
        source
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]
    assert {"Cargo.lock", "crates", "python", "pyproject.toml"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source


def test_the_builder_gets_every_source_file_and_nothing_that_was_built():
    sources = [
        *(ROOT / "crates").rglob("*.rs"),
        *(ROOT / "crates").rglob("Cargo.toml"),
        *(ROOT / "crates").rglob("*.css"),
    ]
    sources += [path for path in (ROOT / "python/katydid").rglob("*.py*") if path.suffix != ".pyc"]
    assert len(sources) > 100
    assert not [path for path in sources if ignored(str(path.relative_to(ROOT)))]
    kept_away = [
        "target/release/katydid",
        ".venv/bin/python",
        ".git/HEAD",
        "results/run.html",
        "python/katydid/_core.cpython-312-x86_64-linux-gnu.so",
        "python/katydid/__pycache__/main.cpython-312.pyc",
        "python/tests/test_shape.py",
        "deploy/image/Dockerfile",
    ]
    assert [path for path in kept_away if not ignored(path)] == []


def test_maturin_is_the_one_that_the_repository_builds_with():
    pinned = re.search(r"^maturin==(\S+)", (ROOT / "tests/requirements.txt").read_text(), re.MULTILINE).group(1)
    assert build_arguments()["MATURIN"] == pinned


def test_rust_and_python_are_new_enough():
    def numbers(version):
        return [int(part) for part in version.split(".")]

    cargo, project = (ROOT / "Cargo.toml").read_text(), (ROOT / "pyproject.toml").read_text()
    rust = re.search(r'rust-version = "([\d.]+)"', cargo).group(1)
    python = re.search(r'requires-python = ">=([\d.]+)"', project).group(1)
    assert numbers(build_arguments()["RUST"]) >= numbers(rust)
    assert numbers(build_arguments()["PYTHON"]) >= numbers(python)


def test_it_takes_the_place_of_the_image_of_locust():
    stage = last_stage()
    assert stage["ENTRYPOINT"] == ['["katydid"]']
    assert "CMD" not in stage
    # locustio/k8s-operator mounts the locustfile there and passes no --locustfile.
    assert stage["WORKDIR"] == ["/home/locust"]
    assert stage["EXPOSE"] == ["5557 8089"]
    # runAsNonRoot of Kubernetes wants a number.
    assert stage["USER"] == ["1000:1000"]
    assert any("/opt/katydid/bin:$PATH" in rest for rest in stage["ENV"])
    assert any(rest.endswith("ln -s katydid /opt/katydid/bin/locust") for word, rest in instructions() if word == "RUN")
    assert stage["COPY"] == ["--from=build /opt/katydid /opt/katydid"]
