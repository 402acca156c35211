"""What waits in this room, for the worklist."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from onestop.areas.clock import today
from onestop.areas.scope import Scope, current
from onestop.eligibility import states
from onestop.eligibility.rulebook import Rulebook, rulebook
from onestop.staff.models import Officer
from onestop.staff.tasks import Counted, TaskSource

__all__ = ["QUESTIONS"]

_RIGHT: Final = "registry.answer"


def households_to_ask(book: Rulebook, unit: str) -> int:
    """Households of a unit in which somebody cannot be told something: an answer is missing, or has grown too old.

    One statement over the wide rows of today, as the tables are; to be asked of a commune, not of a district.
    """
    if not book.versions:
        return 0
    unknown = (sql.SQL("{} IS NULL").format(sql.Identifier(f"p{number}")) for number in range(len(book.rules)))
    query = sql.SQL("SELECT count(DISTINCT household_id) FROM ({}) v WHERE {}").format(
        states.inner(states.verdicts(book, book.rules, unit, False)), states.listed(unknown, " OR ")
    )
    ((found,),) = states.run(query, {})
    return int(found)


def units_of(scope: Scope) -> list[str]:
    """The units over which a role of the officer gives the right to write answers down, none inside another."""
    units = {low for rights, (low, _high) in scope.grants if _RIGHT in rights}
    return [unit for unit in units if not any(unit != other and unit.startswith(other) for other in units)]


def _to_ask(officer: Officer) -> Counted:
    scope = current()
    book = rulebook(today(), scope)
    return Counted(sum(households_to_ask(book, unit) for unit in units_of(scope)))


QUESTIONS: Final = TaskSource(
    key="eligibility.questions",
    words=_("Households with questions to ask"),
    then=_("“Cannot tell” becomes yes or no at once, and the family hears it"),
    right=_RIGHT,
    rows=("F3-10",),
    url="desk:crosstable",
    query="?state=unknown",
    waiting=_to_ask,
    hint=_("An answer that a programme needs was never given, or is too old. The folder says which to ask next."),
)
