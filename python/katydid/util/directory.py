"""Files in a directory tree."""

from __future__ import annotations

import os


def get_abspaths_in(path: str, extension: str | None = None) -> list[str]:
    """Absolute paths of all files under ``path`` whose name ends in ``extension`` and starts with no underscore."""
    return [
        os.path.abspath(os.path.join(directory, name))
        for directory, _, names in os.walk(path)
        for name in names
        if not name.startswith("_") and (extension is None or name.endswith(extension))
    ]
