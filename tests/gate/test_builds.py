"""The story of this part: a service that gets a little slower with each build, and what notices it.

A limit alone lets it pass build after build; a comparison with the accepted runs of the branch does not, and the
history names the commits.
"""

from __future__ import annotations

import json
from itertools import pairwise

from tests.gate.shop import PACED, Bench, Shops

#: Each build takes 50 ms longer than the one before it.
BUILDS = {f"{number}" * 7: 100 + 50 * (number - 1) for number in range(1, 7)}
USERS, SECONDS = 8, 12
PASS, REGRESSION = 0, 11


def test_a_service_gets_slower_build_by_build(bench: Bench, shops: Shops) -> None:
    # As many requests per second as the users' pace says: only how long they take is worth a comparison.
    bench.write('[compare]\nmetrics = ["p50", "p95", "errors"]\n', "budgets.toml")
    bench.write(PACED)
    first, *later = BUILDS

    def run(commit: str, *options: str):
        shop = shops("--delay", f"*={BUILDS[commit]}ms")
        where = ["--branch", "main", "--commit", commit, "--budget", "p95 < 500ms"]
        return bench.test(shop, *where, *options, users=USERS, seconds=SECONDS)

    # Nothing to compare with yet, then a build that is as fast as the one before.
    assert run(first).exit_code == PASS
    equal = run(first, "--baseline", "main", "--verdict-json", "equal.json")
    assert equal.exit_code == PASS, equal.output
    assert [base["facts"]["commit"] for base in bench.json("equal.json")["bases"]] == [first]

    for commit in later:
        slower = run(commit, "--baseline", "main", "--verdict-json", "slower.json")
        assert slower.exit_code == REGRESSION, slower.output
        verdict = bench.json("slower.json")
        assert verdict["verdict"] == "regression"
        # The fixed budget passes for all of them, and none becomes what the next is compared with.
        budgets = [found for found in verdict["findings"] if found["kind"] == "budget"]
        assert [found["outcome"] for found in budgets] == ["pass"]
        assert {base["facts"]["commit"] for base in verdict["bases"]} == {first}
        worse = [found for found in verdict["findings"] if found["outcome"] == "fail"]
        assert {found["subject"] for found in worse} >= {"GET /products"}, slower.output

    assert {run["facts"]["commit"] for run in bench.kept("--accepted", "--branch", "main")} == {first}

    told = bench.run("history", "--branch", "main", "--metric", "p50", "--endpoint", "GET /products")
    assert told.exit_code == 0, told.output
    for commit in later:
        assert commit in told.stdout
    assert first not in told.stdout.split("COMMIT")[1].split()

    history = json.loads(bench.run("history", "--branch", "main", "--metric", "p50", "--json").stdout)
    steps = [change for change in history["changes"] if change["endpoint"]["name"] == "/products"]
    assert [change["commit"] for change in steps] == later
    assert all(change["is_worse"] for change in steps)
    for change, (before, after) in zip(steps, pairwise(BUILDS.values()), strict=True):
        assert before <= change["before"] < change["after"], change
        assert after <= change["after"], change


def test_equal_builds_pass_without_anything_said(bench: Bench, shops: Shops) -> None:
    """Users as fast as they are answered, and the tolerances that hold unless somebody says otherwise."""
    bench.write(PACED.replace("constant_throughput(2.5)", "constant(0)"))
    shop = shops("--delay", "*=100ms")
    assert bench.test(shop, "--branch", "main", users=USERS, seconds=SECONDS).exit_code == PASS
    equal = bench.test(shop, "--branch", "main", "--baseline", "main", users=USERS, seconds=SECONDS)
    assert equal.exit_code == PASS, equal.output
