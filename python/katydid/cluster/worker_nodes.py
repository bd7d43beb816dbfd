"""Workers as a locustfile on the master sees them: views made from what the engine knows at the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, ValuesView
from typing import Any

STATE_INIT = "ready"
HEARTBEAT_LIVENESS = 3


class WorkerNode:
    """One worker.

    Args:
        id: its client id.
        state: one of the STATE constants of `katydid.runners`.
        heartbeat_liveness: heartbeats that may still be missing.
    """

    def __init__(self, id: str, state: str = STATE_INIT, heartbeat_liveness: int = HEARTBEAT_LIVENESS) -> None:
        self.id = id
        self.state = state
        self.heartbeat = heartbeat_liveness
        self.cpu_usage: float = 0
        """Percent of one core."""
        self.cpu_warning_emitted = False
        self.memory_usage: int = 0
        """Bytes."""
        self.user_classes_count: dict[str, int] = {}
        """Users of each class, as it reported last."""

    @property
    def user_count(self) -> int:
        """Users, as it reported last."""
        return sum(self.user_classes_count.values())


class WorkerNodes(MutableMapping[str, WorkerNode]):
    """Workers by client id. On a master the engine fills it; one that a script makes is filled by the script.

    Args:
        look: what gives the engine's workers, a dict each; None for a mapping of one's own.
    """

    def __init__(self, look: Callable[[], list[dict[str, Any]]] | None = None) -> None:
        self._look = look
        self._own: dict[str, WorkerNode] = {}

    @property
    def _worker_nodes(self) -> dict[str, WorkerNode]:
        if self._look is None:
            return self._own
        return {row["id"]: _node_of(row) for row in self._look()}

    def get_by_state(self, state: str) -> list[WorkerNode]:
        """The workers in this state."""
        return [node for node in self.values() if node.state == state]

    @property
    def all(self) -> ValuesView[WorkerNode]:
        """Every worker that is known."""
        return self._worker_nodes.values()

    @property
    def ready(self) -> list[WorkerNode]:
        """Workers without users."""
        return self.get_by_state("ready")

    @property
    def spawning(self) -> list[WorkerNode]:
        """Workers on the way to a number of users."""
        return self.get_by_state("spawning")

    @property
    def running(self) -> list[WorkerNode]:
        """Workers with the users that they should have."""
        return self.get_by_state("running")

    @property
    def missing(self) -> list[WorkerNode]:
        """Workers that are no longer heard of."""
        return self.get_by_state("missing")

    def values(self) -> ValuesView[WorkerNode]:
        return self._worker_nodes.values()

    def __setitem__(self, key: str, node: WorkerNode) -> None:
        self._own[key] = node

    def __delitem__(self, key: str) -> None:
        del self._own[key]

    def __getitem__(self, key: str) -> WorkerNode:
        return self._worker_nodes[key]

    def __len__(self) -> int:
        return len(self._worker_nodes)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._worker_nodes))


def _node_of(row: dict[str, Any]) -> WorkerNode:
    node = WorkerNode(row["id"], row["state"], row["heartbeat"])
    node.cpu_usage = row["cpu_usage"]
    node.memory_usage = row["memory_usage"]
    node.user_classes_count = row["user_classes_count"]
    return node
