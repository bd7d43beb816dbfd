"""`katydid duel`: two deployments in turns; and `--seed`, by which both are asked the same."""

from __future__ import annotations

import json
import time

import jsonschema
import pytest

from tests.gate.shop import PACED, SCHEMA, Bench, Shops, error_line, finding

#: A user whose every choice is printed.
GAMBLER = """
    import random

    from locust import User, constant, task


    class Gambler(User):
        wait_time = constant(0)

        def on_start(self):
            self.draws = 0

        @task(3)
        def play(self):
            self.draw("play")

        @task
        def rest(self):
            self.draw("rest")

        def draw(self, what):
            print("drew", what, random.random(), random.randint(1, 1000), flush=True)
            self.draws += 1
            if self.draws == 200:
                self.environment.runner.quit()
"""


def draws(bench: Bench, *options: str) -> list[str]:
    bench.write(GAMBLER)
    result = bench.run("--headless", "--only-summary", "-u", "1", "-r", "1", "-t", "30s", *options)
    lines = [line for line in result.output.splitlines() if line.startswith("drew ")]
    assert len(lines) >= 200, result.output
    return lines[:200]


def test_a_seed_repeats_what_one_user_draws(bench: Bench) -> None:
    first, second = draws(bench, "--seed", "7"), draws(bench, "--seed", "7")
    assert first == second
    assert draws(bench, "--seed", "8") != first
    assert bench.kept()[2]["facts"]["seed"] == 7


def test_without_a_seed_nothing_repeats(bench: Bench) -> None:
    assert draws(bench) != draws(bench)


#: Short blocks, five pairs of them: less cannot be judged.
QUICKLY = ("--block", "1s", "--pairs", "5", "-u", "4")


@pytest.fixture
def dueling(bench: Bench, shops: Shops):
    """Runs a duel between shops that take so many milliseconds."""
    bench.write(PACED.replace("2.5", "20"))

    def run(base: int, head: int, *options: str, within: str = "60s"):
        urls = [shops("--delay", f"*={milliseconds}ms").url for milliseconds in (base, head)]
        return bench.run(
            "duel", "--base", urls[0], "--head", urls[1], *QUICKLY, "--time-limit", within, *options, limit=120
        )

    return run


def test_a_slower_deployment_loses(bench: Bench, dueling, tab) -> None:
    result = dueling(20, 40, "-v", "--verdict-json", "v.json", "--html", "duel.html")
    assert result.exit_code == 11, result.output
    assert finding(result.stdout, "GET /products: p50 ").startswith("FAIL")
    verdict = bench.json("v.json")
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(verdict)
    assert verdict["verdict"] == "regression"
    assert not (bench.folder / ".katydid").exists(), "its blocks are no runs of their own"
    one = tab()
    one.page.goto((bench.folder / "duel.html").as_uri())
    one.page.wait_for_selector(".verdict")
    assert one.page.inner_text(".verdict-word") == "Regression"


def test_a_pair_in_which_the_generator_was_the_limit_is_measured_again(bench: Bench, dueling) -> None:
    """That is this machine's doing: of a few hundred blocks on a busy one, some are always hit."""
    bench.write(
        """
        import os
        import time

        from locust import HttpUser, constant_throughput, task

        try:
            os.mkdir("the first block")
            busy_seconds = 0.03
        except FileExistsError:
            busy_seconds = 0


        class Buyer(HttpUser):
            wait_time = constant_throughput(20)

            @task
            def buy(self):
                self.client.get("/api/products", name="/products")
                until = time.perf_counter() + busy_seconds
                while time.perf_counter() < until:
                    pass
        """
    )
    result = dueling(20, 40, "-v", within="90s")
    assert result.exit_code == 11, result.output
    assert "pair 1: the generator was the limit, so it is measured again" in result.stderr
    assert "measured again, because the generator was the limit" in finding(result.stdout, "duel")


def test_what_is_asked_of_the_duel_is_not_asked_of_its_blocks(bench: Bench, dueling) -> None:
    """Variables of a pipeline: each block would write the same files."""
    bench.variables |= {
        "KATYDID_VERDICT_JUNIT": "junit.xml",
        "KATYDID_BASELINE": "main",
        "LOCUST_PROCESSES": "2",
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": "summary.md",
    }
    result = dueling(20, 40)
    assert result.exit_code == 11, result.output
    assert (bench.folder / "summary.md").read_text().count("<!-- katydid-verdict -->") == 1
    assert not (bench.folder / "junit.xml").exists()


def test_a_block_that_a_budget_ends_is_told(bench: Bench, dueling) -> None:
    (bench.folder / "budgets.toml").write_text('budgets = ["failures < 1 [abort]", "max < 5ms [abort]"]')
    result = dueling(20, 20)
    assert result.exit_code == 1, result.output
    assert "duel: a block ended before its time, as with a budget that aborts" in result.stderr


def test_equal_deployments_are_no_regression(dueling) -> None:
    result = dueling(20, 20, "--exit-code-on-inconclusive", "12")
    assert result.exit_code in (0, 12), result.output


@pytest.mark.parametrize(
    "options, code, told",
    [
        (["--base", "shop", "--head", "http://127.0.0.1:9"], 2, "--base: 'shop' is no address"),
        (["--base", "http://127.0.0.1:9", "--head", "ftp://shop"], 2, "--head: 'ftp://shop' is no address"),
        (["--base", "http://127.0.0.1:9", "--head", "http://127.0.0.1:9", "-t", "3s"], 2, "is set by the duel itself"),
        (["--base", "http://127.0.0.1:9", "--head", "http://127.0.0.1:9", "--block", "0s"], 2, "--block: "),
        (["--base", "http://127.0.0.1:9", "--head", "http://127.0.0.1:9", "--block", "soon"], 2, "--block: "),
        (["--base", "http://127.0.0.1:9", "--head", "http://127.0.0.1:9", "-f", "nowhere.py"], 1, "nowhere.py"),
        (
            ["--base", "http://127.0.0.1:9", "--head", "http://127.0.0.1:9", "--verdict-json", "/proc/nowhere/v.json"],
            1,
            "--verdict-json: cannot ",
        ),
    ],
)
def test_what_cannot_be_a_duel_is_refused_in_one_line(bench: Bench, options: list[str], code: int, told: str) -> None:
    started = time.monotonic()
    result = bench.run("duel", *options)
    assert result.exit_code == code, result.output
    # What is measured is told beside the error: pair 1 of 8.
    lines = [line for line in result.stderr.splitlines() if not line.startswith("pair ")]
    assert len(lines) == 1 and told in lines[0], result.output
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("options", [["--base", "http://127.0.0.1:9"], ["--pairs", "4"], []])
def test_what_is_missing_or_too_little_is_told(bench: Bench, options: list[str]) -> None:
    result = bench.run("duel", *options)
    assert (result.exit_code == 2 and "--head" in result.stderr) or "--pairs" in result.stderr, result.output


def test_a_duel_that_has_no_time_is_refused_before_any_load(bench: Bench) -> None:
    words = ["--base", "http://127.0.0.1:9", "--head", "http://127.0.0.1:9", "--block", "10s", "--time-limit", "20s"]
    result = bench.run("duel", *words)
    assert result.exit_code == 2, result.output
    assert "--time-limit: 8 pairs of blocks of 10s take " in error_line(result)


def test_a_deployment_that_does_not_answer_ends_it(bench: Bench, shops: Shops) -> None:
    """Half of the requests fail: whatever the verdict, it is not that all is well."""
    bench.write(PACED.replace("2.5", "20"))
    words = ["--base", shops().url, "--head", "http://127.0.0.1:9", *QUICKLY, "--time-limit", "45s"]
    result = bench.run("duel", *words, limit=120)
    assert result.exit_code in (11, 13), result.output
