"""The Flask application of a page: a bridge for routes, hooks and logins that locustfiles bring."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from katydid import _core
from katydid.runners import MasterRunner

try:
    import flask
    from flask import Flask
except ImportError as error:
    raise RuntimeError(
        "web_ui.app needs Flask: pip install flask (and flask-login for --web-login with a login of one's own)"
    ) from error

if TYPE_CHECKING:
    from katydid.web import WebUI

logger = logging.getLogger("locust.web")

#: (method, path, query, headers, body, remote address, whether over TLS)
Request = tuple[str, str, str, list[tuple[str, str]], bytes, str, bool]
#: (status, headers, body)
Answer = tuple[int, list[tuple[str, str]], bytes]


def make_app(web_ui: WebUI) -> Flask:
    """An application whose blueprint ``locust`` has Locust's endpoints; templates are the page's own."""
    from katydid.web.templates import loader_of

    app = Flask("katydid.web", static_folder=None)
    app.debug = True
    app.jinja_loader = loader_of(web_ui.build_path)
    app.jinja_env.add_extension("jinja2.ext.do")
    if web_ui.web_login:
        _add_login_manager(web_ui, app)
    blueprint = flask.Blueprint("locust", "katydid.web", url_prefix=web_ui.web_base_path or None)
    blueprint.register_error_handler(Exception, _tell_error)
    for rule, methods, name, view in _views(web_ui):
        blueprint.add_url_rule(rule, name, web_ui.auth_required_if_enabled(view), methods=methods)
    blueprint.add_url_rule("/login", "login", lambda: _login(web_ui))
    app.register_blueprint(blueprint)
    return app


def answer(app: Flask, request: Request, base_path: str) -> Answer:
    """Lets the application answer a request."""
    method, path, query, headers, body, remote_address, is_secure = request
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": base_path + path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443" if is_secure else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": remote_address,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if is_secure else "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)),
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH":
            key = f"HTTP_{key}"
            separator = "; " if key == "HTTP_COOKIE" else ", "
            environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    told: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], Any]:
        told[:] = [int(status.split(" ", 1)[0]), headers]
        return lambda _chunk: None

    chunks = app.wsgi_app(environ, start_response)
    try:
        content = b"".join(chunks)
    finally:
        if close := getattr(chunks, "close", None):
            close()
    status, told_headers = told
    return status, [(str(name), str(value)) for name, value in told_headers], content


def with_login(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view, for those only who flask-login knows."""
    from flask_login import login_required

    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            flask.session["auth_error"] = None
            flask.session["auth_info"] = None
            return login_required(view)(*args, **kwargs)
        except Exception as error:
            logger.exception("Locust auth exception")
            return (
                f"Locust auth exception: {error}<br/><br/>The locustfile has to set the secret key of the application "
                "and a user loader; without --web-login there is no login."
            )

    return checked


def _add_login_manager(web_ui: WebUI, app: Flask) -> None:
    try:
        from flask_login import LoginManager
    except ImportError:
        # A password needs none; whoever asks for the login manager is told.
        return
    manager = LoginManager()
    manager.init_app(app)
    manager.login_view = "locust.login"
    web_ui._login_manager = manager


def _tell_error(error: Exception) -> Any:
    code = getattr(error, "code", None) or 500
    name = getattr(error, "name", type(error).__name__)
    level = logging.DEBUG if code <= 404 else logging.ERROR
    logger.log(level, f"UI got request for {flask.request.path}, but it resulted in a {code}: {name}")
    return flask.make_response(str(error), code)


def _login(web_ui: WebUI) -> Any:
    if not web_ui.web_login:
        return flask.redirect(flask.url_for("locust.index"))
    web_ui.auth_args["error"] = flask.session.get("auth_error", None)
    web_ui.auth_args["info"] = flask.session.get("auth_info", None)
    return flask.render_template(
        "auth.html", auth_args=web_ui.auth_args, auth_title=web_ui.auth_args.get("title", "Katydid")
    )


def _views(web_ui: WebUI) -> list[tuple[str, list[str], str, Callable[..., Any]]]:
    """(rule, methods, endpoint, view) of Locust's routes; what they say comes from where it comes without Flask."""
    environment = web_ui.environment

    def asked(kind: str) -> Callable[[], Any]:
        return lambda: flask.jsonify(web_ui._perform(kind, None))

    def text(content: str, mimetype: str = "application/json") -> Any:
        return flask.Response(content, mimetype=mimetype)

    def index() -> Any:
        if environment.runner is None:
            return flask.make_response("Error: Locust Environment does not have any runner", 500)
        web_ui.update_template_args()
        return flask.render_template("index.html", template_args=web_ui.template_args)

    def swarm() -> Any:
        fields = [(name, value) for name, values in flask.request.form.lists() for value in values]
        return flask.jsonify(web_ui._perform("swarm", fields))

    def stop() -> Any:
        web_ui._perform("stop", None)
        return flask.jsonify({"success": True, "message": "Test stopped"})

    def reset_stats() -> str:
        web_ui._perform("reset_stats", None)
        return "ok"

    def update_user() -> Any:
        web_ui._perform("update_user", json.loads(flask.request.data))
        return {}, 201

    def table(name: str) -> Callable[[], Any]:
        def view() -> Any:
            found = _server(web_ui).table(name)
            if found is None:
                text = "Error: Server was not started with option to generate full history."
                return flask.make_response(text, 404)
            return _download(*found)

        return view

    def request_stats() -> Any:
        return text(_server(web_ui).request_stats())

    def stats_report() -> Any:
        wants_file = bool(flask.request.args.get("download"))
        name, page = _server(web_ui).report(web_ui._perform("tasks", None))
        return _download(name, page) if wants_file else text(page, "text/html")

    def worker_count() -> Any:
        runner = environment.runner
        return {"worker_count": runner.worker_count if isinstance(runner, MasterRunner) else 0}

    return [
        ("/", ["GET"], "index", index),
        ("/swarm", ["POST"], "swarm", swarm),
        ("/stop", ["POST"], "stop", stop),
        ("/stats/reset", ["POST"], "reset_stats", reset_stats),
        ("/stats/report", ["GET"], "stats_report", stats_report),
        ("/stats/requests", ["GET"], "request_stats", _with_cache(request_stats)),
        ("/stats/requests/csv", ["GET"], "request_stats_csv", table("requests")),
        ("/stats/requests_full_history/csv", ["GET"], "request_stats_full_history_csv", table("full_history")),
        ("/stats/failures/csv", ["GET"], "failures_stats_csv", table("failures")),
        ("/exceptions", ["GET"], "exceptions", lambda: text(_server(web_ui).exceptions())),
        ("/exceptions/csv", ["GET"], "exceptions_csv", table("exceptions")),
        ("/tasks", ["GET"], "tasks", asked("tasks")),
        ("/logs", ["GET"], "logs", asked("logs")),
        ("/user", ["POST"], "update_user", update_user),
        ("/worker-count", ["GET"], "get_worker_count", worker_count),
        ("/live/allowed", ["GET"], "live_allowed", lambda: ("", 204)),
    ]


def _download(name: str, content: str | bytes) -> Any:
    kind = "text/html" if name.endswith(".html") else "text/csv"
    response = flask.Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _with_cache(view: Callable[[], Any]) -> Callable[[], Any]:
    # Locust keeps this answer for two seconds, and scripts empty that cache; ours is always fresh.
    view.clear_cache = lambda: None  # type: ignore[attr-defined]
    return view


def _server(web_ui: WebUI) -> _core.WebServer:
    if web_ui.server is None:
        flask.abort(503, "the page is not served yet")
    return web_ui.server.core
