"""`python -m tests.services.grpc_server PORT`: one method that greets after 0.2 s, and one that always fails."""

from __future__ import annotations

import sys
import time
from concurrent import futures

import grpc


def greet(name: bytes, context: grpc.ServicerContext) -> bytes:
    time.sleep(0.2)
    return b"Hello, " + name


def fail(name: bytes, context: grpc.ServicerContext) -> bytes:
    context.abort(grpc.StatusCode.NOT_FOUND, "nobody of that name")


def main() -> None:
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32))
    methods = {name: grpc.unary_unary_rpc_method_handler(method) for name, method in (("Greet", greet), ("Fail", fail))}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("shop.Greeter", methods)])
    server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
