"""`./run onestop facts load`: make a column for every fact the country declares (as owner)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onestop.areas.country import PackRefused
from onestop.registry.columns import FactsRefused, Loaded, load
from onestop.registry.parting import part_sheets
from onestop.registry.rows import rebuild_everything


class Command(BaseCommand):
    """Loads the facts of the country pack; running it again changes nothing."""

    help = "facts load: add a column for every fact that the country pack declares; nothing is ever dropped"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["load"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load()
        except (PackRefused, FactsRefused) as refused:
            raise CommandError(str(refused)) from None
        for line in lines_of(loaded):
            self.stdout.write(line)
        if parted := part_sheets():
            self.stdout.write(_("Answers put behind the walls of their compartment: %s sheets.") % parted)
        if loaded.must_rebuild:
            done = rebuild_everything()
            if any(done.values()):
                self.stdout.write(
                    _("Made anew: %(persons)s rows of persons, %(households)s of households.")
                    % {"persons": done["person"], "households": done["household"]}
                )


def lines_of(loaded: Loaded) -> list[str]:
    """What was done, one line each kind."""
    lines = []
    for words, keys in (
        (_("New: %s"), loaded.added),
        (_("Declared again: %s"), loaded.returned),
        (_("Answers now grow old: %s"), loaded.dated),
        (_("No longer declared (columns and answers stay): %s"), loaded.withdrawn),
    ):
        if keys:
            lines.append(words % ", ".join(keys))
    count = len(loaded.kept)
    return [*lines, ngettext("Unchanged: %s fact.", "Unchanged: %s facts.", count) % count]
