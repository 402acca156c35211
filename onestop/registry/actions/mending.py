"""Putting things right: changing what was written wrong, voiding, and merging a person entered twice."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now
from onestop.areas.masks import demand_open
from onestop.areas.text import normalise
from onestop.journal.actions import record
from onestop.registry.actions.doubles import look_for_doubles
from onestop.registry.actions.registering import NAMES, birth_fields, sort_key_of
from onestop.registry.choices import CHANGED, MERGED, VOIDED
from onestop.registry.models import (
    AnswerSheet,
    Household,
    HouseholdMembership,
    IdentityDocument,
    Person,
    PovertyStatus,
    Residence,
)
from onestop.registry.rows import refresh
from onestop.registry.searchkeys import drop_keys, write_keys
from onestop.registry.writing import locked, phone_number, require, save_changes, standing, update
from onestop.staff.models import Officer

_OF_PERSON: Final = frozenset({*NAMES, "sex", "birth", "phone"})
_OF_HOUSEHOLD: Final = frozenset({"address", "phone"})
Entry = Household | HouseholdMembership | IdentityDocument | Person | PovertyStatus | Residence | AnswerSheet


@transaction.atomic
def change_person(person: Person, *, version: int, by: Officer, **fields: Any) -> Person:
    """Change names, sex, birth (a PartialDate or None) or telephone of a person read as `version`.

    Raises StaleSave when somebody else saved since, ValidationError when a value is refused.
    """
    person = locked(person)
    require(by, "registry.register", person.unit_code)
    _only(fields, _OF_PERSON)
    demand_open(person, fields)
    write_change(person, version=version, fields=fields)
    record(CHANGED, by=by, subject=person, note=", ".join(sorted(fields)))
    if fields.keys() - {"phone"}:
        look_for_doubles([person.pk], by=by)
    return person


def write_change(person: Person, *, version: int, fields: Mapping[str, Any]) -> None:
    """Write other names, sex, birth or telephone of a locked person, with all that is made from them."""
    changed: dict[str, Any] = {name: value for name, value in fields.items() if name == "sex"}
    changed |= _phone(fields)
    changed |= {name: normalise(fields[name]) for name in NAMES if name in fields}
    if "birth" in fields:
        changed |= birth_fields(fields["birth"])
    names = {name: changed.get(name, getattr(person, name)) for name in NAMES}
    changed["name_sort"] = sort_key_of(**names)
    save_changes(person, changed, version=version)
    write_keys([person])
    refresh(persons=[person.pk])


@transaction.atomic
def change_household(household: Household, *, version: int, by: Officer, **fields: Any) -> Household:
    """Change address or telephone of a household read as `version`. Raises StaleSave, ValidationError."""
    household = locked(household)
    require(by, "registry.register", household.unit_code)
    _only(fields, _OF_HOUSEHOLD)
    demand_open(household, fields)
    changed = {name: normalise(value) for name, value in fields.items() if name != "phone"} | _phone(fields)
    save_changes(household, changed, version=version)
    record(CHANGED, by=by, subject=household, note=", ".join(sorted(fields)))
    return household


def _phone(fields: Mapping[str, Any]) -> dict[str, str]:
    """The telephone number among the fields in its stored form. Raises ValidationError."""
    return {"phone": phone_number(fields["phone"])} if "phone" in fields else {}


def _only(fields: dict[str, Any], known: frozenset[str]) -> None:
    if unknown := set(fields) - known:
        raise TypeError(f"No field {sorted(unknown)} can be changed here; there are {sorted(known)}.")


@transaction.atomic
def void(entry: Entry, *, reason: str, by: Officer) -> None:
    """Take back what should never have been entered, with the reason; nothing is deleted. Raises ValidationError."""
    reason = normalise(reason)
    if not reason:
        raise ValidationError({"reason": _("Write why this is voided.")})
    rows = type(entry)._default_manager.all()
    entry = standing(rows, entry)
    require(by, "registry.register", entry.unit_code)
    demand_open(entry, entry.masked)
    if isinstance(entry, Household) and HouseholdMembership.objects.open().filter(household=entry).exists():
        raise ValidationError(_("People live in this household. Move them or void their memberships first."))
    update(rows.filter(pk=entry.pk), voided_at=now(), voided_by=by, void_reason=reason, version=entry.version + 1)
    if isinstance(entry, Person):
        Household.objects.filter(head=entry).update(head=None)
        drop_keys([entry.pk])
    persons, households = _concerned(entry)
    refresh(persons=persons, households=households)
    record(VOIDED, by=by, subject=entry, note=reason)


def _concerned(entry: Entry) -> tuple[list[Any], list[Any]]:
    """Whose rows are made from this entry."""
    if isinstance(entry, Person):
        return [entry.pk], []
    if isinstance(entry, Household):
        return [], [entry.pk]
    if isinstance(entry, Residence):
        members = HouseholdMembership.objects.filter(household_id=entry.household_id)
        return list(members.values_list("person_id", flat=True)), [entry.household_id]
    if isinstance(entry, PovertyStatus):
        return [], []
    if isinstance(entry, AnswerSheet) and entry.household_id:
        return [], [entry.household_id]
    return [entry.person_id], []


@transaction.atomic
def merge(person: Person, *, into: Person, reason: str, by: Officer) -> Person:
    """A person entered twice: `person` points from now on at `into`, which stays; look-ups follow. Nothing is lost.

    Raises ValidationError. What was answered of the one is not taken over by the other: two records may disagree, and
    the officer decides fact by fact.
    """
    reason = normalise(reason)
    if not reason:
        raise ValidationError({"reason": _("Write why these are one person.")})
    if person.pk == into.pk:
        raise ValidationError(_("A person cannot be merged into itself. Choose the other record."))
    person, into = locked(person), locked(into)
    if person.pk == into.pk:
        raise ValidationError(_("These two records are merged already."))
    for one in (person, into):
        require(by, "registry.register", one.unit_code)
    update(Person.objects.filter(pk=person.pk), merged_into=into, version=person.version + 1)
    Person.objects.filter(merged_into=person).update(merged_into=into)  # chains stay one step long
    Household.objects.filter(head=person).update(head=None)
    drop_keys([person.pk])
    refresh(persons=[person.pk])
    record(MERGED, by=by, subject=person, note=f"{into.number}: {reason}")
    return into
