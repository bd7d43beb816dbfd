"""Shops, folders to judge runs in, and kept runs that many tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.shop import PACED, QUICK, VISITOR, Bench, Shops, bench_in
from tests.web.conftest import pages, target  # noqa: F401  (fixtures)

#: Delays of the shop that kept runs were made against.
KNOWN_DELAYS = ("--delay", "/api/products=40ms", "--delay", "/api/cart=160ms")


@pytest.fixture(scope="session")
def shops() -> Iterator[Shops]:
    started = Shops()
    yield started
    started.end()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A folder of its own, with a locustfile that never fails."""
    made = bench_in(tmp_path, QUICK)
    yield made
    for run in made.runs:
        run.kill()


@pytest.fixture(scope="session")
def known(shops: Shops, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A folder with one kept run, for tests that only read it.

    /products takes 40 ms, /cart 160 ms, and a third of all requests (/missing) fails at once. Four users come within
    two seconds and stay for seven. The memory of the shop was watched.
    """
    bench = bench_in(tmp_path_factory.mktemp("known"), VISITOR)
    shop = shops(*KNOWN_DELAYS)
    words = ["--headless", "--only-summary", "-u", "4", "-r", "2", "-t", "9s", "--host", shop.url]
    where = ["--branch", "main", "--commit", "abc1234", "--profile", "known", "--service-pid", str(shop.pid)]
    run = bench.measure(*words, *where, "--csv", "run")
    assert run.exit_code == 1, run.output
    return bench


@pytest.fixture(scope="session")
def pair(shops: Shops, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A folder with two kept runs, "fast" and then "slow", for tests that only read them.

    The slow shop takes 120 ms, the fast one 60 ms. Each run is a file of its own, too: fast.katydid, slow.katydid.
    """
    bench = bench_in(tmp_path_factory.mktemp("pair"), PACED.replace("2.5", "5"))
    for label, commit, milliseconds in (("fast", "fa57fa5", 60), ("slow", "510e510", 120)):
        shop = shops("--delay", f"*={milliseconds}ms")
        where = ["--branch", label, "--commit", commit, "--profile", label, "--run-file", f"{label}.katydid"]
        run = bench.test(shop, *where, users=8, seconds=8)
        assert run.exit_code == 0, run.output
    return bench
