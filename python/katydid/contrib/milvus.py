"""Users of a Milvus server, over pymilvus, which speaks gRPC: importing this makes gRPC yield to other greenlets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import grpc.experimental.gevent
from pymilvus import MilvusClient

from katydid import events
from katydid.contrib.measured_call import attempt, fire, found
from katydid.user.users import User

if TYPE_CHECKING:
    from pymilvus import CollectionSchema
    from pymilvus.milvus_client import IndexParams

grpc.experimental.gevent.init_gevent()


class BaseClient(ABC):
    """What a `MilvusUser` asks of its client. Each operation returns how it went, as `measured_call.attempt` has it."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def create_collection(self, schema: Any, index_params: Any, **kwargs: Any) -> None: ...

    @abstractmethod
    def insert(self, data: Any) -> dict[str, Any]: ...

    @abstractmethod
    def upsert(self, data: Any) -> dict[str, Any]: ...

    @abstractmethod
    def search(
        self,
        data: Any,
        anns_field: str,
        limit: int,
        filter: str = "",
        search_params: Any = None,
        output_fields: Any = None,
        calculate_recall: bool = False,
        ground_truth: Any = None,
    ) -> dict[str, Any]: ...

    @abstractmethod
    def hybrid_search(self, reqs: Any, ranker: Any, limit: int, output_fields: Any = None) -> dict[str, Any]: ...

    @abstractmethod
    def query(self, filter: str, output_fields: Any = None) -> dict[str, Any]: ...

    @abstractmethod
    def delete(self, filter: str) -> dict[str, Any]: ...


class MilvusV2Client(BaseClient):
    """A client for one collection. Fires nothing."""

    def __init__(
        self,
        uri: str,
        collection_name: str,
        token: str = "root:Milvus",
        db_name: str = "default",
        timeout: float = 60,
    ) -> None:
        self.uri = uri
        self.collection_name = collection_name
        self.token = token
        self.db_name = db_name
        self.timeout = timeout
        self.client = MilvusClient(uri=uri, token=token, db_name=db_name, timeout=timeout)

    def close(self) -> None:
        self.client.close()

    def create_collection(self, schema: Any, index_params: Any, **kwargs: Any) -> None:
        self.client.create_collection(
            collection_name=self.collection_name, schema=schema, index_params=index_params, **kwargs
        )

    def insert(self, data: Any) -> dict[str, Any]:
        return attempt(lambda: self.client.insert(collection_name=self.collection_name, data=data))

    def upsert(self, data: Any) -> dict[str, Any]:
        return attempt(lambda: self.client.upsert(collection_name=self.collection_name, data=data))

    def search(
        self,
        data: Any,
        anns_field: str,
        limit: int,
        filter: str = "",
        search_params: Any = None,
        output_fields: Any = None,
        calculate_recall: bool = False,
        ground_truth: Any = None,
    ) -> dict[str, Any]:
        """Looks for the nearest entities; ``recall``, if it is asked for, is the share of ``ground_truth`` found."""
        outcome = attempt(
            lambda: self.client.search(
                collection_name=self.collection_name,
                data=data,
                anns_field=anns_field,
                filter=filter,
                limit=limit,
                search_params=search_params,
                output_fields=_fields(output_fields),
            )
        )
        found(outcome, _finds_nothing)
        if calculate_recall and ground_truth is not None and outcome["success"]:
            outcome["recall"] = self.get_recall(outcome["result"], ground_truth, limit)
        return outcome

    def hybrid_search(self, reqs: Any, ranker: Any, limit: int, output_fields: Any = None) -> dict[str, Any]:
        outcome = attempt(
            lambda: self.client.hybrid_search(
                collection_name=self.collection_name,
                reqs=reqs,
                ranker=ranker,
                limit=limit,
                output_fields=_fields(output_fields),
                timeout=self.timeout,
            )
        )
        return found(outcome, _finds_nothing)

    @staticmethod
    def get_recall(search_results: Any, ground_truth: Any, limit: int | None = None) -> float:
        """The share of the first ``limit`` ids of ``ground_truth`` that a search for one vector found.

        0.0 if that cannot be told, because there are fewer or the results are no list of hits.
        """
        try:
            hits = search_results[0] if isinstance(search_results[0], list) else search_results
            ids = {hit.get("id") for hit in hits}
            wanted = set(ground_truth[: len(ids) if limit is None else limit])
            if limit is not None and len(ground_truth) < limit:
                return 0.0
            return len(wanted & ids) / len(wanted)
        except (AttributeError, IndexError, KeyError, TypeError, ZeroDivisionError):
            return 0.0

    def query(self, filter: str, output_fields: Any = None) -> dict[str, Any]:
        outcome = attempt(
            lambda: self.client.query(
                collection_name=self.collection_name, filter=filter, output_fields=_fields(output_fields)
            )
        )
        return found(outcome, lambda result: not result)

    def delete(self, filter: str) -> dict[str, Any]:
        return attempt(lambda: self.client.delete(collection_name=self.collection_name, filter=filter))


def _fields(output_fields: Any) -> Any:
    return ["id"] if output_fields is None else output_fields


def _finds_nothing(result: Any) -> bool:
    return all(len(hits) == 0 for hits in result)


class MilvusUser(User):
    """A user with a client of its own; each operation is counted under its name, with type ``milvus``.

    A recall is counted as a request of its own, whose response time is its percentage.

    Raises:
        ValueError: ``uri`` or ``collection_name`` is None.
    """

    abstract = True

    def __init__(
        self,
        environment: Any,
        uri: str = "http://localhost:19530",
        token: str = "root:Milvus",
        collection_name: str = "test_collection",
        db_name: str = "default",
        timeout: int = 60,
        schema: CollectionSchema | None = None,
        index_params: IndexParams | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(environment)
        for name, value in {"uri": uri, "collection_name": collection_name}.items():
            if value is None:
                raise ValueError(f"'{name}' must be provided for MilvusUser")
        self.client_type = "milvus"
        self.client = MilvusV2Client(
            uri=uri, token=token, collection_name=collection_name, db_name=db_name, timeout=timeout
        )
        if schema is not None:
            self.client.create_collection(schema=schema, index_params=index_params, **kwargs)

    def insert(self, data: Any) -> dict[str, Any]:
        return self._counted("insert", self.client.insert(data))

    def upsert(self, data: Any) -> dict[str, Any]:
        return self._counted("upsert", self.client.upsert(data))

    def search(
        self,
        data: Any,
        anns_field: str,
        limit: int,
        filter: str = "",
        search_params: Any = None,
        output_fields: Any = None,
        calculate_recall: bool = False,
        ground_truth: Any = None,
    ) -> dict[str, Any]:
        outcome = self.client.search(
            data, anns_field, limit, filter, search_params, output_fields, calculate_recall, ground_truth
        )
        self._counted("search", outcome)
        if "recall" in outcome:
            events.request.fire(
                request_type=self.client_type,
                name="recall",
                response_time=int(outcome["recall"] * 100),
                response_length=0,
                exception=None,
            )
        return outcome

    def hybrid_search(self, reqs: Any, ranker: Any, limit: int, output_fields: Any = None) -> dict[str, Any]:
        return self._counted("hybrid_search", self.client.hybrid_search(reqs, ranker, limit, output_fields))

    def query(self, filter: str, output_fields: Any = None) -> dict[str, Any]:
        return self._counted("query", self.client.query(filter, output_fields))

    def delete(self, filter: str) -> dict[str, Any]:
        return self._counted("delete", self.client.delete(filter))

    def on_stop(self) -> None:
        self.client.close()

    def _counted(self, name: str, outcome: dict[str, Any]) -> dict[str, Any]:
        fire(self.client_type, name, outcome)
        return outcome
