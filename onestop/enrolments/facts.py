"""What this room offers to criteria: `enrolled('P')` (a slot: settings.FACT_MODULES).

`ENROLMENTS_TABLE` for SQL, with the columns that the rule library's relations layer asks for: person_id or
household_id, programme_id, valid_from, valid_to, unit_code, voided_at. `enrolments_of` for one family step by step.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q

from onestop.enrolments.models import Enrolment

ENROLMENTS_TABLE = Enrolment._meta.db_table


def enrolments_of(persons: Sequence[UUID], household: UUID | None) -> list[tuple[str, UUID | None, date, date | None]]:
    """Programme, person (None: the household), from, to: of these persons and this household, whenever they hold."""
    of = Q(person__in=persons)
    if household is not None:
        of |= Q(household=household)
    found = Enrolment.objects.standing().filter(of)
    return list(found.order_by("valid_from").values_list("programme_id", "person_id", "valid_from", "valid_to"))
