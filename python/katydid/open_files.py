"""How many files and connections this process may have open."""

from __future__ import annotations

import logging

logger = logging.getLogger("locust.main")

#: Each user has at least one connection.
MINIMUM_OPEN_FILES = 10_000


def raise_open_file_limit() -> None:
    """Raises the soft limit to 10,000 if it is lower; warns when the system refuses."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= MINIMUM_OPEN_FILES:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (MINIMUM_OPEN_FILES, hard))
    except (ValueError, OSError):
        logger.warning(
            f"System open file limit '{soft}' is below minimum setting '{MINIMUM_OPEN_FILES}', and the system does not "
            "let it be raised: raise it with 'ulimit -n', or run fewer users"
        )
