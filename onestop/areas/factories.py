"""Units for tests of every room, made as a load would make them."""

from typing import Any

from onestop.areas.actions import with_keys
from onestop.areas.country import Country, pack
from onestop.areas.models import AdministrativeUnit


def unit(code: str, name: str = "", *, country: Country | None = None, **fields: Any) -> AdministrativeUnit:
    """The unit of this code, made with the units above it where they are missing. Needs a database."""
    country = country or pack()
    level = country.level_of(code)
    if level is None:
        raise ValueError(f"No level of {country.code} has codes of {len(code)} characters.")
    parent = country.parent_code(code) or ""
    if parent and not AdministrativeUnit.objects.filter(code=parent).exists():
        unit(parent, country=country)
    given = {"name_km": name or f"Unit {code}", "name_latin": name or f"Unit {code}", "source": "a test", **fields}
    made = with_keys(
        AdministrativeUnit(code=code, level=level.number, parent_code=parent, **{"kind": level.default_kind, **given})
    )
    made.save()
    return made
