"""`./run onestop entitlements --person NUMBER --on DATE --format text|json`: what one person may get, and why."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.numbers import NumberWrong
from onestop.areas.options import read_day
from onestop.areas.scope import current
from onestop.eligibility.entitlements import as_lines, entitlements
from onestop.eligibility.explain import Folder
from onestop.eligibility.queries import listing
from onestop.eligibility.rulebook import rulebook
from onestop.registry.queries import person_by_number
from onestop.staff.commands import OfficeCommand
from onestop.staff.models import Officer


class Command(OfficeCommand):
    help = "Every programme for one person, with the reason of each criterion."
    right = "registry.read"

    def add_office_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--person", required=True, metavar="NUMBER", help="membership number")
        parser.add_argument("--on", type=read_day, metavar="DATE", help="default: today")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--language", help="of the text; default: the working language of the country")

    def run(self, officer: Officer, **options: Any) -> None:
        languages = list(pack().languages)
        if options["language"] not in (None, *languages):
            raise CommandError(f"There is no language '{options['language']}' here: {', '.join(languages)}.")
        try:
            person = person_by_number(options["person"], officer=officer)
        except NumberWrong as wrong:
            raise CommandError(str(wrong)) from wrong
        if person is None:
            raise CommandError(f"Nobody with this number is in the area of {officer}.")
        on = options["on"] or clock.today()
        book = rulebook(on, current())
        found = entitlements(Folder.of_person(person, book), str(person.pk))
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            self.stdout.write(as_lines(found, options["language"] or "") or listing(on, current()))

    def journal_note(self, **options: Any) -> str:
        return "entitlements"
