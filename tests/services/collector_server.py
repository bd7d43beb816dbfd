"""`python -m tests.services.collector_server PORT FILE`: takes OTLP over HTTP and notes what came, one line each."""

from __future__ import annotations

import gzip
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def lines(path: str, body: bytes) -> list[str]:
    if path == "/v1/traces":
        sent = ExportTraceServiceRequest.FromString(body)
        spans = [span for one in sent.resource_spans for scope in one.scope_spans for span in scope.spans]
        return [f"span {span.name}" for span in spans]
    if path == "/v1/metrics":
        sent = ExportMetricsServiceRequest.FromString(body)
        metrics = [metric for one in sent.resource_metrics for scope in one.scope_metrics for metric in scope.metrics]
        return [line for metric in metrics for line in lines_of(metric)]
    sent = ExportLogsServiceRequest.FromString(body)
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
        with open(sys.argv[2], "a") as file:
            print(*lines(self.path, body), sep="\n", file=file)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
