"""The base of commands that read or write personal data: `--as OFFICER`, one scope, a line in the journal."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from onestop.areas.guards import demand
from onestop.areas.scope import current
from onestop.journal.actions import record
from onestop.journal.verbs import RAN
from onestop.staff.models import Officer
from onestop.staff.scope import UnknownOfficer, officer_named, scope

__all__ = ["OfficeCommand"]


class OfficeCommand(BaseCommand):
    """Subclasses say `right` (or "") and write `add_office_arguments` and `run`.

    `run` is called inside the officer's scope, in one transaction; the journal gets a line with the command's name and
    `journal_note`. `default_officer` is the system officer whose name is used without --as.
    """

    right: str = ""
    default_officer: str = "system.console"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as", dest="as_officer", default=self.default_officer, metavar="OFFICER", help="in whose name it runs"
        )
        self.add_office_arguments(parser)

    def add_office_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            officer = officer_named(options.pop("as_officer"))
            with scope(officer):
                if self.right:
                    demand(current(), self.right)
                self.run(officer, **options)
                record(RAN, by=officer, note=self.journal_note(**options))
        except (UnknownOfficer, PermissionDenied) as refused:
            raise CommandError(str(refused)) from refused

    def run(self, officer: Officer, **options: Any) -> None:
        """The work itself."""
        raise NotImplementedError

    def journal_note(self, **options: Any) -> str:
        """What the journal keeps of this run: no personal data."""
        return type(self).__module__.rpartition(".")[2]
