"""What every action of this room does: check the right, lock, insert, change, follow a move.

The database refuses what may not be (models/), and here its refusal becomes the sentence that stands beside the
constraint. So nothing is checked twice, and a form costs no query for each constraint.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeVar
from uuid import UUID

import psycopg
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import pack
from onestop.areas.models import AdministrativeUnit, Edited, Personal
from onestop.areas.phones import PhoneWrong, e164
from onestop.journal.models import RowHistory
from onestop.registry.doors import OUTSIDE
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer
from onestop.staff.scope import has_right

M = TypeVar("M", bound=models.Model)
P = TypeVar("P", bound=Person | Household)
_WITHOUT: Final = frozenset({"version", "name_sort", "created_at", "birth_from", "birth_to"})


class StaleSave(ValidationError):
    """Somebody saved this record after the page was opened. `who`, `at` and `changes` {field: (before, now)} tell what.

    Nothing is overwritten: the form shows both, side by side.
    """

    def __init__(self, who: str, at: object, changes: dict[str, tuple[Any, Any]]) -> None:
        super().__init__(
            _("%(who)s changed this record while you were writing. Compare both and save again.") % {"who": who or "–"},
            code="stale",
        )
        self.who, self.at, self.changes = who, at, changes


def require(officer: Officer, right: str, unit_code: str) -> None:
    """Raise PermissionDenied unless the officer has the right at this place."""
    if not has_right(officer, right, unit_code):
        raise PermissionDenied(_("Your role does not allow this here. Ask your district's IT officer."))


def phone_number(typed: str) -> str:
    """A telephone number in its stored form. Raises ValidationError at the field `phone`."""
    try:
        return e164(typed)
    except PhoneWrong as wrong:
        raise ValidationError({"phone": str(wrong)}) from wrong


def locked(subject: P) -> P:
    """The person or household as it is now, locked until the transaction ends; of a merged person the one that stays.

    Raises ValidationError when it is void or not in the officer's scope.
    """
    rows: models.QuerySet[P] = type(subject)._default_manager.select_for_update()
    found = rows.filter(pk=subject.pk).first()
    if isinstance(found, Person) and found.merged_into_id:
        found = rows.filter(pk=found.merged_into_id).first()
    if found is None:
        raise ValidationError(_("This record is not in your area any more. Search for it again."), code="gone")
    if found.is_void:
        raise ValidationError(_("This record was voided. Search for the right one."), code="void")
    return found


def insert(row: M) -> M:
    """Write a new row; a constraint that refuses it speaks in its own words. Raises ValidationError."""
    row.clean_fields(exclude=_relations(row))
    with _in_words(type(row)):
        row.save(force_insert=True)
    return row


def insert_all(rows: list[M]) -> list[M]:
    """Write new rows of one kind in one statement."""
    if rows:
        for row in rows:
            row.clean_fields(exclude=_relations(row))
        with _in_words(type(rows[0])):
            type(rows[0])._default_manager.bulk_create(rows)
    return rows


def update(rows: models.QuerySet[M], **fields: Any) -> int:
    """Change rows; a constraint that refuses speaks in its own words. Raises ValidationError."""
    with _in_words(rows.model):
        return rows.update(**fields)


def _relations(row: models.Model) -> set[str]:
    """Foreign keys: the database checks them, and a query for each would be needed here."""
    return {one.name for one in row._meta.concrete_fields if one.is_relation or one.primary_key or not one.editable}


class _in_words:  # reads as a statement: with _in_words(model)
    """A savepoint whose IntegrityError is told in the words of the model's constraint."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model, self.atomic = model, transaction.atomic()

    def __enter__(self) -> None:
        self.atomic.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.atomic.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError):
            raise ValidationError(words_of(self.model, error), code="refused") from error


def words_of(model: type[models.Model], error: IntegrityError) -> Any:
    """The sentence of the constraint that refused."""
    cause = error.__cause__
    name = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
    for constraint in model._meta.constraints:
        if constraint.name == name:
            return constraint.violation_error_message
    raise error


def save_changes(record: Edited, fields: dict[str, Any], *, version: int) -> None:
    """Change a record that was read as `version`. Raises StaleSave when it was changed since."""
    model: type[models.Model] = type(record)
    for name, value in fields.items():
        setattr(record, name, value)
    record.clean_fields(exclude={one.name for one in model._meta.concrete_fields if one.name not in fields})
    rows = model._default_manager.filter(pk=record.pk, version=version)
    if not update(rows, **fields, version=models.F("version") + 1):
        raise stale(record, version)
    record.version = version + 1


def stale(record: models.Model, version: int) -> StaleSave:
    """Who changed the record after this version, when, and what."""
    images = list(RowHistory.objects.of(record).order_by("id").values_list("row", "officer_id", "at"))
    then: dict[str, Any] = next((row for row, _who, _at in images if row.get("version") == version), {})
    if not images:
        return StaleSave("", None, {})
    now, officer_id, at = images[-1]
    changes = {
        name: (then.get(name), value)
        for name, value in now.items()
        if name not in _WITHOUT and then and then.get(name) != value
    }
    officer = Officer.objects.filter(pk=officer_id).first()
    return StaleSave(officer.name if officer else "", at, changes)


def village(unit_code: str) -> str:
    """A unit of the lowest level, where people live. Raises ValidationError."""
    if not AdministrativeUnit.objects.filter(code=unit_code, level=len(pack().levels)).exists():
        raise ValidationError(_("There is no village with this code. Choose the village from the list."), code="unit")
    return unit_code


def follow(*, persons: Iterable[UUID] = (), households: Iterable[UUID] = (), to: str) -> None:
    """Re-key people who moved, with everything that is known of them, also out of the officer's scope (doors.py)."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT registry_follow(%s::uuid[], %s::uuid[], %s)", [list(persons), list(households), to])
    except DatabaseError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.Error) and cause.sqlstate == OUTSIDE:
            raise PermissionDenied(_("These people are not in your area.")) from error
        raise


def standing(rows: models.QuerySet[M], row: M) -> M:
    """The row as it is now, locked; ValidationError when it is void or gone."""
    found = rows.select_for_update().filter(pk=row.pk).first()
    if not isinstance(found, Personal) or found.is_void:
        raise ValidationError(_("This entry was voided. Open the page again."), code="void")
    return found
