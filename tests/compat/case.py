"""One case: a locustfile, how to run it, and what of its result is compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

LOCUSTFILES = Path(__file__).parent / "locustfiles"


@dataclass(frozen=True)
class Case:
    file: str
    """Name in locustfiles/, without .py."""
    variant: str = ""
    users: int = 1
    spawn_rate: float = 100
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict, hash=False)
    exit_code: int = 0
    """What Locust's is known to be: pins the case itself, so that a broken file cannot agree with itself."""
    stdout: str = "ordered"
    """ordered, sorted (several users print at once), or json (one document)."""
    sizes: bool = True
    """Whether the average content size is compared; not where the body holds what the client chose to send."""
    plain: bool = False
    """No --headless, users or reports: the arguments are the whole command line."""
    copies: tuple[str, ...] = ()
    """Files of locustfiles/ that are copied to the working directory first, as from>to."""

    better: dict[str, str] = field(default_factory=dict, hash=False, repr=False)
    """Lines and messages of exceptions on Locust, and what Katydid has instead on purpose: see docs/differences.md."""

    @property
    def name(self) -> str:
        return f"{self.file}-{self.variant}" if self.variant else self.file

    @property
    def path(self) -> Path:
        return LOCUSTFILES / f"{self.file}.py"
