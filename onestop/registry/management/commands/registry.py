"""`./run onestop registry rebuild`, `registry keys`: make the projections anew from what is recorded.

`registry doubles` looks for people registered at two offices, as the job worker does each day.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from onestop.journal.actions import record
from onestop.registry.choices import REBUILT
from onestop.registry.rows import rebuild_everything
from onestop.registry.searchkeys import rebuild_keys
from onestop.registry.sweeping import sweep
from onestop.staff.scope import system_officer, system_scope


class Command(BaseCommand):
    """Upkeep of the registry."""

    help = (
        "registry rebuild: make the wide row of every person and household anew from what was answered;"
        " registry keys: make the keys anew under which people are found by name;"
        " registry doubles: tell both offices of people registered at two, among those written down since the last look"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["rebuild", "keys", "doubles"])
        parser.add_argument("--everybody", action="store_true", help="doubles: look through everybody again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "keys":
            return self._keys()
        if options["what"] == "doubles":
            return self._doubles(everybody=options["everybody"])
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

    def _doubles(self, *, everybody: bool) -> None:
        done = sweep(everybody=everybody, progress=lambda count: self.stderr.write(str(count), ending="\r"))
        self.stdout.write(
            _("Looked through %(persons)s people. Told to both offices: %(found)s doubles.")
            % {"persons": done.persons, "found": done.found}
        )
