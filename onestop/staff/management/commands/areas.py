"""`./run onestop areas load | search TEXT | tree [CODE] | transfer OLD NEW`: places, printed and kept.

It stands in this room rather than in `areas`, as it opens a scope and writes a line in the journal.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from onestop.areas import actions, clock, gazetteer, installation, queries
from onestop.areas.actions import AreasRefused, Transfer
from onestop.areas.choices import RowOutcome
from onestop.areas.country import PackRefused, pack
from onestop.areas.gazetteer import Finding, Reading
from onestop.areas.models import AdministrativeUnit
from onestop.areas.options import read_day
from onestop.journal.actions import record
from onestop.staff.choices import TRANSFERRED
from onestop.staff.scope import UnknownOfficer, officer_named, scope


class Command(BaseCommand):
    """Loads and shows the country's places; gives a unit another code."""

    help = "load the gazetteer · search TEXT · tree [CODE] · transfer OLD NEW [--yes]"
    requires_system_checks = ()  # it prepares a database before there are styles

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="read the gazetteer into the tables; prints what was kept and why")
        load.add_argument("--dry-run", action="store_true", help="only print the report")
        load.add_argument("--close-many", action="store_true", help="also when a tenth of the units would be closed")
        search = verbs.add_parser("search", help="places by name, in either script, or by code")
        search.add_argument("text", nargs="+")
        tree = verbs.add_parser("tree", help="the units below a unit; without a code, below the nation")
        tree.add_argument("code", nargs="?", default="")
        tree.add_argument("--levels", type=int, default=1)
        for verb in (search, tree):
            verb.add_argument("--on", type=read_day, help="only units valid on the day (default: all)")
        move = verbs.add_parser("transfer", help="give a unit, all below it and their rows another code")
        move.add_argument("old")
        move.add_argument("new")
        move.add_argument("--yes", action="store_true", help="do it; without this, only the counts are printed")
        move.add_argument("--on", type=read_day, help="the first day of the new code (default: today)")
        move.add_argument("--as", dest="officer", default="system.console", help="the officer in whose name")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, verb)(options)
        except (AreasRefused, PackRefused, UnknownOfficer, installation.InstallationRefused) as refused:
            raise CommandError(str(refused)) from refused

    def say(self, line: object = "") -> None:
        self.stdout.write(str(line))

    # load --------------------------------------------------------------------------------------------------------
    def load(self, options: dict[str, Any]) -> None:
        reading = gazetteer.read(pack())
        self.report(reading)
        if options["dry_run"]:
            return
        with transaction.atomic():
            installation.establish()
            outcome = actions.load(reading, close_many=options["close_many"])
        self.say(_("Units"))
        for name in RowOutcome:
            if codes := outcome[name]:
                shown = f"  {' '.join(codes)}" if name != RowOutcome.UNCHANGED and len(codes) <= 40 else ""
                self.say(f"  {len(codes):>6} {name.label}{shown}")

    def report(self, reading: Reading) -> None:
        """What the files hold, what was kept of it, and each row worth telling."""
        self.say(_("Gazetteer of %(edition)s, from %(origin)s") % vars(reading))
        self.say(f"  {pack().attribution}")
        levels = {level.number: level for level in pack().levels}
        for number, rows in reading.rows.items():
            kept = rows - sum(self.is_of(finding, reading, number) for finding in reading.skipped)
            self.say(
                _("  %(level)-26s %(rows)6d rows %(kept)6d kept %(skipped)4d skipped; repeated codes: %(repeated)d")
                % {
                    "level": levels[number].name(),
                    "rows": rows,
                    "kept": kept,
                    "skipped": rows - kept,
                    "repeated": reading.repeated.get(number, 0),
                }
            )
        for title, findings in ((_("Skipped"), reading.skipped), (_("Kept, with a remark"), reading.remarks)):
            self.say(f"{title}: {len(findings)}")
            for finding in findings:
                self.say(f"  {finding}")

    @staticmethod
    def is_of(finding: Finding, reading: Reading, level: int) -> bool:
        return finding.file == reading.files[level]

    # search and tree ---------------------------------------------------------------------------------------------
    def search(self, options: dict[str, Any]) -> None:
        text = " ".join(options["text"])
        found = queries.search_places(text, on=options["on"])
        if not found.units:
            self.say(_("No place is called %(text)s.") % {"text": text})
        if found.near:
            self.say(_("Nearly so:"))
        shown = found.units or found.near
        paths = queries.paths_of(shown)
        for unit in shown:
            self.say(self.line(unit, above=paths[unit.code]))
        if found.more:
            self.say(_("There are more; write more of the name."))

    def tree(self, options: dict[str, Any]) -> None:
        code = options["code"]
        path = queries.path_of(code)
        if code and not path:
            raise CommandError(_("There is no unit %(code)s. Look for it with: areas search NAME.") % {"code": code})
        for unit in path:
            self.say(self.line(unit, indent=unit.level - 1))
        for unit in queries.tree(code, on=options["on"], levels=options["levels"]):
            self.say(self.line(unit, indent=unit.level - 1))

    def line(self, unit: AdministrativeUnit, *, indent: int = 0, above: Sequence[AdministrativeUnit] = ()) -> str:
        """One unit on one line: code, both names with their kind, its period when it has one, where it lies."""
        names = " / ".join(dict.fromkeys(unit.full_name_in(language) for language in pack().languages))
        where = f"  ({', '.join(each.name_latin for each in above)})" if above else ""
        period = f"  {unit.valid_from or ''} – {unit.valid_to or ''}" if unit.valid_from or unit.valid_to else ""
        return f"{'  ' * indent}{unit.code:<9} {names}{where}{period}"

    # transfer ----------------------------------------------------------------------------------------------------
    def transfer(self, options: dict[str, Any]) -> None:
        day = options["on"] or clock.today()
        officer = officer_named(options["officer"])
        with scope(officer):
            done = actions.transfer(options["old"], options["new"], on=day, write=options["yes"])
            if options["yes"]:
                note = f"{done.old.code} → {done.new.code}: {done.total}"
                record(TRANSFERRED, by=officer, subject=done.new, unit_code=done.new.code, note=note)
        self.tell(done, written=options["yes"])

    def tell(self, done: Transfer, *, written: bool) -> None:
        self.say(f"{self.line(done.old)} → {self.line(done.new)}")
        for column, count in done.rows.items():
            self.say(f"  {count:>8} {column.table}.{column.column}")
        words = {"rows": done.total, "units": len(done.closed)}
        if written:
            self.say(_("%(rows)d values were given the new code and %(units)d units closed.") % words)
        else:
            self.say(_("%(rows)d values would get the new code and %(units)d units be closed. Do it: --yes") % words)
