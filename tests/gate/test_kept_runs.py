"""Kept runs: listed, filtered, promoted, and thinned out."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.gate.shop import Bench, Shops, bench_in, error_line, finding


@pytest.fixture(scope="module")
def several(shops: Shops, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Five runs: three of main, of which the second was broken, one of a feature, one of nothing."""
    bench = bench_in(tmp_path_factory.mktemp("several"))
    main = ("--branch", "main", "--budget", "errors < 1%")
    for options in (
        (*main, "--commit", "aaaaaaa1", "--profile", "first"),
        (*main, "--commit", "aaaaaaa2", "--budget", "requests == 0"),
        (*main, "--commit", "bbbbbbb3"),
        ("--branch", "feature", "--commit", "ccccccc4"),
        (),
    ):
        bench.test(shops(), *options, seconds=1)
    return bench


def numbers(bench: Bench, *filters: str) -> list[int]:
    return [run["run"] for run in bench.kept(*filters)]


@pytest.mark.parametrize(
    "filters, expected",
    [
        ([], [5, 4, 3, 2, 1]),
        (["--branch", "main"], [3, 2, 1]),
        (["--branch", "main", "--accepted"], [3, 1]),
        (["--commit", "aaaaaaa"], [2, 1]),
        (["--commit", "AAAAAAA1"], [1]),
        (["--label", "first"], [1]),
        (["-n", "2"], [5, 4]),
        (["--branch", "nobody"], []),
    ],
)
def test_runs_are_filtered(several: Bench, filters: list[str], expected: list[int]) -> None:
    assert numbers(several, *filters) == expected


def test_the_table_tells_what_came_of_them(several: Bench) -> None:
    table = several.run("runs").stdout.splitlines()
    assert table[0].split()[:4] == ["RUN", "BEGAN", "BRANCH", "COMMIT"]
    assert [line.split()[0] for line in table[1:]] == ["5", "4", "3", "2", "1"]
    assert "budget broken" in finding("\n".join(table), "aaaaaaa2")
    assert several.run("runs", "--branch", "nobody").stdout.startswith("No such run in ")


def test_json_has_facts_and_outcome(several: Bench) -> None:
    second = several.kept()[3]
    assert (second["run"], second["state"], second["verdict"], second["exit_code"]) == (2, "ended", "budget_broken", 10)
    assert second["failures"] == 0 < second["requests"]
    assert second["facts"]["machine"]["cpu_count"] > 0


@pytest.mark.parametrize(
    "reference, number", [("latest", 5), ("latest~4", 1), ("#3", 3), ("bbbbbbb3", 3), ("first", 1), ("main", 3)]
)
def test_a_run_is_shown_by_whatever_names_it(several: Bench, reference: str, number: int) -> None:
    shown = several.run("show", reference)
    assert shown.exit_code == 0 and shown.stdout.startswith(f"Run {number}, ended (katydid ")


def test_what_was_found_is_shown(several: Bench) -> None:
    short, long = several.run("show", "2").stdout, several.run("show", "-v", "2").stdout
    assert "Verdict: BUDGET BROKEN" in short
    assert finding(short, "FAIL   all requests: requests ") and "PASS   all requests: errors" not in short
    assert finding(long, "PASS   all requests: errors ")


def test_the_baseline_of_a_branch(several: Bench) -> None:
    shown = several.run("baseline", "show", "main").stdout.splitlines()
    assert [line.split()[0] for line in shown[1:]] == ["3", "1"]
    assert "nobody has no accepted run in " in several.run("baseline", "show", "nobody").stdout


def test_a_promoted_run_is_the_baseline_from_then_on(several: Bench, tmp_path) -> None:
    """Even one that failed: a person has said that it is well. Older ones no longer count."""
    store = copy_of(several, tmp_path)
    assert several.run("baseline", "promote", "2", *store).stdout == "Run 2 is the baseline of main now\n"
    assert numbers(several, "--branch", "main", "--accepted", *store) == [3, 2]
    assert " *" in finding(several.run("runs", *store).stdout, "aaaaaaa2")
    assert several.run("baseline", "promote", "3", *store).exit_code == 0
    assert numbers(several, "--branch", "main", "--accepted", *store) == [3]


def test_a_run_of_no_branch_cannot_be_its_baseline(several: Bench) -> None:
    result = several.run("baseline", "promote", "5")
    assert result.exit_code == 1
    assert "run 5 belongs to no branch" in error_line(result)


def copy_of(bench: Bench, tmp_path) -> tuple[str, str]:
    """The same runs in a store that may be changed."""
    store = tmp_path / "copy.db"
    store.write_bytes((bench.folder / ".katydid" / "runs.db").read_bytes())
    return ("--store", str(store))


def test_older_runs_are_removed_but_baselines_stay(several: Bench, tmp_path) -> None:
    store = copy_of(several, tmp_path)
    assert several.run("runs", "prune", "--keep", "1", "--dry-run", *store).stdout == "Would remove runs 2\n"
    assert numbers(several, *store) == [5, 4, 3, 2, 1]
    assert several.run("runs", "prune", "--keep", "1", *store).stdout == "Removed runs 2\n"
    # 4 is the only accepted one of its branch, 3 and 1 are those of main.
    assert numbers(several, *store) == [5, 4, 3, 1]
    assert several.run("runs", "prune", "--keep", "1", *store).stdout == "Nothing to remove\n"


def test_runs_are_removed_by_their_age(several: Bench, tmp_path) -> None:
    store = copy_of(several, tmp_path)
    assert several.run("runs", "prune", "--older-than", "90d", *store).stdout == "Nothing to remove\n"
    assert several.run("runs", "prune", "--older-than", "1s", *store).stdout == "Removed runs 5, 2\n"


@pytest.mark.parametrize("words", [[], ["--keep", "some"], ["--older-than", "soon"]])
def test_what_to_remove_must_be_said(several: Bench, words: list[str]) -> None:
    result = several.run("runs", "prune", *words)
    assert result.exit_code == 2 and "--" in result.stderr
    assert len(several.kept()) == 5


def test_a_run_removes_those_beyond_what_is_kept(bench: Bench, shops: Shops) -> None:
    for _ in range(3):
        assert bench.test(shops(), "--keep-runs", "2", seconds=1).exit_code == 0
    assert numbers(bench) == [3, 2]


def test_commit_and_branch_are_those_of_the_working_copy(bench: Bench, shops: Shops) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        done = subprocess.run(
            ["git", *who, *words], cwd=bench.folder, env=bench.variables, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    git("init", "-q", "-b", "trunk")
    bench.write("stdout\nstderr\n.katydid/\n", ".gitignore")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    bench.test(shops(), seconds=1)
    bench.write((bench.folder / "locustfile.py").read_text() + "# changed\n")
    bench.test(shops(), seconds=1)
    changed, clean = (run["facts"] for run in bench.kept())
    assert (clean["commit"], clean["branch"], clean["dirty"]) == (git("rev-parse", "HEAD"), "trunk", False)
    assert changed["dirty"] is True
    assert finding(bench.run("show", "latest").stdout, "commit").endswith("with changes on trunk")


def test_commit_and_branch_are_those_of_the_pipeline(bench: Bench, shops: Shops) -> None:
    github = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SHA": "a" * 40,
        "GITHUB_REF_NAME": "main",
        "GITHUB_REF": "refs/heads/main",
    }
    bench.test(shops(), seconds=1, **github)
    gitlab = {"GITLAB_CI": "true", "CI_COMMIT_SHA": "b" * 40, "CI_COMMIT_REF_NAME": "feature", "CI": "true"}
    bench.test(shops(), seconds=1, **gitlab)
    of_gitlab, of_github = (run["facts"] for run in bench.kept())
    assert (of_github["commit"], of_github["branch"]) == ("a" * 40, "main")
    assert (of_gitlab["commit"], of_gitlab["branch"]) == ("b" * 40, "feature")


def test_history_needs_two_runs(bench: Bench, shops: Shops) -> None:
    bench.test(shops(), "--branch", "main", seconds=1)
    result = bench.run("history", "--branch", "main")
    assert result.exit_code == 1
    assert "a history needs two runs or more, and main has 1 in " in error_line(result)


def test_nothing_moved_between_equal_runs(several: Bench) -> None:
    result = several.run("history", "--branch", "main", "--metric", "errors")
    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing moved in the 3 runs of main")
    assert (
        json.loads(several.run("history", "--branch", "main", "--metric", "errors", "--json").stdout)["changes"] == []
    )
