"""Twenty invented households for the dump of a released state: `python -m config.upgrade_people`.

The first ones of the pilot, loaded as the pilot is, each with its answers, statuses and enrolments.
"""

import os
from itertools import islice
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  (settings and models only after setup)
from ruamel.yaml import YAML  # noqa: E402

from onestop.enrolments.loading import Load  # noqa: E402
from onestop.registry.loading import load  # noqa: E402
from onestop.staff.scope import system_officer, system_scope  # noqa: E402
from pilot import Figures, Names, generate  # noqa: E402

HOUSEHOLDS = 20
LOADER = "system.loader"


def main() -> None:
    """Load them; a household that does not fit is an error."""
    read = YAML(typ="safe").load
    figures = Figures.read(read((settings.COUNTRY_PACK / "pilot.yaml").read_text("utf-8")))
    names = Names.read(read((settings.COUNTRY_PACK / "names.yaml").read_text("utf-8")))
    with system_scope(LOADER):
        officer = system_officer(LOADER)
        enrolments = Load(officer)

        def enrolled(given: Any, household: str, members: list[str]) -> None:
            keys = {member.key: key for member, key in zip(given.members, members, strict=True)}
            for one in given.enrolments:
                enrolments.add(
                    one.programme,
                    person=keys[one.member] if one.member else None,
                    household=household,
                    unit_code=given.unit_code,
                    valid_from=one.valid_from,
                    valid_to=one.valid_to,
                )

        people = islice(generate(figures, names).households(), HOUSEHOLDS)
        loaded = load(people, by=officer, name="upgrade", written=enrolled)
        enrolments.write()
    if loaded.problems or loaded.households != HOUSEHOLDS:
        raise SystemExit(f"Not all households could be loaded: {loaded.problems[:3]}")


if __name__ == "__main__":
    main()
