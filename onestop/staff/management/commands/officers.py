"""./run onestop officers load | list | first | close"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from onestop.areas.country import PackRefused
from onestop.staff import accounts
from onestop.staff.actions import load
from onestop.staff.models import Officer


class Command(BaseCommand):
    help = (
        "Loads offices and system officers from the country pack, in a demonstration its officers too; lists them;"
        " gives somebody a first password (the very first IT officer, or one who lost telephone and password);"
        " closes one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["load", "list", "first", "close"])
        parser.add_argument("username", nargs="?", default="", help="of first and close")
        parser.add_argument("--name-km", default="", help="with first, for a new account")
        parser.add_argument("--name-latin", default="", help="with first, for a new account")
        parser.add_argument("--office", default="", help="with first, for a new account: the code of its office")
        parser.add_argument("--role", default="it_officer", help="with first, for a new account")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "list":
            for officer in Officer.objects.select_related("office").prefetch_related("assignments"):
                held = ", ".join(str(assignment) for assignment in officer.assignments.all())
                self.stdout.write(f"{officer.username}\t{officer.office or ''}\t{held or officer.purpose}")
            return
        if options["what"] in {"first", "close"}:
            self.account(options)
            return
        try:
            loaded = load(demo=settings.MODE in {"demo", "test"})
        except PackRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"Offices: {loaded.offices} · system officers: {loaded.system_officers} · "
            f"officers of the demonstration: {loaded.demo_officers}"
        )

    def account(self, options: dict[str, Any]) -> None:
        """What only whoever has the server may do: begin an office, and close a door in need."""
        try:
            if options["what"] == "close":
                accounts.close_from_server(options["username"])
                self.stdout.write(f"{options['username']} is suspended; the sessions are ended.")
                return
            password = accounts.first_from_server(
                options["username"],
                name_km=options["name_km"],
                name_latin=options["name_latin"],
                office=options["office"],
                role=options["role"],
            )
        except (accounts.NotFromServer, ValidationError) as refused:
            raise CommandError("; ".join(getattr(refused, "messages", [str(refused)]))) from refused
        self.stdout.write(f"First password of {options['username']}, valid for three days, shown only now: {password}")
