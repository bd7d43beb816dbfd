"""`python -m tests.target --port 0`: serves until killed; the first line it prints names every port."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from tests.target.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.target", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="port of the plain HTTP listener; 0 takes a free one")
    parser.add_argument("--tls", type=Path, help="folder of server-*.pem files: one HTTPS listener for each")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.host, options.port, options.tls))


if __name__ == "__main__":
    main()
