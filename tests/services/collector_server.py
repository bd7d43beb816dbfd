"""`python -m tests.services.collector_server PORT FILE PROTOCOL`: takes OTLP and notes what came, one line each.

The protocol is ``http/protobuf`` or ``grpc``.
"""

from __future__ import annotations

import gzip
import sys
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

#: What each kind of message has as its path over HTTP and as its service over gRPC.
PLACES = {
    ExportTraceServiceRequest: ("/v1/traces", "opentelemetry.proto.collector.trace.v1.TraceService"),
    ExportMetricsServiceRequest: ("/v1/metrics", "opentelemetry.proto.collector.metrics.v1.MetricsService"),
    ExportLogsServiceRequest: ("/v1/logs", "opentelemetry.proto.collector.logs.v1.LogsService"),
}


def note(kind: type, body: bytes) -> None:
    with open(sys.argv[2], "a") as file:
        print(*lines(kind.FromString(body)), sep="\n", file=file)


def lines(sent) -> list[str]:
    if isinstance(sent, ExportTraceServiceRequest):
        spans = [span for one in sent.resource_spans for scope in one.scope_spans for span in scope.spans]
        return [f"span {span.name}" for span in spans]
    if isinstance(sent, ExportMetricsServiceRequest):
        metrics = [metric for one in sent.resource_metrics for scope in one.scope_metrics for metric in scope.metrics]
        return [line for metric in metrics for line in lines_of(metric)]
    records = [record for one in sent.resource_logs for scope in one.scope_logs for record in scope.log_records]
    return [f"log {record.body.string_value}" for record in records]


def lines_of(metric) -> list[str]:
    points = [*metric.histogram.data_points, *metric.gauge.data_points]
    shown = []
    for point in points:
        labels = ",".join(f"{label.key}={label.value.string_value}" for label in point.attributes)
        amount = point.count if metric.HasField("histogram") else point.as_int
        shown.append(f"metric {metric.name} {metric.unit} {labels} {amount}")
    return shown


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        note(next(kind for kind, (path, _) in PLACES.items() if path == self.path), body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


def serve_grpc(port: int) -> None:
    def taking(kind: type) -> grpc.RpcMethodHandler:
        def take(body: bytes, context: grpc.ServicerContext) -> bytes:
            note(kind, body)
            return b""

        return grpc.unary_unary_rpc_method_handler(take)

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    handlers = [
        grpc.method_handlers_generic_handler(service, {"Export": taking(kind)}) for kind, (_, service) in PLACES.items()
    ]
    server.add_generic_rpc_handlers(handlers)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def main() -> None:
    port, protocol = int(sys.argv[1]), sys.argv[3]
    if protocol == "grpc":
        serve_grpc(port)
    else:
        ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
