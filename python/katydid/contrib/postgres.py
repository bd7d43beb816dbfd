"""Users of a PostgreSQL server, over psycopg 3."""

from __future__ import annotations

from typing import Any

import psycopg

from katydid.contrib.measured_call import attempt, fire
from katydid.user.users import User


class PostgresClient:
    """One connection.

    Raises:
        psycopg.OperationalError: the server cannot be reached or refuses.
    """

    def __init__(self, conn_string: str) -> None:
        self.connection = psycopg.connect(conn_string)

    def execute_query(self, query: str) -> None:
        """Executes a statement and counts it, as a failure when the server refuses it. Its rows are not returned."""
        outcome = attempt(lambda: self.connection.execute(query))
        fire("postgres_success" if outcome["success"] else "postgres_failure", "execute_query", outcome)

    def close(self) -> None:
        """Closes the connection; what was not committed is undone."""
        self.connection.close()


class PostgresUser(User):
    """A user with a connection of its own to ``conn_string``, closed when it stops."""

    abstract = True
    #: What psycopg connects to, such as ``"postgresql://user:password@localhost/shop"``.
    conn_string: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = PostgresClient(conn_string=self.conn_string)

    def on_stop(self) -> None:
        self.client.close()
