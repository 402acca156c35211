"""./run onestop seal [--verify]: seal the journal's new lines and sign the days that are over, or check the chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onestop.journal.audit import verify
from onestop.journal.heads import export, export_path, sign_days
from onestop.journal.keys import KeyRefused
from onestop.journal.seal import seal_lines


class Command(BaseCommand):
    help = "Seals the journal's new lines and signs the days that are over; --verify also checks every link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--verify", action="store_true", help="check the chain; ends with 1 where it does not hold")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Sealed: {seal_lines()}")
        try:
            if days := sign_days():
                export(export_path())
                self.stdout.write(f"Signed days: {len(days)}, the last {days[-1].day}")
        except KeyRefused as refused:
            raise CommandError(str(refused)) from refused
        if options["verify"]:
            faults = [str(fault) for fault in verify()]
            if faults:
                raise CommandError("The journal's chain does not hold:\n" + "\n".join(faults[:50]))
            self.stdout.write("The chain holds.")
