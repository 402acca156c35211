"""Twenty invented households for the dump of a released state: `python -m config.upgrade_people`.

The first ones of the pilot, loaded as the pilot is, each with its answers, statuses and enrolments.
"""

import os
from itertools import islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  (settings and models only after setup)

from onestop.enrolments.loading import Load  # noqa: E402
from onestop.enrolments.pilot_loading import enrolling  # noqa: E402
from onestop.registry.loading import load  # noqa: E402
from onestop.staff.scope import system_officer, system_scope  # noqa: E402
from pilot import generate, read_pack  # noqa: E402

HOUSEHOLDS = 20
LOADER = "system.loader"


def main() -> None:
    """Load them; a household that does not fit is an error."""
    figures, names = read_pack(settings.COUNTRY_PACK)
    with system_scope(LOADER):
        officer = system_officer(LOADER)
        enrolments = Load(officer)
        people = islice(generate(figures, names).households(), HOUSEHOLDS)
        loaded = load(people, by=officer, name="upgrade", written=enrolling(enrolments))
        enrolments.write()
    if loaded.problems or loaded.households != HOUSEHOLDS:
        raise SystemExit(f"Not all households could be loaded: {loaded.problems[:3]}")


if __name__ == "__main__":
    main()
