"""Users of a MongoDB server, over pymongo."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from katydid.contrib.measured_call import attempt, fire
from katydid.user.users import User


class MongoDBClient(MongoClient):
    """A client with one database, ``db``."""

    def __init__(self, conn_string: str, db_name: str) -> None:
        super().__init__(conn_string)
        self.db = self[db_name]

    def execute_query(self, collection_name: str, query: Any) -> None:
        """Finds all documents that match, reads them, and counts that. What is no fault of the server is raised."""
        outcome = attempt(lambda: list(self.db[collection_name].find(query)))
        error = outcome.get("exception")
        if error is not None and not isinstance(error, PyMongoError):
            raise error
        fire("MONGODB", "QUERY", outcome)


class MongoDBUser(User):
    """A user with a client of its own, closed when it stops."""

    abstract = True
    #: A ``mongodb://`` address.
    conn_string: str
    #: The name of the database.
    db_name: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = MongoDBClient(conn_string=self.conn_string, db_name=self.db_name)

    def on_stop(self) -> None:
        self.client.close()
