"""What `./run` hands over to: demo, test, bench, assets, and every command of the office behind `./run onestop`.

Which database and which role a command gets is decided here and nowhere else: the few commands of `AS_OWNER` open the
schema's owner (they change tables, or copy the whole database), all others the application role behind the walls.
"""

import sys

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from config import assets, backup, benchmarks, checks, demo, prepare, restore, server, tidy, upgrade_dump
from config import manage as console_command
from config.archive import BackupRefused
from config.embedded_postgres import PostgresRefused, temporary_cluster

# Commands that run as the owner of the schema. A new name here is a decision: the owner is outside the walls.
# verify_audit must see every line, also those of every compartment: a line it may not see looks like one removed.
AS_OWNER = {"migrate", "facts", "areas", "officers", "seal", "sqlmigrate", "showmigrations", "verify_audit"}
# Commands that need no database of the office at all
WITHOUT_DATABASE = {"criteria", "evaluate", "makemigrations", "check", "messages", "diffsettings", "rights"}
# Commands outside Django: they work on the database as a whole
WHOLE = {
    "backup": backup.main,
    "restore": restore.main,
    "prepare": prepare.main,
    "tidy": tidy.main,
    "upgrade-dump": upgrade_dump.main,
}
HELP = """
On the database as a whole (each tells more with --help):
    backup FILE      the database, files and keys in one new file
    restore FILE     bring a backup back
    prepare          bring the database of DATABASE_URL to this version: tables, facts, areas, officers, programmes
    tidy             what restores and new demonstrations kept aside, and with --remove its end
    upgrade-dump     a small dump of the state released now, for tests/upgrade
"""
REFUSALS = (
    assets.AssetsRefused,
    BackupRefused,
    ImproperlyConfigured,
    PostgresRefused,
    prepare.NotPrepared,
    server.OwnerMissing,
)


def main(arguments: list[str]) -> int:
    """Run one command of `./run`; the return value is the process's exit status. A refusal is one message, and 1."""
    name, rest = arguments[0], arguments[1:]
    commands = {"demo": demo.main, "assets": assets.main, "test": checks.main, "bench": benchmarks.main}
    try:
        return commands.get(name, console)(rest)
    except REFUSALS as refused:
        print(refused, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def console(arguments: list[str]) -> int:
    """`./run onestop COMMAND …`: with the right role on the right database."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command in WHOLE:
        return WHOLE[command](rest)
    command = command.replace("-", "_") if not command.startswith("-") else command  # verify-audit is verify_audit.py
    arguments = [command, *rest]
    if command in {"-h", "--help", "help"}:
        status = manage(["help", *rest])
        print(HELP if not rest else "", end="")
        return status
    if command == "evaluate" and {"postgresql", "--reader=postgresql"} & set(rest):
        with temporary_cluster() as cluster:  # no data of the office goes there
            cluster.create_database("scratch")
            with server.environment(ONESTOP_SCRATCH_URL=cluster.url("scratch", "onestop_owner")):
                return manage(arguments)
    if command in WITHOUT_DATABASE or {"-h", "--help"} & set(rest):
        return manage(arguments)
    owner = command in AS_OWNER
    with prepare.office(prepared=command != "doctor", owner=owner) as urls:  # a doctor looks, and changes nothing
        process = {
            "DATABASE_URL": urls["owner" if owner else "app"],
            "ONESTOP_PROCESS": "owner" if owner else "command",
        }
        with server.environment(ONESTOP_MODE=prepare.mode(), **process):
            try:
                return manage(arguments)
            finally:  # let go of the embedded server before it is asked to stop
                if apps.ready:
                    connections.close_all()


def manage(arguments: list[str]) -> int:
    """A management command; its refusals end with 1 and one sentence, never with a traceback."""
    try:
        console_command.run(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
