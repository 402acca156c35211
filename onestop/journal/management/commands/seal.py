"""./run onestop seal [--verify]: seal the journal's new lines now, or check the whole chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onestop.journal.seal import seal_lines, verify


class Command(BaseCommand):
    help = "Seals the journal's new lines; with --verify also checks every link of the chain."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--verify", action="store_true", help="check the chain; ends with 1 where it does not hold")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Sealed: {seal_lines()}")
        if options["verify"]:
            faults = [f"link {fault.seq}: {fault.what}" for fault in verify()]
            if faults:
                raise CommandError("The journal's chain does not hold:\n" + "\n".join(faults[:50]))
            self.stdout.write("The chain holds.")
