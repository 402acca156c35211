"""`./run onestop registry rebuild`, `registry keys`: make the projections anew from what is recorded."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from onestop.journal.actions import record
from onestop.registry.choices import REBUILT
from onestop.registry.rows import rebuild_everything
from onestop.registry.searchkeys import rebuild_keys
from onestop.staff.scope import system_officer, system_scope


class Command(BaseCommand):
    """Upkeep of the registry."""

    help = (
        "registry rebuild: make the wide row of every person and household anew from what was answered;"
        " registry keys: make the keys anew under which people are found by name"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["rebuild", "keys"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "keys":
            return self._keys()
        with system_scope("system.loader"):
            done = rebuild_everything(
                progress=lambda subject, count: self.stderr.write(f"{subject} {count}", ending="\r")
            )
            record(REBUILT, by=system_officer("system.loader"), note=f"{done['person']} / {done['household']}")
        self.stdout.write(
            _("Made anew: %(persons)s rows of persons, %(households)s of households.")
            % {"persons": done["person"], "households": done["household"]}
        )
        return None

    def _keys(self) -> None:
        with system_scope("system.loader"):
            done = rebuild_keys(progress=lambda count: self.stderr.write(str(count), ending="\r"))
            record(REBUILT, by=system_officer("system.loader"), note=str(done))
        self.stdout.write(_("Made anew: the search keys of %(persons)s persons.") % {"persons": done})
