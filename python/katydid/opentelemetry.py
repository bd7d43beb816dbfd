"""Reports a run through OpenTelemetry (``--otel``): spans of requests, durations and users as metrics, and the log.

Where to is said by the variables of OpenTelemetry's own specification: ``OTEL_TRACES_EXPORTER``,
``OTEL_METRICS_EXPORTER`` and ``OTEL_LOGS_EXPORTER`` (``otlp``, ``console`` or ``none``; several with commas),
``OTEL_EXPORTER_OTLP_PROTOCOL`` (``grpc`` or ``http/protobuf``), ``OTEL_EXPORTER_OTLP_ENDPOINT``,
``OTEL_SERVICE_NAME``, ...

Requests of HttpUser are sent by requests' own code while this is on, because that is what is instrumented. Requests of
FastHttpUser have no spans.
"""

from __future__ import annotations

import importlib
import logging
import os
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlparse

from katydid import _core
from katydid.clients import HttpSession
from katydid.event import events

logger = logging.getLogger("locust.opentelemetry")

#: Names that get a label of their own; every label is a time series in whatever keeps them.
MAX_REQUEST_NAMES = 20
#: Those that have one.
request_names: set[str] = set()

_OTHER_NAMES = "Too many unique request names"

#: Signal → (module of the exporter, its class), the protocol left open.
_OTLP_EXPORTERS = {
    "traces": ("opentelemetry.exporter.otlp.proto.{}.trace_exporter", "OTLPSpanExporter"),
    "metrics": ("opentelemetry.exporter.otlp.proto.{}.metric_exporter", "OTLPMetricExporter"),
    "logs": ("opentelemetry.exporter.otlp.proto.{}._log_exporter", "OTLPLogExporter"),
}
_PROTOCOLS = {"grpc": "grpc", "http/protobuf": "http", "http": "http"}


def setup_opentelemetry(locustfile: str, profile: str | None) -> bool:
    """Begins to report. False, after a line in the log, when nothing is to be reported or the SDK is missing."""
    try:
        from opentelemetry.sdk.resources import Resource
    except ImportError:
        logger.error(
            "OpenTelemetry SDK is not installed, opentelemetry not enabled. Run 'pip install opentelemetry-sdk "
            "opentelemetry-exporter-otlp opentelemetry-instrumentation-requests'"
        )
        return False
    exporters = {signal: _exporters(signal) for signal in _OTLP_EXPORTERS}
    if all(names == {"none"} for names in exporters.values()):
        logger.info("No OpenTelemetry exporters configured, opentelemetry not enabled")
        return False
    resource = Resource.create(
        {
            "service.name": os.environ.get("OTEL_SERVICE_NAME", "locust"),
            "service.version": _core.__version__,
            "host.name": socket.gethostname(),
            "filename": locustfile,
            "profile": profile or "",
        }
    )
    if exporters["traces"]:
        _report_traces(resource, exporters["traces"])
    if exporters["metrics"]:
        _report_metrics(resource, exporters["metrics"])
    if exporters["logs"]:
        _report_logs(resource, exporters["logs"])
    _instrument_requests()
    return True


def _exporters(signal: str) -> set[str]:
    """What the variable of this signal says."""
    said = os.environ.get(f"OTEL_{signal.upper()}_EXPORTER", "otlp")
    return {name.strip().lower() for name in said.split(",") if name.strip()}


def _otlp(signal: str) -> Any:
    """The exporter of this signal's protocol; None, after a line in the log, when there is none."""
    common = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    protocol = os.environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL", common).strip().lower()
    if protocol not in _PROTOCOLS:
        logger.warning(f"Unknown OpenTelemetry otlp exporter protocol '{protocol}'. Use 'grpc' or 'http/protobuf'")
        return None
    module, name = _OTLP_EXPORTERS[signal]
    transport = _PROTOCOLS[protocol]
    try:
        return getattr(importlib.import_module(module.format(transport)), name)()
    except ImportError:
        logger.warning(
            f"OpenTelemetry otlp exporter for '{protocol}' is not available. Please install the required package: "
            f"opentelemetry-exporter-otlp-proto-{transport}"
        )
        return None


def _made(signal: str, names: set[str], console: type) -> Iterator[tuple[Any, bool]]:
    """Each exporter, and whether it writes to the console; unknown ones are named in the log."""
    for name in sorted(names):
        if name == "otlp":
            exporter = _otlp(signal)
            if exporter is not None:
                yield exporter, False
        elif name == "console":
            yield console(), True
        elif name == "prometheus" and signal == "metrics":
            logger.warning("Prometheus metrics exporter is not yet implemented!")
        elif name != "none":
            logger.warning(f"Unknown {signal} exporter '{name}'. Ignored")


def _report_traces(resource: Any, names: set[str]) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor

    provider = TracerProvider(resource=resource)
    for exporter, at_once in _made("traces", names, ConsoleSpanExporter):
        provider.add_span_processor(SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def _report_metrics(resource: Any, names: set[str]) -> None:
    from opentelemetry import metrics
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader

    readers = [
        PeriodicExportingMetricReader(exporter) for exporter, _ in _made("metrics", names, ConsoleMetricExporter)
    ]
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=readers))
    meter = metrics.get_meter("locust")
    durations = meter.create_histogram("locust.client.duration", unit="s", description="Time to last byte for requests")

    @events.request.add_listener
    def record_duration(name: str, response_time: float | None, exception: Any = None, **_: Any) -> None:
        attributes = {"name": _label(name)}
        if exception:
            attributes["error.type"] = type(exception).__name__
        # What happened without being asked for has none.
        if response_time is not None:
            durations.record(response_time / 1000, attributes=attributes)

    @events.init.add_listener
    def observe_users(runner: Any, **_: Any) -> None:
        if runner is None:
            return

        def count(_options: Any) -> Iterator[Any]:
            for user_class, users in runner.user_classes_count.items():
                yield metrics.Observation(users, {"user_class": user_class})

        meter.create_observable_gauge(
            "locust.users.count",
            callbacks=[count],
            unit="{user}",
            description="Number of currently running Locust users",
        )


def _label(name: str) -> str:
    if name not in request_names:
        if len(request_names) >= MAX_REQUEST_NAMES:
            return _OTHER_NAMES
        request_names.add(name)
    return name


def _report_logs(resource: Any, names: set[str]) -> None:
    from opentelemetry import _logs
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler, export

    # Renamed in 1.39.
    console = getattr(export, "ConsoleLogRecordExporter", None) or export.ConsoleLogExporter
    provider = LoggerProvider(resource=resource)
    for exporter, at_once in _made("logs", names, console):
        process = export.SimpleLogRecordProcessor if at_once else export.BatchLogRecordProcessor
        provider.add_log_record_processor(process(exporter))
    _logs.set_logger_provider(provider)
    handler = LoggingHandler(logger_provider=provider)
    handler.name = "opentelemetry"
    # Locust's loggers do not pass on to the root. The tables of statistics are left out.
    for name in (None, "locust"):
        logging.getLogger(name).addHandler(handler)


def _instrument_requests() -> None:
    try:
        from opentelemetry.instrumentation.requests import RequestsInstrumentor
    except ImportError:
        logger.info(
            "OpenTelemetry 'requests' instrumentation is not installed. "
            "Please install 'opentelemetry-instrumentation-requests'"
        )
        return

    def name_span(span: Any, request: Any) -> None:
        name = getattr(request, "_explicit_name", None) or urlparse(request.url).path or "/"
        span.update_name(f"{request.method} {name}")

    RequestsInstrumentor().instrument(request_hook=name_span)
    HttpSession._is_traced = True
