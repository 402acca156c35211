"""./run onestop doctor [--json]: is this installation healthy? Ends with 1 when something must be mended."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from onestop.desk.health import examined, worst
from onestop.desk.health_office import LOOKS


class Command(BaseCommand):
    help = "Looks at database, walls, roles, journal, jobs, disk, backup and settings; ends with 1 where one fails."
    requires_system_checks = ()  # a sick house is examined too

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a machine that watches")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examined(LOOKS)
        state = worst(findings)
        if options["json"]:
            self.stdout.write(
                json.dumps({"state": state, "findings": [asdict(one) for one in findings]}, ensure_ascii=False)
            )
        else:
            for one in findings:
                self.stdout.write(f"{one.state:<4}  {one.title}: {one.found}")
                if one.do:
                    self.stdout.write(f"      → {one.do}")
        if state == "fail":
            failed = sum(one.state == "fail" for one in findings)
            raise CommandError(_("%(count)d things must be mended.") % {"count": failed})
