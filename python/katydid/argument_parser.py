"""The command line as locustfiles see and extend it. The options themselves come from the engine's one table."""

from __future__ import annotations

import difflib
import os
import sys
from argparse import SUPPRESS, Action, Namespace
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, NoReturn

import configargparse

from katydid import _core
from katydid._core import LOCUST_VERSION as version  # noqa: F401  (Locust has it here too)
from katydid.event import events
from katydid.locustfiles import download_locustfile_from_url, exit_handler, parse_locustfile_paths
from katydid.option_types import (
    gt_zero,
    json_user_config,
    positive_integer,
    raise_argument_type_error,
    timespan,
    within,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = (
    "DEFAULT_CONFIG_FILES",
    "LocustArgumentParser",
    "default_args_dict",
    "download_locustfile_from_url",
    "exit_handler",
    "get_empty_argument_parser",
    "get_locustfiles_locally",
    "get_parser",
    "gt_zero",
    "json_user_config",
    "parse_locustfile_option",
    "parse_locustfile_paths",
    "parse_options",
    "positive_integer",
    "raise_argument_type_error",
    "setup_parser_arguments",
    "timespan",
    "ui_extra_args_dict",
)

#: Where options are read from besides the command line, weakest first.
DEFAULT_CONFIG_FILES = ("~/.locust.conf", "~/.katydid.conf", "locust.conf", "katydid.conf", "pyproject.toml")

#: Tables of a TOML file that hold options, weakest first.
_TOML_TABLES = ("tool.locust", "tool.katydid")

#: What an argument may be told about the web interface, and what it is when nothing is said.
_WEB_UI_PROPERTIES = {"include_in_web_ui": True, "is_secret": False, "is_required": False, "is_multiple": False}


class LocustArgumentParser(configargparse.ArgumentParser):
    """The parser that ``init_command_line_parser`` listeners add their arguments to."""

    def add_argument(self, *args: Any, **kwargs: Any) -> Action:
        """Adds an argument, as argparse does.

        Args:
            env_var: environment variable that the value is taken from when the command line has none.
            include_in_web_ui: whether the web interface asks for it (True).
            is_secret: whether it is hidden while typed there (False).
            is_required: whether it must be filled in there (False).
            is_multiple: whether several of its choices can be taken there (False).
        """
        properties = {name: kwargs.pop(name, value) for name, value in _WEB_UI_PROPERTIES.items()}
        action = super().add_argument(*args, **kwargs)
        vars(action).update(properties)
        return action

    def error(self, message: str) -> NoReturn:
        """Ends the process with code 2, after one line; an unknown option is answered with the closest known one."""
        _, unknown, arguments = message.partition("unrecognized arguments:")
        if unknown and (words := arguments.split()):
            options = [option for action in self._actions for option in action.option_strings]
            if closest := difflib.get_close_matches(words[0], options, n=1):
                message += f" (did you mean '{closest[0]}'?)"
        self.exit(2, f"{self.prog}: error: {message}\n")

    @property
    def args_included_in_web_ui(self) -> dict[str, Action]:
        """Arguments that the web interface asks for, by dest."""
        return {action.dest: action for action in self._actions if getattr(action, "include_in_web_ui", False)}

    @property
    def secret_args_included_in_web_ui(self) -> dict[str, Action]:
        """Those that are hidden while typed."""
        return self._included_with("is_secret")

    @property
    def required_args_included_in_web_ui(self) -> dict[str, Action]:
        """Those that must be filled in."""
        return self._included_with("is_required")

    @property
    def multiple_args_included_in_web_ui(self) -> dict[str, Action]:
        """Those of which several choices can be taken."""
        return self._included_with("is_multiple")

    def _included_with(self, name: str) -> dict[str, Action]:
        return {dest: action for dest, action in self.args_included_in_web_ui.items() if getattr(action, name)}


class LocustTomlConfigParser(configargparse.ConfigFileParser):
    """Reads options from tables of a TOML file.

    Args:
        sections: names of tables, such as ``tool.locust``; what a later one says counts.
    """

    def __init__(self, sections: Iterable[str]) -> None:
        super().__init__()
        self.sections = list(sections)

    def get_syntax_description(self) -> str:
        return f"TOML, in the table {' or '.join(self.sections)}"

    def parse(self, stream: Any) -> OrderedDict[str, Any]:
        try:
            document = tomllib.loads(stream.read())
        except tomllib.TOMLDecodeError as error:
            raise configargparse.ConfigFileParserException(f"Couldn't parse TOML file: {error}") from error
        values: OrderedDict[str, Any] = OrderedDict()
        for section in self.sections:
            for key, value in _table(document, section).items():
                if isinstance(value, dict):
                    continue  # budgets and levels, which the engine reads
                values[key] = value if isinstance(value, list) else str(value)
        return values


def _table(document: dict[str, Any], section: str) -> dict[str, Any]:
    for part in section.split("."):
        document = document.get(part, {})
    return document


class LocustConfigParser(configargparse.ConfigFileParser):
    """Reads options from a file: tables of a TOML file, or lines such as ``key = value``."""

    def get_syntax_description(self) -> str:
        return configargparse.DefaultConfigFileParser().get_syntax_description()

    def parse(self, stream: Any) -> OrderedDict[str, Any]:
        if stream.name.endswith(".toml"):
            return LocustTomlConfigParser(_TOML_TABLES).parse(stream)
        return configargparse.DefaultConfigFileParser().parse(stream)


def get_empty_argument_parser(
    add_help: bool = True, default_config_files: Sequence[str] = DEFAULT_CONFIG_FILES
) -> LocustArgumentParser:
    """A parser that knows ``--locustfile`` and ``--config`` only."""
    parser = LocustArgumentParser(
        prog="katydid",
        default_config_files=list(default_config_files),
        config_file_parser_class=LocustConfigParser,
        add_env_var_help=False,
        add_config_file_help=False,
        add_help=add_help,
        usage=SUPPRESS,
    )
    _add_options(parser, [row for row in _core.option_table() if row["dest"] in _EARLY])
    return parser


def setup_parser_arguments(parser: LocustArgumentParser) -> None:
    """Adds all options but those of `get_empty_argument_parser`."""
    _add_options(parser, [row for row in _core.option_table() if row["dest"] not in _EARLY])


def get_parser(default_config_files: Sequence[str] = DEFAULT_CONFIG_FILES) -> LocustArgumentParser:
    """A parser with all options, those included that listeners of ``init_command_line_parser`` add."""
    parser = get_empty_argument_parser(default_config_files=default_config_files)
    setup_parser_arguments(parser)
    events.init_command_line_parser.fire(parser=parser)
    return parser


def parse_locustfile_option(args: list[str] | None = None) -> Namespace:
    """What has to be known before a locustfile is imported: ``locustfile``, and what it is to be fetched with.

    Arguments that a locustfile may add are left alone.

    Raises:
        SystemExit: with code 0 after ``--help`` or ``--version``, with 2 when a known option is wrong.
    """
    parser = get_empty_argument_parser(add_help=False)
    rows = [row for row in _core.option_table() if row["dest"] in _BEFORE_IMPORT]
    _add_options(parser, rows)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("-V", "--version", action="store_true")
    options, _ = parser.parse_known_args(args)
    if options.help or options.version:
        get_parser().parse_args(args)
    return options


def download_locustfile_from_master(master_host: str, master_port: int) -> list[Any]:
    """Asks a master for its locustfiles: URLs, and dicts with ``filename`` and ``contents``.

    Raises:
        SystemExit: with code 1, after a line on standard error, when there are none.
    """
    from katydid.cluster.locustfile_sources import ask_master

    sources = ask_master(master_host, master_port, None)["locustfiles"]
    return [it if isinstance(it, str) else {"filename": it[0], "contents": it[1]} for it in sources]


def parse_locustfiles_from_master(locustfile_sources: list[Any]) -> list[str]:
    """Saves what a master sent, until the process ends. The paths."""
    from katydid.cluster.locustfile_sources import save_source

    return [save_source(it if isinstance(it, str) else (it["filename"], it["contents"])) for it in locustfile_sources]


def retrieve_locustfiles_from_master(options: Namespace) -> list[str]:
    """The locustfiles of the master that the options name, saved until the process ends. Their paths."""
    return parse_locustfiles_from_master(download_locustfile_from_master(options.master_host, options.master_port))


def get_locustfiles_locally(options: Namespace) -> list[str]:
    """Absolute paths of the locustfiles that ``options.locustfile`` names, separated by commas.

    Raises:
        SystemExit: with code 1, after a line on standard error, when one of them is not there.
    """
    return parse_locustfile_paths([path.strip() for path in options.locustfile.split(",")])


def parse_options(args: list[str] | None = None) -> Namespace:
    """Parses a command line; that of the process when None.

    Raises:
        SystemExit: with code 2, when it cannot be understood.
    """
    parser = get_parser()
    options = parser.parse_args(args=args)
    check_options(parser, options)
    return options


def check_options(parser: LocustArgumentParser, options: Namespace) -> None:
    """Checks what no option can check for itself.

    Raises:
        SystemExit: with code 2.
    """
    if options.stats_history_enabled and options.csv_prefix is None:
        parser.error("'--csv-full-history' requires '--csv'.")


def default_args_dict() -> dict[str, Any]:
    """The defaults of all options, before listeners add theirs and whatever the configuration files say."""
    parser = get_empty_argument_parser(default_config_files=())
    setup_parser_arguments(parser)
    return vars(parser.parse_args([]))


class UIExtraArgOptions(NamedTuple):
    """What the web interface has to know about an argument that a locustfile added."""

    default_value: Any
    is_secret: bool
    is_required: bool
    help_text: str | None
    is_multiple: bool
    choices: list[str] | None = None


def ui_extra_args_dict(args: list[str] | None = None) -> dict[str, dict[str, Any]]:
    """The arguments that listeners added and the web interface asks for, by dest."""
    known = default_args_dict()
    parser = get_parser()
    values = vars(parser.parse_args(args))
    return {
        dest: UIExtraArgOptions(
            default_value=values[dest],
            is_secret=action.is_secret,  # type: ignore[attr-defined]
            is_required=action.is_required,  # type: ignore[attr-defined]
            help_text=action.help,
            is_multiple=action.is_multiple,  # type: ignore[attr-defined]
            choices=list(action.choices) if action.choices else None,
        )._asdict()
        for dest, action in parser.args_included_in_web_ui.items()
        if dest not in known and dest in values
    }


# From a row of the option table to an argument.

#: Options that are read before a locustfile is imported.
_EARLY = frozenset(("locustfile", "config"))
#: Those that say where it comes from.
_BEFORE_IMPORT = frozenset(("worker", "master", "master_host", "master_port"))

_TYPE_OF_KIND = {"integer": int, "float": float, "timespan": timespan, "string": str, "path": str, "list": str}

#: Options whose values are read differently from others of their kind.
_TYPE_OF_DEST = {"config_users": json_user_config, "loglevel": str.upper}


def _add_options(parser: LocustArgumentParser, rows: list[dict[str, Any]]) -> None:
    groups: dict[str, Any] = {}
    for row in rows:
        if row["dest"] in ("help", "version"):
            continue  # argparse's own and the engine's; both are answered before this parser is made
        name = row.get("group") or "Other options"
        if name not in groups:
            groups[name] = parser.add_argument_group(name)
        _add_option(groups[name], row)


def _add_option(group: Any, row: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"help": SUPPRESS if row.get("hidden") else (row.get("help") or "").replace("%", "%%")}
    if row["flags"]:
        arguments["dest"] = row["dest"]
    if env_var := _env_var(row):
        arguments["env_var"] = env_var
    if row.get("retired"):
        arguments.update(action=raise_argument_type_error(row["retired"]), nargs="?")
    elif row["dest"] == "config":
        arguments.update(is_config_file_arg=True, metavar=row.get("metavar"))
        arguments.pop("env_var", None)
    elif row["kind"] == "flag":
        arguments.update(action="store_true", default=bool(row.get("default")))
    else:
        arguments.update(
            type=_type_of(row),
            default=row.get("default"),
            metavar=row.get("metavar"),
        )
        if row.get("choices"):
            arguments["choices"] = list(row["choices"])
        if row["kind"] == "repeated":
            arguments["action"] = "append"
        if row["kind"] == "list" or row["dest"] == "config_users":
            arguments["nargs"] = "*"
    if row["flags"]:
        group.add_argument(*row["flags"], **arguments)
    else:
        _add_positional(group, row, arguments)


def _type_of(row: dict[str, Any]) -> Any:
    read = _TYPE_OF_DEST.get(row["dest"]) or _TYPE_OF_KIND.get(row["kind"], str)
    return within(row.get("bound", "any"), read)


def _add_positional(group: Any, row: dict[str, Any], arguments: dict[str, Any]) -> None:
    # A positional argument cannot have a variable of its own in argparse, so it becomes the default.
    variable = arguments.pop("env_var", None)
    arguments["default"] = os.environ.get(variable, "").split() if variable else []
    group.add_argument(row["dest"], **arguments)


def _env_var(row: dict[str, Any]) -> str | None:
    """The first of the option's variables that is set; the first of all when none is."""
    names = row.get("env") or []
    return next((name for name in names if name in os.environ), names[0] if names else None)
