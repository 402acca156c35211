"""What people are told about their information, and what leaves the office with their names on it (GOV-43)."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now, today
from onestop.areas.text import normalise
from onestop.journal.actions import record
from onestop.registry.choices import DISCLOSED, TOLD, Telling
from onestop.registry.models import Disclosure, NoticeGiven, Person
from onestop.registry.notices import notice_on, purposes
from onestop.registry.writing import insert, locked, require
from onestop.staff.models import Officer


@transaction.atomic
def give_notice(person: Person, *, how: str, by: Officer) -> NoticeGiven:
    """Record that a person was told today's version of the notice. Raises ValidationError, also when told already."""
    person = locked(person)
    require(by, "registry.answer", person.unit_code)
    if how not in Telling.values:
        raise ValidationError({"how": _("Choose how the person was told.")})
    notice = notice_on()
    told = insert(
        NoticeGiven(
            person=person, unit_code=person.unit_code, notice=notice.version, given_on=today(), how=how, given_by=by
        )
    )
    record(TOLD, by=by, subject=person, note=str(notice.version))
    return told


def _write_down(
    disclosure: Disclosure, column: Literal["person_id", "household_id"], rows: Iterable[tuple[UUID, str]]
) -> int:
    """The records of a list in one statement, however long it is; how many."""
    keys, units = [], []
    for key, unit_code in rows:
        keys.append(key)
        units.append(unit_code)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO registry_disclosedrecord (id, disclosure_id, {column}, unit_code, compartment)"  # noqa: S608
            " SELECT onestop_uuidv7(), %s, who, place, %s FROM unnest(%s::uuid[], %s::text[]) AS listed (who, place)",
            [disclosure.pk, disclosure.compartment, keys, units],
        )
    return len(keys)


@transaction.atomic
def disclose(
    *,
    purpose: str,
    recipient: str,
    form: str,
    content: str,
    unit_code: str,
    by: Officer,
    compartment: str = "",
    persons: Iterable[tuple[UUID, str]] = (),
    households: Iterable[tuple[UUID, str]] = (),
) -> Disclosure:
    """Write down a list that leaves the office, with everybody on it as (id, unit code).

    `content` names the list without anybody's data: a programme and a place; `compartment` is the programme's.
    Raises ValidationError by field.
    """
    require(by, "export.write", unit_code)
    recipient = normalise(recipient)
    if purpose not in purposes():
        raise ValidationError({"purpose": _("Choose for what the list is.")})
    if not recipient:
        raise ValidationError({"recipient": _("Write for whom the list is: an office or a programme.")})
    made = insert(
        Disclosure(
            at=now(),
            officer=by,
            purpose=purpose,
            recipient=recipient,
            form=form,
            content=content,
            unit_code=unit_code,
            compartment=compartment,
        )
    )
    many = _write_down(made, "person_id", persons) + _write_down(made, "household_id", households)
    record(DISCLOSED, by=by, subject=made, note=f"{many} ({form}); {purpose}")
    return made
