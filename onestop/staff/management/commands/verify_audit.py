"""./run onestop verify-audit [--heads FILE]: does the journal still say what it said? Ends with 1 at the first lie."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from onestop.journal.audit import Audit, audit
from onestop.journal.heads import read_file
from onestop.journal.keys import KeyRefused
from onestop.staff.commands import OfficeCommand
from onestop.staff.models import Officer

SHOWN = 100  # faults that are printed; a rewritten journal has as many as it has lines


class Command(OfficeCommand):
    help = "Checks every line of the journal, its chain and the signed heads of its days; --heads also another copy."

    found: Audit

    def add_office_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--heads", type=Path, metavar="FILE", help="the heads that another office kept")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        faults = self.found.faults
        if faults:
            shown = [str(fault) for fault in faults[:SHOWN]]
            more = [_("… and %(count)d more.") % {"count": len(faults) - SHOWN}] if len(faults) > SHOWN else []
            raise CommandError("\n".join([_("The journal does not hold:"), *shown, *more]))
        self.stdout.write(
            _("The journal holds: %(links)d lines, %(heads)d signed days.")
            % {"links": self.found.links, "heads": self.found.heads}
        )
        if self.found.compared:
            self.stdout.write(
                _("The %(count)d heads of the other office say the same.") % {"count": self.found.compared}
            )
        else:
            self.stdout.write(
                _(
                    "Not compared with another office. Whoever holds the server and its keys could rewrite both; ask "
                    "for the heads kept elsewhere: --heads FILE"
                )
            )

    def run(self, officer: Officer, **options: Any) -> None:
        try:
            self.found = audit(read_file(options["heads"]) if options["heads"] else None)
        except KeyRefused as refused:
            raise CommandError(str(refused)) from refused

    def journal_note(self, **options: Any) -> str:
        return f"verify-audit: {len(self.found.faults)}"
