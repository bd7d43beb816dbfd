"""Published locustfiles and checkers, unchanged, against the sample shop."""

import json
import os
from dataclasses import dataclass, field

import pytest

# The real Locust, when it is what KATYDID names, has retired what the slides of 2018 use.
REAL_LOCUST = os.path.basename(os.environ.get("KATYDID", "").split(" ")[-1]) == "locust"


@dataclass
class Case:
    """One run, and what it must leave behind."""

    locustfile: str
    options: str = "-u 10 -r 10 -t 5s"
    names: set = field(default_factory=set)  # each of them was called
    exit_code: int = 0
    errors: set = field(default_factory=set)  # exactly these
    requests: int = 10  # at least
    users: int = 1  # at least, at the busiest moment
    output: list = field(default_factory=list)
    retired: bool = False  # not for the real Locust

    def __str__(self):
        return f"{self.locustfile} {self.options}".strip()


LOGIN = "/api/auth/login"
PRODUCTS = "/api/products?page=1&limit=20"
CATALOGUE = {"/api/catalog/products?page=1&limit=20", "/api/catalog/products/SKU-1234"}

CASES = [
    Case("regression/locustfile.py", names={LOGIN, "/api/catalog/products?page=1&limit=20"}),
    Case("regression/locustfile.py", options="-u 10 -r 5 -t 5s --tags browse", names={LOGIN} | CATALOGUE),
    Case(
        "regression/locustfile.py",
        options="-u 20 -r 20 -t 5s --exclude-tags browse",
        names={LOGIN, "/api/cart/items", "/api/checkout"},
    ),
    Case("deep_dive/website_user.py", options="-u 10 -r 10 -t 5s --tags browse", names={LOGIN, PRODUCTS}),
    # The article's visitors count an order from an empty cart as a failure, and some of them try.
    Case(
        "deep_dive/website_hurried.py",
        options="-u 10 -r 10 -t 5s",
        names={LOGIN, PRODUCTS, "/api/cart/items", "/api/orders"},
        exit_code=1,
        errors={"CatchResponseError('Cart was empty')"},
        output=["Load test starting against http://", "FAILED: /api/orders - Cart was empty", "Test complete: "],
    ),
    Case(
        "deep_dive/website_with_hooks.py",
        options="-u 5 -r 5 -t 4s --tags browse",
        requests=5,
        names={LOGIN},
        output=["Load test starting against http://", " 0 failures, avg "],
    ),
    Case(
        "deep_dive/mixed_users.py",
        options="-u 20 -r 20 -t 5s",
        requests=100,
        users=20,
        names={"/api/v1/data/export", "/api/mobile/feed?since=2026-03-01"},
    ),
    Case("deep_dive/mixed_users.py", options="-u 10 -r 10 -t 5s AdminUser", requests=1, names={"/admin/dashboard"}),
    Case("patterns/checkout_flow.py", options="-u 10 -r 10 -t 6s", names={LOGIN, PRODUCTS}),
    Case(
        "patterns/checkout_flow_hurried.py",
        options="-u 5 -r 5 -t 4s",
        requests=50,
        names={LOGIN, PRODUCTS, "/api/products/1", "/api/cart/items", "/api/checkout"},
    ),
    Case("patterns/peak_hour_hurried.py", options="", requests=200, users=300, names={LOGIN, PRODUCTS}),
    Case(
        "tamed/locustfile.py",
        options="",
        names={"front page", "product", "product list", "static page", "preview page", "Publish job", "Publish shown"},
    ),
    Case("slides/website.py", options="-u 5 -r 5 -t 3s", requests=5, names={"/login"}, retired=True),
    Case(
        # Killed in the middle of a send, the client of the slides fails on an event that it has not chosen yet.
        "slides/custom_users.py",
        options="-u 5 -r 5 -t 4s --stop-timeout 3",
        names={"product", "missing"},
        exit_code=1,
        errors={"Refused('status 404')"},
        retired=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_published_file_runs_unchanged(case, demo_service, load_test):
    if case.retired and REAL_LOCUST:
        pytest.skip("the real Locust has retired this")
    host = demo_service()
    env = {"SHOP_ADDRESS": host.removeprefix("http://")}
    result = load_test(f"tests/seeds/{case.locustfile}", *case.options.split(), host=host, env=env)

    assert result.errors == case.errors, result.output
    assert result.exit_code == case.exit_code, result.output
    assert case.names <= result.names, result.output
    assert all(result.count(name) > 0 for name in case.names)
    assert int(result.total["Request Count"]) >= case.requests, result.output
    assert result.most_users >= case.users
    for text in case.output:
        assert text in result.output
    assert "Traceback" not in result.output


def test_a_shape_runs_its_stages_and_ends_by_itself(demo_service, load_test):
    result = load_test("tests/seeds/patterns/peak_hour_hurried.py", host=demo_service())
    counts = [int(row["User Count"]) for row in result.csv("stats_history")]
    busiest = counts.index(max(counts))
    assert 0 < busiest < len(counts) - 1, f"the number of users did not rise and fall: {counts}"
    assert counts[-1] < max(counts)


def test_editors_never_share_a_record(demo_service, load_test):
    result = load_test("tests/seeds/tamed/locustfile.py", host=demo_service(), env={"SCENARIO": "3"})
    assert (result.exit_code, result.errors) == (0, set()), result.output
    assert result.names == {"Preview job", "Preview shown", "preview page"}
    assert result.count("Preview job") >= result.count("Preview shown") > 0


def test_records_of_the_run_are_forwarded(demo_service, load_test, tmp_path):
    result = load_test("tests/seeds/tamed/locustfile.py", host=demo_service(), env={"RUN_LOG": "run.jsonl"})
    records = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    by_type = {
        kind: [record for record in records if record["type"] == kind]
        for kind in ("success", "failure", "vus", "memory", "summary")
    }
    # A user that is stopped between the listeners of one request is counted by some of them only.
    users = 6
    assert abs(len(by_type["success"]) - int(result.total["Request Count"])) <= users
    assert by_type["failure"] == []
    assert max(record["count"] for record in by_type["vus"]) == users
    assert len(by_type["memory"]) >= 3
    assert by_type["summary"][0]["requests"] > 0


# A checker, the file whose results it reads, and what it is called with.
CHECKERS = {
    "budget": ("regression/check_budget.py", "regression/locustfile.py", "result_stats.csv"),
    "thresholds": ("deep_dive/check_load_results.py", "deep_dive/mixed_users.py", "result"),
}


@pytest.mark.parametrize("checker, locustfile, argument", CHECKERS.values(), ids=CHECKERS)
@pytest.mark.parametrize(
    "service_options, exit_code, verdicts",
    [
        ((), 0, ("Performance budget OK", "PASS: All performance thresholds met")),
        (("--delay", "*=700ms"), 1, ("Performance budget EXCEEDED", "FAIL: ")),
    ],
    ids=["fast", "slow"],
)
def test_checker_judges_the_results(
    checker, locustfile, argument, service_options, exit_code, verdicts, demo_service, load_test, python_script
):
    host = demo_service(*service_options)
    # As the first article's pipeline does it; the other locustfile has no tags, and needs none.
    tags = ["--tags", "browse"] if locustfile.startswith("regression") else []
    run = load_test(f"tests/seeds/{locustfile}", "-u", "10", "-r", "5", "-t", "5s", *tags, host=host)
    assert run.exit_code == 0, run.output
    verdict = python_script(f"tests/seeds/{checker}", argument)
    assert verdict.exit_code == exit_code, verdict.output
    assert any(text in verdict.output for text in verdicts), verdict.output


def test_checker_counts_failures(demo_service, load_test, python_script):
    host = demo_service("--error-rate", "products=0.5", "--seed", "3")
    run = load_test(
        "tests/seeds/deep_dive/website_hurried.py", "-u", "10", "-r", "10", "-t", "3s", "--tags", "browse", host=host
    )
    assert run.exit_code == 1, run.output
    verdict = python_script("tests/seeds/deep_dive/check_load_results.py", "result")
    assert verdict.exit_code == 1
    assert "FAIL: failure rate " in verdict.output
