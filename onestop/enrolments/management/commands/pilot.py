"""`./run onestop pilot [--villages F] [--on D] [--seed N] [--keep] [--persons N]`: the invented people of the pilot."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from onestop.areas.country import PackRefused
from onestop.areas.models import AdministrativeUnit
from onestop.areas.options import read_day
from onestop.enrolments.pilot_loading import OtherPopulation, PilotRefused, Wanted, counts, load_pilot
from onestop.staff.commands import OfficeCommand
from onestop.staff.models import Officer
from pilot.generate import DEFAULT_ON

OTHER_POPULATION = 3  # the exit status when a fresh database is needed


class Command(OfficeCommand):
    """Loads the pilot's people into the demonstration, in one transaction, and prints what stands in each commune."""

    help = "load the invented people of the pilot into the demonstration"
    requires_system_checks = ()  # pages and styles need not be there yet
    right = "registry.register"
    default_officer = "system.loader"

    def add_office_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--villages", type=Path, metavar="FILE", help="ID-Poor households of each village (CSV)")
        parser.add_argument("--on", type=read_day, metavar="DAY", help=f"their day (default {DEFAULT_ON})")
        parser.add_argument("--seed", type=int, metavar="N", help="another seed gives other people (default 1)")
        parser.add_argument("--persons", type=int, metavar="N", help="this many people, for benches and tests")
        parser.add_argument("--keep", action="store_true", help="leave them when they are there already")

    def run(self, officer: Officer, **options: Any) -> None:
        wanted = Wanted(*(options[name] for name in ("villages", "on", "seed", "persons")))
        try:
            loaded = load_pilot(wanted, keep=options["keep"], by=officer, say=self.say)
        except OtherPopulation as refused:
            raise CommandError(str(refused), returncode=OTHER_POPULATION) from refused
        except (PilotRefused, PackRefused) as refused:
            raise CommandError(str(refused)) from refused
        self.print_counts(loaded.day)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def print_counts(self, day: date) -> None:
        """One line a commune: households, persons, households of ID-Poor 1 and 2; and the sums."""
        found = counts(day)
        units = AdministrativeUnit.objects.in_bulk([count.code for count in found])
        rows = [(count.code, name_of(units.get(count.code)), list(count.figures)) for count in found]
        sums = [sum(figures) for figures in zip(*(count.figures for count in found), strict=True)]
        titles = (_("households"), _("persons"), _("ID-Poor 1"), _("ID-Poor 2"))
        self.say("".join([f"{'':<28}", *(f"{title:>12}" for title in titles)]))
        for code, name, figures in [*rows, ("", _("Together"), sums)]:
            self.say("".join([f"{code:<8}{name:<20}", *(f"{figure:>12,}" for figure in figures)]))


def name_of(unit: AdministrativeUnit | None) -> str:
    return unit.name_latin if unit else ""
