"""The runners of a master and of a worker. The engine's nodes do the work; here is what a locustfile holds of them."""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import traceback
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

import gevent

from katydid import _core, runners
from katydid.cluster.reports import listen_to_reports, tell_wishes
from katydid.cluster.worker_nodes import WorkerNodes
from katydid.hub import hub
from katydid.log import get_logs

if TYPE_CHECKING:
    from katydid.env import Environment
    from katydid.rpc import Message
    from katydid.user.users import User

logger = logging.getLogger("locust.runners")

#: More new lines than this in one interval end the sending of a worker's log.
_MOST_LOG_LINES = 70

_WAIT_FOR_REPORTS = re.compile(r"(?P<factor>\d+(\.\d+)?) *\* *WORKER_REPORT_INTERVAL")


class DistributedRunner(runners.Runner):
    """Common base of `MasterRunner` and `WorkerRunner`, for ``isinstance``."""

    def __init__(self, environment: Environment, node: _core.Master | _core.Worker | None = None) -> None:
        self._node: Any = node
        super().__init__(environment, node)
        listen_to_reports(environment.events, environment.stats)
        if node is not None:
            tell_wishes(self, node)


class Server:
    """Where a master listens."""

    def __init__(self, port: int) -> None:
        self.port = port


class MasterRunner(DistributedRunner):
    """The runner of a test whose users are on workers.

    Args:
        master_bind_host: address that workers connect to; ``*`` means every interface.
        master_bind_port: its port; 0 takes any that is free.

    Raises:
        SystemExit: with code 1, after a line in the log, when nothing can listen there.
    """

    def __init__(self, environment: Environment, master_bind_host: str, master_bind_port: int) -> None:
        self.master_bind_host = master_bind_host
        self.master_bind_port = master_bind_port
        super().__init__(environment, _listen(environment, master_bind_host, master_bind_port))
        self.server = Server(self._node.port)
        self.clients = WorkerNodes(self._node.workers)

    @property
    def user_count(self) -> int:
        """How many users the workers have, as they reported last."""
        return sum(self._node.user_counts().values())

    @property
    def reported_user_classes_count(self) -> dict[str, int]:
        """How many users of each class the workers have, as they reported last."""
        return self._node.user_counts()

    @property
    def worker_count(self) -> int:
        """How many workers can have users."""
        return self._node.worker_count()

    @property
    def worker_indexes(self) -> dict[str, int]:
        """The number of each worker that is known."""
        return {row["id"]: row["index"] for row in self._node.workers()}

    @property
    def worker_index_max(self) -> int:
        """One more than the greatest number of a worker that is known."""
        return max(self.worker_indexes.values(), default=-1) + 1

    @property
    def spawn_rate(self) -> float:
        """Users per second that the last start asked for; 0 before."""
        return self._core.spawn_rate

    @property
    def spawning_completed(self) -> bool:
        """Whether the last ramp is over."""
        return self.state == runners.STATE_RUNNING

    def get_worker_index(self, client_id: str) -> int:
        """The number of a worker among all that ever came, from 0; it never changes."""
        return self._node.worker_index(client_id)

    def rebalancing_enabled(self) -> bool:
        """Whether --enable-rebalancing was given. Users follow workers that come and go in any case."""
        return bool(getattr(self.environment.parsed_options, "enable_rebalancing", False))

    def start(
        self,
        user_count: int,
        spawn_rate: float,
        wait: bool = False,
        user_classes: list[type[User]] | None = None,
    ) -> None:
        """Goes from however many users there are to ``user_count``, on all workers; see `Runner.start`."""
        if not self.worker_count:
            logger.warning("You can't start a distributed test before at least one worker processes has connected")
            return
        self._tell_setting()
        super().start(user_count, spawn_rate, wait, user_classes)

    def stop(self, send_stop_to_client: bool = True) -> None:
        """Stops the test; returns when no worker has users. The engine tells the workers in any case."""
        super().stop()

    def send_message(self, msg_type: str, data: Any = None, client_id: str | None = None) -> None:
        """Sends a message to the worker ``client_id``, or to every one that is known.

        Raises:
            TypeError: ``data`` holds what a message cannot carry.
        """
        logger.debug("Sending %s message to %s", msg_type, client_id or "all workers")
        self._node.send(msg_type, data, client_id)

    def handle_message(self, client_id: str, msg: Message) -> None:
        """Takes in a message as if it had come from a worker."""
        self._node.hear(client_id, msg.serialize())

    def heartbeat_worker(self) -> None:
        """Returns at the end of the run: the engine looks after heartbeats."""
        self._core.wait()

    def client_listener(self) -> None:
        """Returns at the end of the run: the engine listens to workers."""
        self._core.wait()

    def check_stopped(self) -> None:
        """Does nothing: the engine knows by itself when all workers have stopped."""

    def _before(self, event: str, kwargs: dict[str, Any]) -> None:
        if event == "test_start":
            self._tell_setting()
        super()._before(event, kwargs)

    def _after(self, event: str) -> None:
        super()._after(event)
        if event == "test_start":
            # Listeners may have changed it.
            self._tell_setting()

    def _tell_setting(self) -> None:
        environment = self.environment
        options = vars(environment.parsed_options) if environment.parsed_options else {}
        self._node.set_setting(environment.host, float(environment.stop_timeout or 0), dict(options))


class WorkerRunner(DistributedRunner):
    """The runner of users whose test is decided by a master.

    Args:
        master_host: where the master is.
        master_port: its port.

    Raises:
        ConnectionError: no master accepts it.
    """

    def __init__(self, environment: Environment, master_host: str, master_port: int) -> None:
        self.master_host = master_host
        self.master_port = master_port
        self.client_id = f"{socket.gethostname()}_{uuid4().hex}"
        self.connected = False
        self.last_heartbeat_timestamp: float | None = None
        """When the master answered last, in epoch seconds; kept only while somebody listens to `heartbeat_received`."""
        self.logs: list[str] = []
        node = _core.Worker(
            self.client_id,
            master_host,
            master_port,
            _cluster_key(environment),
            heartbeat_interval=float(runners.HEARTBEAT_INTERVAL),
            report_interval=float(runners.WORKER_REPORT_INTERVAL),
            master_timeout=float(runners.MASTER_HEARTBEAT_TIMEOUT),
            connect_timeout=float(runners.CONNECT_TIMEOUT),
            connect_attempts=int(runners.CONNECT_RETRY_COUNT),
        )
        node.join(hub.core)
        self.connected = True
        super().__init__(environment, node)
        environment.events.user_error.add_listener(self._count_exception)
        self.greenlet.spawn(self.logs_reporter)

    @property
    def worker_index(self) -> int:
        """The number of this worker among all of the master; -1 if it says none."""
        return self._node.index

    @property
    def worker_state(self) -> str:
        """What the master is told of this worker's state."""
        state = self.state
        return state if state in (runners.STATE_SPAWNING, runners.STATE_RUNNING) else runners.STATE_INIT

    @property
    def web_base_path(self) -> str:
        """Where the master's page lives."""
        return getattr(self.environment.parsed_options, "web_base_path", None) or ""

    def start(
        self,
        user_count: int,
        spawn_rate: float,
        wait: bool = False,
        user_classes: list[type[User]] | None = None,
    ) -> NoReturn:
        """Not for workers.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("use start_worker")

    def start_worker(self, user_classes_count: dict[str, int], **kwargs: Any) -> None:
        """Has this many users of each class, whatever the master says."""
        for name, count in user_classes_count.items():
            present = self.user_classes_count[name]
            if count > present:
                self.spawn_users({name: count - present})
            elif count < present:
                self.stop_users({name: present - count})

    def send_message(self, msg_type: str, data: Any = None, client_id: str | None = None) -> None:
        """Sends a message to the master; ``client_id`` has no effect.

        Raises:
            TypeError: ``data`` holds what a message cannot carry.
        """
        logger.debug("Sending %s message to master", msg_type)
        self._node.send(msg_type, data)

    def handle_message(self, msg: Message) -> None:
        """Takes in a message as if it had come from the master."""
        self._node.hear(msg.serialize())

    def reset_connection(self) -> None:
        """Connects to the master anew."""
        self._node.reconnect()

    def connect_to_master(self) -> None:
        """Returns at once: a worker that there is has been accepted."""

    def spawning_complete(self, user_count: int) -> None:
        """Tells the master how many users there are."""
        data = {"user_classes_count": self.user_classes_count, "user_count": user_count}
        self.send_message("spawning_complete", data)

    def worker(self) -> None:
        """Returns at the end of the run: the engine listens to the master."""
        self._core.wait()

    def heartbeat(self) -> None:
        """Returns at the end of the run: the engine sends heartbeats."""
        self._core.wait()

    def heartbeat_timeout_checker(self) -> None:
        """Returns at the end of the run: the engine notices a master that is gone."""
        self._core.wait()

    def stats_reporter(self) -> None:
        """Returns at the end of the run: the engine reports."""
        self._core.wait()

    def logs_reporter(self) -> None:
        """Sends the log to the master whenever there are new lines; for a greenlet of its own."""
        interval = runners.WORKER_LOG_REPORT_INTERVAL
        if interval < 0:
            return
        while True:
            lines = get_logs()
            if len(lines) - len(self.logs) > _MOST_LOG_LINES:
                logger.warning(
                    f"The worker attempted to send more than {_MOST_LOG_LINES} log lines in one interval. Further log "
                    "sending was disabled for this worker."
                )
                self._send_logs(get_logs())
                return
            if len(lines) > len(self.logs):
                self._send_logs(lines)
            self.logs = lines
            gevent.sleep(interval)

    def _send_logs(self, lines: list[str]) -> None:
        self.send_message("logs", {"worker_id": self.client_id, "logs": lines})

    def _count_exception(self, user_instance: Any, exception: BaseException, tb: Any, **_kwargs: Any) -> None:
        self.log_exception(self.client_id, str(exception), "".join(traceback.format_tb(tb)))


def _listen(environment: Environment, host: str, port: int) -> _core.Master:
    key = _cluster_key(environment)
    try:
        node = _core.Master(
            host,
            port,
            key,
            heartbeat_interval=float(runners.HEARTBEAT_INTERVAL),
            liveness=int(runners.HEARTBEAT_LIVENESS),
            dead=int(runners.HEARTBEAT_DEAD_INTERNAL),
            report_wait=_report_wait(),
            ends_with_workers=environment._is_headless(),
        )
    except OSError as error:
        logger.error(f"{error}. Is an old master still running?" if "in use" in str(error) else str(error))
        sys.exit(1)
    if key is None and not _is_loopback(host):
        logger.warning(
            f"The master listens on {host}:{node.port} without a key: whoever reaches it can take part in the test. "
            "See --cluster-key"
        )
    return node


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1", "[::1]") or host.startswith("127.")


def _cluster_key(environment: Environment) -> str | None:
    return getattr(environment.parsed_options, "cluster_key", None) or None


def _report_wait() -> float:
    """Seconds that the end of a ramp waits for reports, from the variable that Locust has for it."""
    text = os.environ.get("LOCUST_WAIT_FOR_WORKERS_REPORT_AFTER_RAMP_UP")
    if text is None:
        return 1.0
    if factor := _WAIT_FOR_REPORTS.fullmatch(text):
        return float(factor["factor"]) * runners.WORKER_REPORT_INTERVAL
    return max(float(text), 0.0)
