"""The HTML report is written by the command at the end of a run; its file name may contain the run's figures."""

from __future__ import annotations

from typing import Any

PERCENTILES_FOR_HTML_REPORT = [0.50, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0]


def process_html_filename(options: Any) -> None:
    """Replaces ``{u}``, ``{r}`` and ``{t}`` in ``options.html_file`` by users, spawn rate and run time (seconds)."""
    for placeholder, value in (("{u}", options.num_users), ("{r}", options.spawn_rate), ("{t}", options.run_time)):
        if value is not None:
            text = str(int(value)) if float(value).is_integer() else str(value)
            options.html_file = options.html_file.replace(placeholder, text)


def get_html_report(environment: Any, show_download_link: bool = True, theme: str = "") -> str:
    """Not part of this version; the command writes the report with ``--html``.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("get_html_report() is not part of this version of Katydid: run with --html FILE")
