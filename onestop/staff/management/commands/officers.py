"""./run onestop officers load | list"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from onestop.areas.country import PackRefused
from onestop.staff.actions import load
from onestop.staff.models import Officer


class Command(BaseCommand):
    help = (
        "Loads offices and system officers from the country pack, in a demonstration its officers too; or lists them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["load", "list"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "list":
            for officer in Officer.objects.select_related("office").prefetch_related("assignments"):
                held = ", ".join(str(assignment) for assignment in officer.assignments.all())
                self.stdout.write(f"{officer.username}\t{officer.office or ''}\t{held or officer.purpose}")
            return
        try:
            loaded = load(demo=settings.MODE in {"demo", "test"})
        except PackRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"Offices: {loaded.offices} · system officers: {loaded.system_officers} · "
            f"officers of the demonstration: {loaded.demo_officers}"
        )
