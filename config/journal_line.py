"""One line of the journal for what is done outside Django: `python -m config.journal_line OFFICER NOTE`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from onestop.journal.actions import record  # noqa: E402  (models load only after setup)
from onestop.journal.verbs import RAN  # noqa: E402
from onestop.staff.scope import UnknownOfficer, officer_named, scope  # noqa: E402


def main(officer_name: str, note: str) -> int:
    """Write the line in the officer's scope; 1 and one sentence when there is no such officer."""
    try:
        officer = officer_named(officer_name)
        with scope(officer):
            record(RAN, by=officer, note=note)
    except UnknownOfficer as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
