"""./run onestop heads: the signed days of the journal, for another office to keep."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onestop.areas.options import read_day
from onestop.journal.heads import export, known_keys
from onestop.journal.keys import KeyRefused
from onestop.journal.models import DayHead


class Command(BaseCommand):
    help = "Writes the signed heads of the journal's days into a file for another office, or shows the last ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, metavar="FILE", help="the file to write; carry it to another office")
        parser.add_argument("--since", type=read_day, metavar="DAY", help="only from this day on")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["to"]:
                many = export(options["to"], since=options["since"])
                self.stdout.write(f"{options['to']}: {many} heads. Give it to another office, which keeps it.")
                return
            for key in known_keys().values():
                self.stdout.write(f"public key {key.text} ({key.name})")
        except KeyRefused as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            raise CommandError(f"Cannot write {options['to']}: {error.strerror}. Name a file you may write.") from error
        rows = list(DayHead.objects.order_by("-day")[:7])
        for row in reversed(rows):
            self.stdout.write(f"{row.day}  link {row.last_seq:,}  {row.count:,} lines of the day  {row.digest}")
        if not rows:
            self.stdout.write("No day has been signed yet: a day is signed when it is over.")
