"""`./run onestop criteria check FILE…`: what is wrong in programme files, by file, line and column."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onestop.eligibility.checking import check_paths


class Command(BaseCommand):
    help = "Check programme files: their shape, their rules, their examples. Needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="FILE:LINE:COL: message — did you mean …")
        check.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        checked = check_paths(options["files"])
        for one in checked:
            for finding in one.findings:
                self.stdout.write(str(finding))
        wrong = [one.name for one in checked if not one.ok]
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(checked)} files must be put right.", returncode=1)
        self.stdout.write(f"Files checked: {len(checked)}, nothing to put right.")
