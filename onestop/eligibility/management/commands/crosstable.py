"""`./run onestop crosstable --unit 1701 --on 2014-06-11 [--programme CODE] [--by commune|village] [--format json]`."""

import csv
import io
import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from onestop.areas import clock
from onestop.areas.models import AdministrativeUnit
from onestop.areas.options import read_day
from onestop.areas.scope import current
from onestop.eligibility.queries import NoSuchProgramme, listed, listing, table_counts
from onestop.eligibility.rulebook import rulebook
from onestop.staff.commands import OfficeCommand
from onestop.staff.models import Officer


class Command(OfficeCommand):
    help = "Who may get what in an area: counts of every programme, or the persons of one."
    right = "crosstable.read"

    def add_office_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--unit", required=True, metavar="CODE", help="code of a village, commune, district, province"
        )
        parser.add_argument("--on", type=read_day, metavar="DATE", help="default: today")
        parser.add_argument("--programme", metavar="CODE", help="list the persons of one programme")
        parser.add_argument("--by", choices=["commune", "village"], help="one line for each place")
        parser.add_argument("--format", choices=["table", "csv", "json"], default="table")

    def run(self, officer: Officer, **options: Any) -> None:
        unit, on, scope = options["unit"], options["on"] or clock.today(), current()
        if not AdministrativeUnit.objects.filter(code=unit).exists():
            raise CommandError(
                f"There is no administrative unit with the code '{unit}'. Try: ./run onestop areas search …"
            )
        if not scope.covers_all_of(unit):
            raise CommandError(f"The unit {unit} is not in the area of {officer}.")
        if options["programme"] and options["by"]:
            raise CommandError("--programme lists persons, --by counts them: leave one of them out.")
        if not options["programme"] and not scope.sees_everybody_of(unit):
            raise CommandError(
                f"{officer} sees only some of the people of {unit}; a count of them would look like one of the place."
                " List those of a programme with --programme; the figures of a place stand on its page."
            )
        try:
            if options["programme"]:
                rows = [asdict(line) for line in listed(unit, on, scope, options["programme"])]
                heads = ["person", "household", "village", "verdict"]
            else:
                rows = []
                for one in table_counts(unit, on, scope, by=options["by"] or ""):
                    counts = {"eligible": one.eligible, "not_eligible": one.not_eligible, "unknown": one.unknown}
                    place = {"place": one.place} if options["by"] else {}
                    rows.append({"programme": one.programme, "unit": one.unit, **place, **counts})
                place_head = ["place"] if options["by"] else []
                heads = ["programme", "unit", *place_head, "eligible", "not_eligible", "unknown"]
        except NoSuchProgramme as missing:
            raise CommandError(f"No programme {missing} is in the tables of {on}. {listing(on, scope)}") from missing
        if options["format"] == "table" and not rows:
            self.stdout.write("Nobody lives there on this day." if rulebook(on, scope).versions else listing(on, scope))
        else:
            self.stdout.write(WRITERS[options["format"]](heads, rows), ending="")

    def journal_note(self, **options: Any) -> str:
        return " ".join(filter(None, ("crosstable", options["unit"], options["programme"] or options["by"] or "")))


def as_json(heads: Sequence[str], rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def as_csv(heads: Sequence[str], rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_table(heads: Sequence[str], rows: list[dict[str, Any]]) -> str:
    """Columns as wide as their widest cell, numbers to the right."""
    cells = [[f"{row[head]:,}" if isinstance(row[head], int) else str(row[head]) for head in heads] for row in rows]
    widths = [max(len(line[place]) for line in [list(heads), *cells]) for place in range(len(heads))]
    numeric = [bool(rows) and isinstance(rows[0][head], int) for head in heads]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in [list(heads), *cells]
    ]
    return "\n".join(lines) + "\n"


WRITERS = {"table": as_table, "csv": as_csv, "json": as_json}
