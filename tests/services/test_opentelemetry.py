"""`--otel` against a collector that speaks OTLP over HTTP or gRPC, and without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.product.command import Command
from tests.services.running import accepts, free_port, own_server, running

FILE = """
    from locust import HttpUser, task

    class Asker(HttpUser):
        @task
        def once(self):
            self.client.post("/orders/7?full=1", json={"model": "small"})
            self.client.post("/named", json={"model": "small"}, name="an order")
            self.client.post("/broken", json={"model": "broken"})
            for number in range(30):
                self.client.post(f"/items/{number}", json={"model": "small"})
            self.environment.runner.quit()
"""


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_spans_durations_users_and_logs_arrive(
    protocol: str, command: Command, openai_port: int, tmp_path: Path
) -> None:
    command.write(FILE)
    port, noted = free_port(), tmp_path / "noted"
    noted.touch()
    with running(
        [*own_server("collector_server", port), str(noted), protocol], lambda: accepts(port), tmp_path / "log"
    ):
        ended = command.load(
            *("--otel", "-u", "1", "-t", "20s", "--host", f"http://127.0.0.1:{openai_port}"),
            OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
        )
        came = noted.read_text().splitlines()
    assert ended.requests()["Aggregated"] == (33, 1)
    spans = [line for line in came if line.startswith("span ")]
    assert spans[:4] == ["span POST /orders/7", "span POST an order", "span POST /broken", "span POST /items/0"]
    assert len(spans) == 33
    assert "metric locust.client.duration s name=an order 1" in came
    assert "metric locust.client.duration s name=/broken,error.type=HTTPError 1" in came
    # 20 names have a label of their own.
    assert "metric locust.client.duration s name=Too many unique request names 13" in came
    assert any(line.startswith("metric locust.users.count {user} user_class=Asker") for line in came)
    assert "log Starting" in "\n".join(came) or "log All users spawned" in "\n".join(came)


def test_exporters_that_are_none_or_unknown_are_said(command: Command, openai_port: int) -> None:
    command.write(FILE)
    host = f"http://127.0.0.1:{openai_port}"
    none = {f"OTEL_{signal}_EXPORTER": "none" for signal in ("TRACES", "METRICS", "LOGS")}
    ended = command.load("--otel", "-u", "1", "-t", "20s", "--host", host, **none)
    assert "No OpenTelemetry exporters configured, opentelemetry not enabled" in ended.stderr
    assert ended.requests()["Aggregated"] == (33, 1)
    ended = command.load("--otel", "-u", "1", "-t", "20s", "--host", host, **{**none, "OTEL_TRACES_EXPORTER": "paper"})
    assert "Unknown traces exporter 'paper'. Ignored" in ended.stderr
