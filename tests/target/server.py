"""Accepts connections and hands each request to the route, stream or fault that its path names."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import ssl
from pathlib import Path

from tests.target.faults import FAULTS
from tests.target.message import LIMIT, BadRequest, Request, read_request, text
from tests.target.routes import answer
from tests.target.streams import STREAMS

connection_numbers = itertools.count(1)


async def serve_connection(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
    connection = next(connection_numbers)
    try:
        for serial in itertools.count(1):
            request = await read_request(reader, connection, serial)
            if request is None or not await serve_request(request, out):
                break
            await out.drain()
    except BadRequest as error:
        out.write(text(str(error), 400, close=True).encode())
    except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        pass  # the client went away: its own affair
    finally:
        out.close()


async def serve_request(request: Request, out: asyncio.StreamWriter) -> bool:
    """Answers one request; False when the connection ends with it."""
    name, *parts = request.path.strip("/").split("/")
    if name == "fault" and parts and parts[0] in FAULTS:
        await FAULTS[parts[0]](request, out)
        return False
    if name in STREAMS:
        return await STREAMS[name](request, out, *parts)
    response = await answer(request)
    out.write(response.encode(request.method))
    return not response.close and request.header("connection").lower() != "close"


async def hold_connection(reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
    """Accepts and never says a word: a TLS handshake against it never ends."""
    await reader.read()
    out.close()


def tls_contexts(folder: Path) -> dict[str, ssl.SSLContext]:
    """One context for each NAME.pem (key and chain together) in the folder; `client` ones ask for a certificate."""
    contexts = {}
    for chain in sorted(folder.glob("server-*.pem")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        if chain.stem == "server-mutual":
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(folder / "ca.pem")
        contexts[chain.stem.removeprefix("server-")] = context
    return contexts


async def serve(host: str, port: int, tls_folder: Path | None) -> None:
    """Listens, prints every port as one line of JSON, and serves until it is killed."""
    listeners = {"http": await asyncio.start_server(serve_connection, host, port, limit=LIMIT)}
    listeners["silent"] = await asyncio.start_server(hold_connection, host, 0)
    for name, context in (tls_contexts(tls_folder) if tls_folder else {}).items():
        listeners[name] = await asyncio.start_server(serve_connection, host, 0, ssl=context, limit=LIMIT)
    if host != "::1":
        with contextlib.suppress(OSError):  # a machine without IPv6
            listeners["http6"] = await asyncio.start_server(serve_connection, "::1", 0, limit=LIMIT)
    ports = {name: listener.sockets[0].getsockname()[1] for name, listener in listeners.items()}
    print(json.dumps(ports), flush=True)
    await asyncio.gather(*(listener.serve_forever() for listener in listeners.values()))
