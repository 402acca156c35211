"""`./run onestop registry rebuild`: make the wide rows anew from the answer sheets."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from onestop.journal.actions import record
from onestop.registry.choices import REBUILT
from onestop.registry.rows import rebuild_everything
from onestop.staff.scope import system_officer, system_scope


class Command(BaseCommand):
    """Upkeep of the registry."""

    help = "registry rebuild: make the wide row of every person and household anew from what was answered"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["rebuild"])

    def handle(self, *args: Any, **options: Any) -> None:
        with system_scope("system.loader"):
            done = rebuild_everything(
                progress=lambda subject, count: self.stderr.write(f"{subject} {count}", ending="\r")
            )
            record(REBUILT, by=system_officer("system.loader"), note=f"{done['person']} / {done['household']}")
        self.stdout.write(
            _("Made anew: %(persons)s rows of persons, %(households)s of households.")
            % {"persons": done["person"], "households": done["household"]}
        )
