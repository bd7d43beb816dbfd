"""Routes that behave: path in, response out. What misbehaves is in faults.py, what streams in streams.py."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from email import message_from_bytes

from tests.target import encodings
from tests.target.message import Request, Response, as_json, text

Handler = Callable[..., Awaitable[Response]]
ROUTES: dict[str, Handler] = {}
counters: Counter[str] = Counter()


def route(name: str) -> Callable[[Handler], Handler]:
    """Registers a handler for /name and /name/part/part; the parts are its further arguments."""

    def register(handler: Handler) -> Handler:
        ROUTES[name] = handler
        return handler

    return register


async def answer(request: Request) -> Response:
    name, *parts = request.path.strip("/").split("/")
    handler = ROUTES.get(name)
    if handler is None:
        return text(f"no such route: {request.path}", 404)
    try:
        return await handler(request, *parts)
    except TypeError as error:
        return text(f"bad arguments for /{name}: {error}", 404)


@route("")
async def root(request: Request) -> Response:
    return text("ok")


@route("ok")
async def ok(request: Request, *parts: str) -> Response:
    """Any path below /ok is fine, so that a test can have as many names as it likes."""
    return text("ok")


@route("status")
async def status(request: Request, code: str, *parts: str) -> Response:
    return text(f"status {code}", int(code))


@route("delay")
async def delay(request: Request, seconds: str, *parts: str) -> Response:
    await asyncio.sleep(float(seconds))
    return text(f"after {seconds} s")


@route("bytes")
async def some_bytes(request: Request, count: str) -> Response:
    return Response(b"x" * int(count), content_type="application/octet-stream")


@route("echo")
async def echo(request: Request, *parts: str) -> Response:
    """Everything about the request as JSON."""
    content_type = request.header("content-type")
    described = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": {name.lower(): value for name, value in request.headers},
        "cookies": request.cookies(),
        "body": request.body.decode("utf-8", "replace"),
        "json": parsed_json(request) if "json" in content_type else None,
        "parts": parsed_multipart(request) if content_type.startswith("multipart/") else None,
    }
    return as_json(described)


def parsed_json(request: Request) -> object:
    try:
        return json.loads(request.body)
    except ValueError as error:
        return f"not JSON: {error}"


def parsed_multipart(request: Request) -> list[dict[str, str | None]]:
    head = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode()
    message = message_from_bytes(head + request.body)
    parts = message.get_payload() if message.is_multipart() else []
    return [
        {
            "name": part.get_param("name", header="content-disposition"),
            "filename": part.get_filename(),
            "type": part.get_content_type() if "Content-Type" in part else None,
            "content": part.get_payload(decode=True).decode("utf-8", "replace"),
        }
        for part in parts
    ]


@route("json")
async def some_json(request: Request, *parts: str) -> Response:
    return as_json({"name": "lamp", "price": 12.5, "tags": ["home", "light"], "id": 7})


@route("not-json")
async def not_json(request: Request, *parts: str) -> Response:
    return Response(b"{broken", content_type="application/json")


@route("latin")
async def latin(request: Request) -> Response:
    return Response("größe".encode("latin-1"), content_type="text/plain; charset=iso-8859-1")


@route("unicode")
async def unicode(request: Request) -> Response:
    return text("größe ✓ 尺寸")


@route("headers")
async def headers(request: Request) -> Response:
    return text("ok", headers=[("X-One", "1"), ("X-Many", "a"), ("X-Many", "b"), ("x-lower", "yes")])


@route("cookies")
async def cookies(request: Request, action: str = "show", *parts: str) -> Response:
    """/cookies shows them, /cookies/set?name=value sets, /cookies/expire?name deletes."""
    if action == "set":
        sent = [(name, values[0]) for name, values in request.query.items()]
        return text("set", headers=[("Set-Cookie", f"{name}={value}; Path=/") for name, value in sent])
    if action == "expire":
        return text("expired", headers=[("Set-Cookie", f"{name}=; Path=/; Max-Age=0") for name in request.query])
    if action == "scoped":
        return text("set", headers=[("Set-Cookie", "scoped=1; Path=/cookies/scoped")])
    return as_json(request.cookies())


@route("redirect")
async def redirect(request: Request, hops: str, code: str = "302") -> Response:
    """/redirect/3 leads over two more redirects to /ok/redirected; /redirect/loop never ends."""
    if hops == "loop":
        return text("", int(code), headers=[("Location", "/redirect/loop")])
    if hops == "relative":
        return text("", int(code), headers=[("Location", "../ok/relative")])
    left = int(hops) - 1
    location = f"/redirect/{left}/{code}" if left > 0 else "/ok/redirected"
    return text("moved", int(code), headers=[("Location", location)])


@route("redirect-to")
async def redirect_to(request: Request) -> Response:
    code = int(request.argument("code", "302"))
    return text("moved", code, headers=[("Location", request.argument("url"))])


@route("redirect-and-set")
async def redirect_and_set(request: Request) -> Response:
    return text("", 302, headers=[("Location", "/cookies"), ("Set-Cookie", "hop=1; Path=/")])


@route("auth")
async def basic_auth(request: Request, user: str, password: str) -> Response:
    wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    if request.header("authorization") == wanted:
        return as_json({"user": user})
    return text("who are you?", 401, headers=[("WWW-Authenticate", 'Basic realm="target"')])


@route("digest")
async def digest_auth(request: Request, user: str, password: str) -> Response:
    """Digest authentication (RFC 7616) with MD5 and qop=auth; every nonce is the same."""
    sent = dict(re.findall(r'(\w+)="?([^",]+)', request.header("authorization")))
    keys = ("nonce", "nc", "cnonce", "qop")
    if request.header("authorization").startswith("Digest ") and all(key in sent for key in (*keys, "response")):
        known = md5(f"{user}:digest:{password}")
        asked = md5(f"{request.method}:{request.target}")
        wanted = md5(":".join([known, *(sent[key] for key in keys), asked]))
        if sent["response"] == wanted and sent["nonce"] == "once":
            return text(f"{user}, count {sent['nc']}")
    challenge = 'Digest realm="digest", nonce="once", qop="auth", algorithm=MD5'
    return text("who are you?", 401, headers=[("WWW-Authenticate", challenge)])


def md5(words: str) -> str:
    return hashlib.md5(words.encode()).hexdigest()


@route("login")
async def login(request: Request) -> Response:
    return as_json({"token": "secret-token"})


@route("token")
async def token(request: Request, *parts: str) -> Response:
    if request.header("authorization") == "Bearer secret-token":
        return as_json({"welcome": True})
    return as_json({"error": "no token"}, 403)


@route("encoded")
async def encoded(request: Request, encoding: str) -> Response:
    body = encodings.BODIES[encoding]
    return Response(body, headers=[("Content-Encoding", encodings.NAMES.get(encoding, encoding))])


@route("counter")
async def counter(request: Request, name: str, action: str = "add") -> Response:
    """/counter/n counts up and says the number, /counter/n/show only says it."""
    counters[name] += action == "add"
    return text(str(counters[name]))


@route("every")
async def every(request: Request, nth: str, code: str, name: str) -> Response:
    """Each nth call of one name answers with the code, the others with 200."""
    counters[f"every {name}"] += 1
    failing = counters[f"every {name}"] % int(nth) == 0
    return text("turn", int(code) if failing else 200)


@route("connection")
async def connection(request: Request) -> Response:
    return as_json({"connection": request.connection, "serial": request.serial})


@route("close")
async def close(request: Request, *parts: str) -> Response:
    return text("closing", close=True)
