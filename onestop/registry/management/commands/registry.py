"""`./run onestop registry rebuild`, `registry keys`: make the projections anew from what is recorded.

`registry doubles` looks for people registered at two offices among those who came in by a file.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from onestop.journal.actions import record
from onestop.registry.actions.doubles import sweep
from onestop.registry.choices import REBUILT, SWEPT
from onestop.registry.models import DoubleNotice, Person
from onestop.registry.rows import rebuild_everything
from onestop.registry.searchkeys import rebuild_keys
from onestop.staff.scope import system_officer, system_scope


class Command(BaseCommand):
    """Upkeep of the registry."""

    help = (
        "registry rebuild: make the wide row of every person and household anew from what was answered;"
        " registry keys: make the keys anew under which people are found by name;"
        " registry doubles: tell both offices of people registered at two, as after a file was loaded"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["rebuild", "keys", "doubles"])
        parser.add_argument("--since", type=date.fromisoformat, help="doubles: only people registered since this day")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "keys":
            return self._keys()
        if options["what"] == "doubles":
            return self._doubles(options["since"])
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

    def _doubles(self, since: date | None) -> None:
        with system_scope("system.loader"):
            people = Person.objects.kept().order_by("pk")
            if since is not None:
                people = people.filter(created_at__date__gte=since)
            before = DoubleNotice.objects.count()
            for batch in in_batches(list(people.values_list("pk", flat=True))):
                sweep(batch)
            found = (DoubleNotice.objects.count() - before) // 2
            record(SWEPT, by=system_officer("system.loader"), note=str(found))
        self.stdout.write(_("Told to both offices: %(found)s doubles.") % {"found": found})


def in_batches(keys: list[UUID], size: int = 2000) -> list[list[UUID]]:
    """Keys in runs that one statement takes well."""
    return [keys[start : start + size] for start in range(0, len(keys), size)]
