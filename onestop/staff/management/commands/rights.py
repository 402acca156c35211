"""The matrix of rights, or all documents made from the tables: `./run onestop rights`, `rights --write`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from onestop.staff.documents import DOCUMENTS, rights


class Command(BaseCommand):
    """Print which role gives which right, or write docs/."""

    help = "Print the matrix of rights; with --write: docs/RIGHTS.md, WORKFLOWS.md and TASKS.md"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the documents into docs/")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["write"]:
            self.stdout.write(rights(), ending="")
            return
        for name, make in DOCUMENTS.items():
            path = settings.ROOT / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(make(), "utf-8")
            self.stdout.write(name)
