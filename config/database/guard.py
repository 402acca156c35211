"""The guard in front of the walls: a statement that names a walled table without an open scope is refused here.

Behind the walls such a statement would find no rows, and a bug would look like an empty office. The guard sits on
psycopg's cursors, below Django's, so that raw cursors, counts, COPY and server-side cursors pass it as well.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, LiteralString
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.postgresql import base as postgresql
from psycopg import sql

from onestop.areas import scope

__all__ = ["GUARDS", "Guard", "GuardedCursor", "GuardedServerSideCursor"]


class Guard:
    """Knows the walled tables of one database."""

    def __init__(self, tables: Iterable[str]) -> None:
        self.tables = frozenset(tables)
        names = "|".join(sorted(map(re.escape, self.tables), key=len, reverse=True))
        # not inside a text literal: asking the catalogue about a table is no reading of it
        self._pattern = re.compile(rf"(?<![\w'])(?:{names})(?![\w'])", re.IGNORECASE) if names else None
        self.named = lru_cache(maxsize=4096)(self._named)

    def _named(self, statement: str) -> str | None:
        """The first walled table the statement names; remembered by its text."""
        found = self._pattern.search(statement) if self._pattern else None
        return found[0].lower() if found else None

    def check(self, statement: object, connection: "psycopg.Connection[Any]") -> None:
        """Raise ScopeMissing when the statement names a walled table and no scope is open."""
        if scope.current_or_none() is not None:
            return
        if isinstance(statement, sql.Composable):
            statement = statement.as_string(connection)
        if isinstance(statement, bytes):
            statement = statement.decode()
        if table := self.named(str(statement)):
            raise scope.ScopeMissing(
                f"A statement names {table}, which stands behind the walls, and no scope is open. A page gets one from "
                "its signed-in officer; a command or job opens one: `with scope(officer):` or "
                "`with system_scope(name):` (onestop/staff/scope.py)."
            )


# The guard of each open connection; a connection of the owner has none
GUARDS: "WeakKeyDictionary[psycopg.Connection[Any], Guard]" = WeakKeyDictionary()


class GuardMixin:
    """Every way in which a cursor takes a statement asks the guard first."""

    connection: "psycopg.Connection[Any]"

    def _ask(self, query: object) -> None:
        if guard := GUARDS.get(self.connection):
            guard.check(query, self.connection)

    def execute(self, query: LiteralString, *args: Any, **kwargs: Any) -> Any:
        self._ask(query)
        return super().execute(query, *args, **kwargs)  # type: ignore[misc]

    def executemany(self, query: LiteralString, *args: Any, **kwargs: Any) -> Any:
        self._ask(query)
        return super().executemany(query, *args, **kwargs)  # type: ignore[misc]

    def copy(self, statement: LiteralString, *args: Any, **kwargs: Any) -> Any:
        self._ask(statement)
        return super().copy(statement, *args, **kwargs)  # type: ignore[misc]

    def stream(self, query: LiteralString, *args: Any, **kwargs: Any) -> Any:
        self._ask(query)
        return super().stream(query, *args, **kwargs)  # type: ignore[misc]


class GuardedCursor(GuardMixin, postgresql.Cursor):
    """Django's usual cursor, guarded."""


class GuardedServerSideCursor(GuardMixin, postgresql.ServerSideCursor):
    """Django's cursor of `QuerySet.iterator()`, guarded."""
