"""A management command in the language of the console: `python -m config.manage COMMAND …`.

The pages are Khmer first. On a console the machine's own language decides (LC_ALL, LC_MESSAGES, LANG): Khmer where
that is Khmer, else English, since many consoles cannot draw Khmer at all.
"""

import os
import sys
from importlib import import_module

import django
import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, connection
from django.utils import translation

# These ask by themselves, or need no database of the office
UNASKED = {
    "check",
    "criteria",
    "diffsettings",
    "doctor",
    "evaluate",
    "help",
    "makemigrations",
    "messages",
    "migrate",
    "rights",
}

# Django's own, and that of the driver where COPY is written past Django
LOST = (OperationalError, psycopg.OperationalError)


def console_language() -> str:
    """The language code of the console: the first of its variables that is set, as far as we speak it."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "km" if named.startswith("km") else "en"


def run(arguments: list[str]) -> None:
    """Run one command; ends with SystemExit where Django does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()  # translations are looked for in the rooms
    with translation.override(console_language()):
        try:
            refuse_strange_database(arguments)
            execute_from_command_line(["./run onestop", *arguments])
        except LOST as ended:
            print(f"The database did not do this to its end: {first(ended)}", file=sys.stderr)
            raise SystemExit(1) from ended


def first(error: BaseException) -> str:
    """What went wrong first, of errors that followed one another: a full disk, not the connection that it cost.

    One line of it: below may stand what was in the row.
    """
    while isinstance(error.__context__, LOST):
        error = error.__context__
    return str(error).strip().partition("\n")[0]


def refuse_strange_database(arguments: list[str]) -> None:
    """End with 1 and one sentence before a command works on a database of the other kind, or of a newer OneStop."""
    if not arguments or arguments[0] in UNASKED or {"-h", "--help"} & set(arguments):
        return
    installation = import_module("onestop.areas.installation")  # models load only after setup
    try:
        installation.check_kind(connection)
        if arguments[0] == "procrastinate":  # the worker, which serves as long as the pages do
            import_module("onestop.staff.signing_in_checks").refuse_unsafe()
    except (installation.InstallationRefused, ImproperlyConfigured) as refused:
        print(refused, file=sys.stderr)
        raise SystemExit(1) from refused


if __name__ == "__main__":
    run(sys.argv[1:])
