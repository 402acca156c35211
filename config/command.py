"""What `./run` hands over to: demo, test, bench, assets, and every command of the office behind `./run onestop`.

Which database and which role a command gets is decided here and nowhere else: the few commands of `AS_OWNER` open the
schema's owner (they change tables, or copy the whole database), all others the application role behind the walls.
"""

import contextlib
import os
import sys
from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import connections

from config import assets, benchmarks, checks, demo, embedded_postgres, prepare, server

# Commands that run as the owner of the schema. A new name here is a decision: the owner is outside the walls.
AS_OWNER = {"migrate", "facts", "areas", "officers", "backup", "restore", "seal", "sqlmigrate", "showmigrations"}
# Commands that need no database of the office at all
WITHOUT_DATABASE = {"criteria", "evaluate", "makemigrations", "check", "messages", "help", "diffsettings"}


def main(arguments: list[str]) -> int:
    """Run one command of `./run`; the return value is the process's exit status."""
    name, rest = arguments[0], arguments[1:]
    commands = {"demo": demo.main, "assets": assets.main, "test": checks.main, "bench": benchmarks.main}
    try:
        return commands.get(name, console)(rest)
    except (assets.AssetsRefused, embedded_postgres.PostgresRefused, prepare.NotPrepared) as refused:
        print(refused, file=sys.stderr)
        return 1


def console(arguments: list[str]) -> int:
    """`./run onestop COMMAND …`: a management command with the right role on the right database."""
    command = arguments[0] if arguments else "help"
    if command in {"-h", "--help"}:
        command = "help"
    if command in WITHOUT_DATABASE:
        return manage([command, *arguments[1:]])
    with database(owner=command in AS_OWNER, prepared=command != "restore"):
        return manage(arguments)


@contextlib.contextmanager
def database(*, owner: bool, prepared: bool = True) -> Iterator[None]:
    """Point this process at the database: the one named in the environment, or the embedded demonstration."""
    process = "owner" if owner else "command"
    if os.environ.get("DATABASE_URL"):
        url = server.owner_url() if owner else os.environ["DATABASE_URL"]
        with server.environment(DATABASE_URL=url, ONESTOP_PROCESS=process):
            yield
        return
    cluster = server.embedded_cluster()
    with cluster.use():
        if prepared:
            prepare.ensure(cluster)
        url = server.urls(cluster)["owner" if owner else "app"]
        with server.environment(ONESTOP_MODE="demo", DATABASE_URL=url, ONESTOP_PROCESS=process):
            try:
                yield
            finally:  # let go of the embedded server before it is asked to stop
                if apps.ready:
                    connections.close_all()


def manage(arguments: list[str]) -> int:
    """A management command; its refusals end with 1 and one sentence, never with a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(["./run onestop", *arguments])
    except ImproperlyConfigured as refused:
        print(refused, file=sys.stderr)
        return 1
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
