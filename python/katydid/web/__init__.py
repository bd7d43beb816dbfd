"""The page of an environment: starts, watches and stops its tests from a browser. Rust serves it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypedDict

import gevent
from gevent.event import Event

from katydid import _core, log, stats
from katydid.hub import hub
from katydid.stats_csv import StatsCSV
from katydid.user.inspectuser import get_ratio
from katydid.web.facts import run_facts
from katydid.web.swarm import Swarm
from katydid.web.template_args import template_args

if TYPE_CHECKING:
    from flask import Flask
    from flask_login import LoginManager

    from katydid.env import Environment

logger = logging.getLogger("locust.web")
greenlet_exception_handler = log.greenlet_exception_logger(logger)

DEFAULT_CACHE_TIME = 2.0
HOST_IS_REQUIRED = False


class InputField(TypedDict, total=False):
    """A field of a form to log in with."""

    label: str
    name: str
    type: str | None
    default_value: bool | None
    choices: list[str] | None
    is_multiple: bool | None
    is_secret: bool | None
    is_required: bool | None


class CustomForm(TypedDict, total=False):
    """A form to log in with."""

    inputs: list[InputField] | None
    callback_url: str
    submit_button_text: str | None


class AuthProvider(TypedDict, total=False):
    """Somebody else who knows the user."""

    label: str | None
    callback_url: str
    icon_url: str | None


class AuthArgs(TypedDict, total=False):
    """What the page to log in with shows."""

    custom_form: CustomForm
    auth_providers: list[AuthProvider]
    username_password_callback: str
    error: str
    info: str


class WebUI:
    """Serves the page of an environment, from now on or from `start`.

    Args:
        environment: what is tested; it needs a runner before the page is started.
        host: address to listen at; nothing means this machine only, ``*`` every interface.
        port: its port; 0 means any, and ``server.server_port`` then tells which.
        web_base_path: path that everything lives under, beginning with a slash.
        web_login: whether the page is for those only who log in.
        tls_cert, tls_key: files of the certificate and its key, for HTTPS.
        stats_csv_writer: who writes CSV; only its history file matters.
        delayed_start: wait for `start`, so that routes can be added before.
        userclass_picker_is_active: whether the page lets one choose among user and shape classes.
        build_path: folder of templates that come before the page's own.

    Raises:
        OSError: the address is not to be had, or certificate and key cannot be used.
    """

    template_args: dict[str, Any]
    """What the page is made with; scripts may add to it."""
    auth_args: AuthArgs
    """What the page to log in with is made with; for scripts that bring a login of their own."""
    greenlet: gevent.Greenlet | None = None
    """Ends when the page does."""
    server: PageServer | None = None
    """What listens, once it does."""

    def __init__(
        self,
        environment: Environment,
        host: str,
        port: int,
        web_base_path: str | None = None,
        web_login: bool = False,
        tls_cert: str | None = None,
        tls_key: str | None = None,
        stats_csv_writer: StatsCSV | None = None,
        delayed_start: bool = False,
        userclass_picker_is_active: bool = False,
        build_path: str | None = None,
    ) -> None:
        environment.web_ui = self
        self.environment = environment
        self.host = host
        self.port = port
        self.web_base_path = web_base_path or ""
        self.web_login = web_login
        self.tls_cert = tls_cert
        self.tls_key = tls_key
        self.stats_csv_writer = stats_csv_writer or StatsCSV(environment, stats.PERCENTILES_TO_REPORT)
        self.userclass_picker_is_active = userclass_picker_is_active
        self.build_path = build_path
        self.template_args = {}
        self.auth_args = {}
        self._swarm = Swarm(self)
        self._app: Flask | None = None
        self._login_manager: LoginManager | None = None
        if environment.runner:
            self.update_template_args()
        if not delayed_start:
            self.start()

    # Serving.

    def start(self) -> None:
        """Serves the page from now on."""
        if self.environment.runner is None:
            # Scripts may make the page first; without a runner it has nothing to show.
            self.greenlet = gevent.spawn(self._start_with_runner)
            return
        self.server = PageServer(self)
        self.greenlet = gevent.spawn(self.server.join)

    def start_server(self) -> None:
        """Serves the page, and returns when it was stopped."""
        self.start()
        assert self.greenlet is not None, "made by starting"
        self.greenlet.join()

    def _start_with_runner(self) -> None:
        while self.environment.runner is None:
            gevent.sleep(0.05)
        self.server = PageServer(self)
        self.server.join()

    def stop(self) -> None:
        """Ends the page."""
        if self.server is not None:
            self.server.stop()

    @property
    def app(self) -> Flask:
        """The Flask application, for routes, hooks and a login of one's own. Once it was used, it sees each request.

        Raises:
            RuntimeError: Flask is not installed.
        """
        if self._app is None:
            from katydid.web.flask_app import make_app

            self._app = make_app(self)
            if self.server is not None:
                self.server.core.set_has_app(True)
        return self._app

    @property
    def login_manager(self) -> LoginManager:
        """That of flask-login, with ``--web-login``.

        Raises:
            AttributeError: there is no login.
        """
        if not self.web_login:
            raise AttributeError("The login_manager is only available with --web-login.\n")
        assert self.app is not None, "made by making the application"
        assert self._login_manager is not None, "made by making the application"
        return self._login_manager

    @login_manager.setter
    def login_manager(self, value: LoginManager) -> None:
        self._login_manager = value

    def auth_required_if_enabled(self, view_func: Callable[..., Any]) -> Callable[..., Any]:
        """Decorates a route of the application, so that it needs a login where the page does."""

        @wraps(view_func)
        def view(*args: Any, **kwargs: Any) -> Any:
            if not self._has_own_login:
                # Rust let nobody through who is not logged in.
                return view_func(*args, **kwargs)
            from katydid.web.flask_app import with_login

            return with_login(view_func)(*args, **kwargs)

        return view

    @property
    def _has_own_login(self) -> bool:
        """Whether the script sees to the login."""
        return self.web_login and self._app is not None and bool(self.auth_args)

    # What the page asks.

    def update_template_args(self) -> None:
        """Brings what the page is made with up to date; what scripts added stays."""
        self.template_args = {**self.template_args, **template_args(self)}

    def _perform(self, kind: str, argument: Any) -> Any:
        """Answers what Rust asks, on the hub thread."""
        if kind == "app":
            from katydid.web.flask_app import answer

            return answer(self.app, argument, self.web_base_path)
        return getattr(self, f"_answer_{kind}")(argument)

    def _answer_template_args(self, _: None) -> dict[str, Any]:
        self.update_template_args()
        logout = {"logout_url": "logout"} if self.web_login and not self._has_own_login else {}
        return {**self.template_args, **logout}

    def _answer_auth_args(self, _: None) -> AuthArgs:
        return self.auth_args

    def _answer_swarm(self, fields: list[tuple[str, str]]) -> dict[str, Any]:
        return self._swarm.start(fields)

    def _answer_stop(self, _: None) -> None:
        self._swarm.stop()

    def _answer_reset_stats(self, _: None) -> None:
        self.environment.events.reset_stats.fire()
        self.environment.stats.reset_all()
        self.environment.stats.core.clear_exceptions()

    def _answer_update_user(self, settings: dict[str, Any]) -> None:
        self.environment.update_user_class(settings)

    def _answer_tasks(self, _: None) -> dict[str, Any]:
        runner = self.environment.runner
        counts = {} if runner is None else getattr(runner, "reported_user_classes_count", runner.user_classes_count)
        classes = self.environment.user_classes
        return {"per_class": get_ratio(classes, counts, False), "total": get_ratio(classes, counts, True)}

    def _answer_logs(self, _: None) -> dict[str, Any]:
        return {"master": log.get_logs(), "workers": self.environment.worker_logs}

    def _answer_refresh(self, _: None) -> None:
        if self.server is not None:
            self.server.core.set_context(run_facts(self.environment, self._swarm.run_time))


class PageServer:
    """What listens for browsers."""

    def __init__(self, web_ui: WebUI) -> None:
        environment = web_ui.environment
        options = environment.parsed_options
        settings: dict[str, Any] = {
            "host": web_ui.host,
            "port": int(web_ui.port),
            "base_path": web_ui.web_base_path,
            "tls_cert": web_ui.tls_cert,
            "tls_key": web_ui.tls_key,
            "full_history_file": _full_history_file(web_ui),
        }
        if web_ui._has_own_login:
            settings["login"] = "app"
        elif web_ui.web_login:
            settings["login"] = "password"
            settings["password"] = getattr(options, "web_password", None) or _made_up_password()
        assert environment.runner is not None, "checked before"
        self.core = _core.WebServer(
            hub.core, environment.stats.core, environment.runner._core, web_ui._perform, settings
        )
        self.core.set_has_app(web_ui._app is not None)
        self.core.set_context(run_facts(environment, None))
        self._stopped = Event()

    @property
    def server_port(self) -> int:
        """The port that it listens at."""
        return self.core.port

    def stop(self) -> None:
        """Ends all connections."""
        self.core.stop()
        self._stopped.set()

    def join(self) -> None:
        """Returns when it was stopped."""
        self._stopped.wait()


def _full_history_file(web_ui: WebUI) -> str | None:
    options = web_ui.environment.parsed_options
    if getattr(options, "stats_history_enabled", False) and getattr(options, "csv_prefix", None):
        return f"{options.csv_prefix}_stats_history.csv"  # type: ignore[union-attr]
    name = getattr(web_ui.stats_csv_writer, "stats_history_file_name", None)
    return name() if name and getattr(web_ui.stats_csv_writer, "full_history", False) else None


def _made_up_password() -> str:
    password = secrets.token_urlsafe(9)
    logger.info(f"The page asks for a password, which is: {password} (say it yourself with --web-password)")
    return password
