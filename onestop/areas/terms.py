"""Terms: within how many working days a step is due, from the country pack (terms.yaml).

The documents name no term for decisions or appeals (A25); the pack says which of its terms are the demonstration's own,
and pages and documents say so too. A pack without the file, or without the term, sets no day.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from onestop.areas.calendar import add_working_days
from onestop.areas.country import Country, pack

__all__ = ["Term", "due_on", "terms"]


@dataclass(frozen=True)
class Term:
    """A number of working days, what for, where it stands, and whether it is only the demonstration's."""

    code: str
    working_days: int
    label: dict[str, str]
    source: str
    is_demo: bool


def terms(country: Country | None = None) -> dict[str, Term]:
    """The country's terms by code. Raises PackRefused."""
    return _of(country or pack())


@lru_cache(maxsize=8)
def _of(country: Country) -> dict[str, Term]:
    if not country.has("terms.yaml"):
        return {}
    found: dict[str, Term] = {}
    for node in country.node("terms.yaml").each("terms"):
        node.only("code", "working_days", "label", "source", "demo")
        code, days = node.text("code"), node.whole("working_days")
        if code in found:
            raise node.refuse(f"the term '{code}' stands twice.", "code")
        if days < 0:
            raise node.refuse("a term has 0 working days or more.", "working_days")
        found[code] = Term(code, days, node.names("label"), node.text("source"), node.flag("demo", False))
    return found


def due_on(code: str, since: date, country: Country | None = None) -> date | None:
    """The last working day of a term that begins on the day; None when the country sets none."""
    term = terms(country).get(code)
    return add_working_days(since, term.working_days, country) if term else None
