"""Users of a Qdrant server, over qdrant-client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qdrant_client import QdrantClient

from katydid.contrib.measured_call import attempt, fire, found
from katydid.user.users import User

if TYPE_CHECKING:
    from qdrant_client.models import VectorParams


class QdrantLocustClient:
    """A client for one collection; fires nothing. Each operation returns how it went, as `attempt` has it."""

    def __init__(
        self, url: str, collection_name: str, api_key: str | None = None, timeout: int = 60, **kwargs: Any
    ) -> None:
        self.url = url
        self.collection_name = collection_name
        self.api_key = api_key
        self.timeout = timeout
        self.client = QdrantClient(url=url, api_key=api_key, timeout=timeout, **kwargs)

    def close(self) -> None:
        self.client.close()

    def create_collection(self, vectors_config: VectorParams, **kwargs: Any) -> None:
        """Makes the collection unless it is there."""
        if not self.client.collection_exists(collection_name=self.collection_name):
            self.client.create_collection(collection_name=self.collection_name, vectors_config=vectors_config, **kwargs)

    def upsert(self, points: Any) -> dict[str, Any]:
        return attempt(lambda: self.client.upsert(collection_name=self.collection_name, points=points))

    def search(
        self,
        query: Any,
        limit: int = 10,
        query_filter: Any = None,
        search_params: Any = None,
        with_payload: bool = True,
    ) -> dict[str, Any]:
        """Looks for the nearest points; ``empty`` tells whether there are none."""
        outcome = attempt(
            lambda: self.client.query_points(
                collection_name=self.collection_name,
                query=query,
                limit=limit,
                query_filter=query_filter,
                search_params=search_params,
                with_payload=with_payload,
            )
        )
        return found(outcome, lambda result: not result.points)

    def scroll(self, scroll_filter: Any = None, limit: int = 10, with_payload: bool = True) -> dict[str, Any]:
        """Reads points one page after the other; ``next_offset`` is where the next page begins."""
        outcome = attempt(
            lambda: self.client.scroll(
                collection_name=self.collection_name,
                scroll_filter=scroll_filter,
                limit=limit,
                with_payload=with_payload,
            )
        )
        if "result" in outcome:
            outcome["result"], outcome["next_offset"] = outcome["result"]
        return found(outcome, lambda result: not result)

    def delete(self, points_selector: Any) -> dict[str, Any]:
        return attempt(
            lambda: self.client.delete(collection_name=self.collection_name, points_selector=points_selector)
        )


class QdrantUser(User):
    """A user with a client of its own; each operation is counted under its name, with type ``qdrant``.

    Raises:
        ValueError: there is no ``collection_name``.
    """

    abstract = True

    url: str = "http://localhost:6333"
    api_key: str | None = None
    collection_name: str | None = None
    #: Seconds.
    timeout: int = 60
    #: Makes the collection, when it is given.
    vectors_config: VectorParams | None = None
    client_kwargs: dict | None = None
    collection_kwargs: dict | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        if self.collection_name is None:
            raise ValueError("'collection_name' must be provided for QdrantUser")
        self.client_type = "qdrant"
        self.client = QdrantLocustClient(
            url=self.url,
            api_key=self.api_key,
            collection_name=self.collection_name,
            timeout=self.timeout,
            **(self.client_kwargs or {}),
        )
        if self.vectors_config is not None:
            self.client.create_collection(vectors_config=self.vectors_config, **(self.collection_kwargs or {}))

    def upsert(self, points: Any) -> dict[str, Any]:
        return self._counted("upsert", self.client.upsert(points))

    def search(
        self,
        query: Any,
        limit: int = 10,
        query_filter: Any = None,
        search_params: Any = None,
        with_payload: bool = True,
    ) -> dict[str, Any]:
        return self._counted("search", self.client.search(query, limit, query_filter, search_params, with_payload))

    def scroll(self, scroll_filter: Any = None, limit: int = 10, with_payload: bool = True) -> dict[str, Any]:
        return self._counted("scroll", self.client.scroll(scroll_filter, limit, with_payload))

    def delete(self, points_selector: Any) -> dict[str, Any]:
        return self._counted("delete", self.client.delete(points_selector))

    def on_stop(self) -> None:
        self.client.close()

    def _counted(self, name: str, outcome: dict[str, Any]) -> dict[str, Any]:
        fire(self.client_type, name, outcome)
        return outcome
