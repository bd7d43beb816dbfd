"""Every case of cases.py: the same locustfile on Locust and on Katydid gives the same."""

from __future__ import annotations

import pytest

from tests.compat.case import LOCUSTFILES, Case
from tests.compat.cases import CASES
from tests.compat.differential import compare, row


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_locust_and_katydid_agree(case: Case, target, record_property) -> None:
    comparison = compare(case, target)
    record_property("compat", row(comparison))
    record_property("locustfile", case.file)
    assert not comparison.differences, "\n".join(
        [*comparison.differences, "--- what Katydid wrote to stderr", comparison.katydid.stderr[-3000:]]
    )


def test_every_locustfile_has_a_case() -> None:
    files = {path.stem for path in LOCUSTFILES.glob("*.py") if not path.name.startswith("_")}
    assert files == {case.file for case in CASES}
