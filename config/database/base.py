"""Django's PostgreSQL backend, with what this office needs of every connection.

On connect: time limits of the kind of process, jit off, its name. Refused, each with what to do: a server older than
17, an encoding or locale in which Khmer is not searched, and the owner or a superuser in the web server or the worker.
Every cursor of the application role passes the guard of the walls (guard.py); the owner's do not.
"""

from typing import Any, Final

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base as postgresql
from django.db.backends.postgresql.psycopg_any import register_tzloader

from config.database.guard import GUARDS, Guard, GuardedCursor, GuardedServerSideCursor

__all__ = ["DatabaseWrapper"]

OLDEST: Final = 170000
# Plans a connection keeps: one a day asked and set of compartments; each takes half a megabyte of the server
PREPARED: Final = 8
_LOOK: Final = """
SELECT current_setting('server_version_num')::int, pg_encoding_to_char(d.encoding), r.rolsuper OR r.rolbypassrls,
       r.rolname, to_regprocedure('public.show_trgm(text)') IS NOT NULL,
       ARRAY(SELECT c.relname::text FROM pg_class c WHERE c.relrowsecurity AND c.relforcerowsecurity
             AND c.relnamespace = 'public'::regnamespace
             UNION
             SELECT v.relname::text FROM pg_class v JOIN pg_rewrite w ON w.ev_class = v.oid
             JOIN pg_depend p ON p.classid = 'pg_rewrite'::regclass AND p.objid = w.oid
             JOIN pg_class t ON t.oid = p.refobjid AND p.refclassid = 'pg_class'::regclass
             WHERE v.relkind IN ('v', 'm') AND t.relrowsecurity AND v.relnamespace = 'public'::regnamespace)
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()
"""

_khmer_checked: set[str] = set()


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """One connection of this process to the database."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        limits = {
            "statement_timeout": settings.STATEMENT_TIMEOUT,
            "lock_timeout": settings.LOCK_TIMEOUT,
            "jit": "off",  # compiling a cross-table of forty columns costs more than running it
            # the one statement we prepare, all programmes of a household, takes longer to plan than to run
            "plan_cache_mode": "force_generic_plan",
            "TimeZone": "UTC",
        }
        given = [params["options"]] if params.get("options") else []
        params["options"] = " ".join([*given, *(f"-c {name}={value}" for name, value in limits.items())])
        params.setdefault("application_name", f"onestop {settings.PROCESS}")
        params["cursor_factory"] = GuardedCursor
        # Django's None would let psycopg pass over `prepare=True` in silence; its own cursors never prepare
        params["prepare_threshold"] = 5
        return params

    def _configure_connection(self, connection: "psycopg.Connection[Any]") -> bool:
        """Called once for every new connection, pooled or not."""
        super()._configure_connection(connection)  # type: ignore[misc]  # not in the stubs
        connection.prepared_max = PREPARED
        self.look_at(connection)
        return True  # the look began a transaction: Django ends it

    def look_at(self, connection: "psycopg.Connection[Any]") -> None:
        """Refuse a server or role we must not use, and set the guard. Raises ImproperlyConfigured."""
        with psycopg.Cursor(connection) as cursor:
            found = cursor.execute(_LOOK).fetchone()
            if found is None:
                raise ImproperlyConfigured("The database does not know the role we are signed in as.")
            version, encoding, passes_walls, role, has_trigrams, walled = found
            if version < OLDEST:
                raise ImproperlyConfigured(
                    f"The PostgreSQL server is version {version // 10000}; OneStop needs 17 or newer. "
                    "Upgrade the server, or point DATABASE_URL at a newer one."
                )
            if encoding != "UTF8":
                raise ImproperlyConfigured(
                    f"The database '{connection.info.dbname}' has the encoding {encoding}; it must be UTF8. "
                    "Make it anew with config/roles.sql."
                )
            if passes_walls and settings.PROCESS in {"web", "worker"}:
                raise ImproperlyConfigured(
                    f"The {settings.PROCESS} process is connected as '{role}', which passes the walls between areas. "
                    "DATABASE_URL must name the application role onestop_app."
                )
            if has_trigrams and connection.info.dsn not in _khmer_checked:
                (count,) = cursor.execute("SELECT cardinality(public.show_trgm('កំពង់'))").fetchone() or (0,)
                if not count:
                    raise ImproperlyConfigured(
                        f"The database '{connection.info.dbname}' has a locale in which Khmer letters are no letters, "
                        "so that every search would stay empty. Make it anew with config/roles.sql (builtin C.UTF-8)."
                    )
                _khmer_checked.add(connection.info.dsn)
        if not passes_walls:
            GUARDS[connection] = Guard(walled)

    def create_cursor(self, name: str | None = None) -> Any:
        """As Django's, with the guarded class for a cursor on the server too."""
        if not name:
            return super().create_cursor()
        cursor = GuardedServerSideCursor(  # type: ignore[call-arg]  # not in the stubs
            self.connection, name=name, scrollable=False, withhold=self.connection.autocommit
        )
        register_tzloader(self.timezone, cursor)
        return cursor
