"""Carries out what a node of a cluster tells or asks of user code. Decides nothing itself."""

from __future__ import annotations

import logging
import time
import traceback
from typing import TYPE_CHECKING, Any

import gevent

from katydid.argument_parser import default_args_dict, parse_options
from katydid.cluster.locustfile_sources import locustfile_sources
from katydid.cluster.reports import ReportData
from katydid.rpc import Message

if TYPE_CHECKING:
    from katydid.runners import Runner

logger = logging.getLogger("locust.runners")

#: Standard options of the master that count on workers too; all others that count are a locustfile's own.
_PASSED_ON = ("expect_workers", "tags", "exclude_tags")


def apply(runner: Any, argument: tuple[str | None, float, dict[str, Any], list[str]]) -> str | None:
    """Takes over what a job says beside numbers; a text says why this worker cannot have such users."""
    host, stop_timeout, options, class_names = argument
    unknown = sorted(set(class_names) - set(runner.user_classes_by_name))
    if unknown:
        return (
            f"the master asks for users of {', '.join(unknown)}, which this worker's locustfile does not have: "
            "give both the same file"
        )
    environment = runner.environment
    environment.host = host
    environment.stop_timeout = stop_timeout or 0.0
    if environment.parsed_options is None:
        environment.parsed_options = parse_options([])
    environment._give_host_to_user_classes()
    standard = default_args_dict()
    known = vars(environment.parsed_options)
    known.update({key: value for key, value in options.items() if key not in standard or key in _PASSED_ON})
    return None


def report_extra(runner: Runner, told: dict[str, Any]) -> dict[str, Any]:
    """What listeners of ``report_to_master`` add to a report."""
    data = ReportData()
    data.told = told
    runner.environment.events.report_to_master.fire(client_id=runner.client_id, data=data)  # type: ignore[attr-defined]
    return {key: value for key, value in data.items() if key not in told}


def worker_report(runner: Runner, argument: tuple[str, dict[str, Any], Any]) -> None:
    """Shows a report to listeners; one of them counts it."""
    worker, told, delta = argument
    data = ReportData(told)
    data.delta = delta
    try:
        runner.environment.events.worker_report.fire(client_id=worker, data=data)
    finally:
        # Counted by then, unless a listener before the one that counts stopped the rest.
        delta.merge_into(runner.stats.core)


def locustfiles(runner: Runner, takes_bundle: bool) -> Any:
    """The locustfiles for a worker; a text says why there are none."""
    return locustfile_sources(runner.environment.parsed_locustfiles or [], takes_bundle)


def worker_connect(runner: Runner, worker: str) -> None:
    runner.environment.events.worker_connect.fire(client_id=worker)


def heartbeat_sent(runner: Runner, worker: str) -> None:
    runner.environment.events.heartbeat_sent.fire(client_id=worker, timestamp=time.time())


def heartbeat_received(runner: Any, _: None) -> None:
    runner.last_heartbeat_timestamp = time.time()
    events = runner.environment.events
    events.heartbeat_received.fire(client_id=runner.client_id, timestamp=runner.last_heartbeat_timestamp)


def logs(runner: Runner, argument: tuple[str, list[str]]) -> None:
    worker_id, lines = argument
    runner.environment.update_worker_logs({"worker_id": worker_id, "logs": lines})


def update_user_class(runner: Runner, settings: dict[str, Any]) -> None:
    try:
        runner.environment.update_user_class(settings)
    except Exception:
        logger.error("The master's change of a user class failed\n%s", traceback.format_exc())


def message(runner: Any, argument: tuple[str, Any, str | None]) -> None:
    """Calls the listener that was registered for a message of the locustfile's own."""
    kind, data, worker = argument
    if kind not in runner.custom_messages:
        sender = f" from worker {worker} (index {runner.get_worker_index(worker)})" if worker else ""
        logger.warning(f"Unknown message type received{sender}: {kind}")
        return
    listener, concurrent = runner.custom_messages[kind]
    node_id = worker or runner.client_id
    kwargs = {"environment": runner.environment, "msg": Message(kind, data, node_id)}
    try:
        if concurrent:
            gevent.spawn(listener, **kwargs)
        else:
            listener(**kwargs)
    except Exception:
        logging.error(f"Uncaught exception in handler for {kind}\n{traceback.format_exc()}")


COMMANDS = {
    command.__name__: command
    for command in (
        apply,
        report_extra,
        worker_report,
        locustfiles,
        worker_connect,
        heartbeat_sent,
        heartbeat_received,
        logs,
        update_user_class,
        message,
    )
}
