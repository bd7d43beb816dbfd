"""The HTML report: for scripts, and the name of the file that the command writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from katydid.env import Environment

PERCENTILES_FOR_HTML_REPORT = [0.50, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0]


def process_html_filename(options: Any) -> None:
    """Replaces ``{u}``, ``{r}`` and ``{t}`` in ``options.html_file`` by users, spawn rate and run time (seconds)."""
    for placeholder, value in (("{u}", options.num_users), ("{r}", options.spawn_rate), ("{t}", options.run_time)):
        if value is not None:
            text = str(int(value)) if float(value).is_integer() else str(value)
            options.html_file = options.html_file.replace(placeholder, text)


def render_template_from(file: str, build_path: str | None = None, **kwargs: Any) -> str:
    """A template with its arguments: one of a folder, or of the page that is built in ("index.html", "auth.html").

    Raises:
        ImportError: Jinja, which comes with Flask, is not installed.
        jinja2.TemplateNotFound: there is none of that name.
    """
    from katydid.web.templates import environment_of

    return environment_of(build_path).get_template(file).render(**kwargs)


def get_html_report(environment: Environment, show_download_link: bool = True, theme: str = "") -> str:
    """The report page of what the environment measured so far: one file that needs nothing else.

    Args:
        show_download_link: has no effect: the report holds its data, and offers them.
        theme: has no effect: the report is as light or dark as the system of whoever reads it.

    Raises:
        RuntimeError: this Katydid was built without its pages.
    """
    # Loaded only here: the command makes the report without it.
    from katydid.web.facts import run_facts

    runner = environment.runner
    state, user_count = (runner.state, runner.user_count) if runner else ("missing", 0)
    return environment.stats.core.html_report(run_facts(environment, None), state, user_count)
