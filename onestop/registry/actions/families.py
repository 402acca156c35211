"""Life events: births, deaths, and who lives where with whom from which day on.

A period ends the day before the next begins, so that every day has one household and one village.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now, today
from onestop.areas.text import normalise
from onestop.journal.actions import record
from onestop.registry.actions.doubles import look_for_doubles
from onestop.registry.actions.registering import NewPerson, new_persons, relation_code
from onestop.registry.choices import (
    BORN,
    DIED,
    HEADED,
    JOINED,
    LEFT,
    MOVED_HOUSEHOLD,
    MOVED_PERSON,
    SPLIT,
    NumberKind,
)
from onestop.registry.issue import take_numbers
from onestop.registry.models import Household, HouseholdMembership, Person, Residence
from onestop.registry.rows import refresh
from onestop.registry.writing import follow, insert, locked, require, update, village
from onestop.staff.models import Officer

_DAY = timedelta(days=1)


def _not_in_future(on: date) -> None:
    if on > today():
        raise ValidationError({"on": _("This day is in the future.")})


def _membership(person: Person) -> HouseholdMembership | None:
    """Where the person lives now: the membership without an end."""
    return HouseholdMembership.objects.open().filter(person=person).first()


def _end(row: HouseholdMembership | Residence, last_day: date, by: Officer) -> None:
    """Let a period end on a day; one that would end before it began never held and is voided."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    if last_day >= row.valid_from:
        update(rows, valid_to=last_day)
    else:
        reason = str(_("Replaced on the day it began."))
        update(rows, voided_at=now(), voided_by=by, void_reason=reason)


def _without_head(household_id: UUID, person: Person) -> None:
    """A household whose head has gone has none until a new one is recorded."""
    Household.objects.filter(pk=household_id, head=person).update(head=None)


@transaction.atomic
def add_member(household: Household, person: Person, *, relation: str, on: date, by: Officer) -> HouseholdMembership:
    """Let a person who lives in no household join one on a day. Raises ValidationError, also for a second household."""
    household, person = locked(household), locked(person)
    for one in (household, person):
        require(by, "registry.register", one.unit_code)
    _not_in_future(on)
    old_unit = person.unit_code
    membership = insert(
        HouseholdMembership(
            person=person,
            household=household,
            unit_code=old_unit,
            relation=relation_code(relation),
            valid_from=on,
        )
    )
    if relation == "head":
        _made_head(household, person)
    refresh(persons=[person.pk], households=[household.pk])
    if old_unit != household.unit_code:
        follow(persons=[person.pk], to=household.unit_code)
    person.unit_code = household.unit_code
    record(JOINED, by=by, subject=person, note=household.folder_number)
    return membership


def _made_head(household: Household, person: Person) -> None:
    if household.head_id and household.head_id != person.pk:
        raise ValidationError({"relation": _("This household has a head. Use “change the head” instead.")})
    Household.objects.filter(pk=household.pk).update(head=person)


@transaction.atomic
def record_birth(household: Household, new: NewPerson, *, by: Officer) -> Person:
    """Add a child born into a household. Raises ValidationError when the birth is not dated."""
    household = locked(household)
    require(by, "registry.register", household.unit_code)
    if new.birth is None:
        raise ValidationError({"birth_date": _("When was the child born?")})
    child = new_persons([new], unit_code=household.unit_code, by=by)[0]
    insert(
        HouseholdMembership(
            person=child,
            household=household,
            unit_code=household.unit_code,
            relation=relation_code(new.relation),
            valid_from=child.birth_from or new.birth.value,
        )
    )
    refresh(persons=[child.pk], households=[household.pk])
    record(BORN, by=by, subject=child)
    look_for_doubles([child.pk], by=by)
    return child


@transaction.atomic
def record_death(person: Person, *, died_on: date, by: Officer) -> Person:
    """Record a death: the membership ends that day, and a household whose head died has none until one is named."""
    person = locked(person)
    require(by, "registry.register", person.unit_code)
    if died_on > today():
        raise ValidationError({"died_on": _("This day is in the future.")})
    update(Person.objects.filter(pk=person.pk), died_on=died_on, version=person.version + 1)
    person.died_on, person.version = died_on, person.version + 1
    if membership := _membership(person):
        _end(membership, died_on, by)
        _without_head(membership.household_id, person)
    refresh(persons=[person.pk])
    record(DIED, by=by, subject=person)
    return person


@transaction.atomic
def leave(person: Person, *, last_day: date, by: Officer, reason: str = "") -> Person:
    """A person left the household and lives, as far as the office knows, in no other."""
    person = locked(person)
    require(by, "registry.register", person.unit_code)
    _not_in_future(last_day)
    membership = _membership(person)
    if membership is None:
        raise ValidationError(_("This person lives in no household now."))
    _end(membership, last_day, by)
    _without_head(membership.household_id, person)
    refresh(persons=[person.pk])
    record(LEFT, by=by, subject=person, note=normalise(reason))
    return person


@transaction.atomic
def move_person(person: Person, to: Household, *, relation: str, on: date, by: Officer) -> HouseholdMembership:
    """Move a person to another household from a day on; everything known of the person goes along."""
    person, to = locked(person), locked(to)
    for one in (person, to):
        require(by, "registry.register", one.unit_code)
    _not_in_future(on)
    membership = _moved(person, to, relation=relation, on=on, by=by)
    record(MOVED_PERSON, by=by, subject=person)
    return membership


def _moved(person: Person, to: Household, *, relation: str, on: date, by: Officer) -> HouseholdMembership:
    old = _membership(person)
    if old:
        if old.household_id == to.pk:
            raise ValidationError(_("This person lives in that household already."))
        _end(old, on - _DAY, by)
        _without_head(old.household_id, person)
    membership = insert(
        HouseholdMembership(
            person=person,
            household=to,
            unit_code=person.unit_code,
            relation=relation_code(relation),
            valid_from=on,
        )
    )
    if relation == "head":
        _made_head(to, person)
    refresh(persons=[person.pk], households=[to.pk])
    if person.unit_code != to.unit_code:
        follow(persons=[person.pk], to=to.unit_code)
        person.unit_code = to.unit_code
    return membership


@transaction.atomic
def move_household(household: Household, *, to: str, on: date, by: Officer) -> Household:
    """Move a household with all its members to another village from a day on, also out of the officer's area.

    Before that day it is found in the old village, from it in the new one; its papers, answers and history go along.
    """
    household = locked(household)
    require(by, "registry.register", household.unit_code)
    _not_in_future(on)
    if village(to) == household.unit_code:
        raise ValidationError({"to": _("The household lives in that village already.")})
    for residence in Residence.objects.open().filter(household=household):
        _end(residence, on - _DAY, by)
    insert(Residence(household=household, unit_code=household.unit_code, village_code=to, valid_from=on))
    persons = _moving(household, on)
    refresh(persons=persons, households=[household.pk])
    record(MOVED_HOUSEHOLD, by=by, subject=household, note=f"{household.unit_code} → {to}")
    follow(persons=persons, households=[household.pk], to=to)
    household.unit_code = to
    return household


def _moving(household: Household, on: date) -> list[UUID]:
    """Who lived in the household on the day of the move or later, and has lived in no other since."""
    persons = (
        HouseholdMembership.objects.standing()
        .filter(household=household)
        .filter(Q(valid_to=None) | Q(valid_to__gte=on))
    )
    last = (
        HouseholdMembership.objects.standing()
        .filter(person__in=persons.values("person"))
        .order_by("person", "-valid_from")
        .distinct("person")
        .values_list("person_id", "household_id")
    )
    return [person for person, where in last if where == household.pk]


@transaction.atomic
def split_household(
    household: Household, *, members: Mapping[Person, str], on: date, by: Officer, to: str = "", address: str = ""
) -> Household:
    """Let some members found a household of their own: {person: relation in the new one}; exactly one is its head."""
    household = locked(household)
    unit_code = village(to) if to else household.unit_code
    require(by, "registry.register", household.unit_code)
    _not_in_future(on)
    if list(members.values()).count("head") != 1:
        raise ValidationError(_("Say who is the head of the new household; only one is."))
    old_unit = household.unit_code
    number = take_numbers(NumberKind.HOUSEHOLD, 1, office=by.office)[0]
    new = insert(Household(folder_number=number, unit_code=old_unit, address=normalise(address)))
    insert(Residence(household=new, unit_code=old_unit, village_code=unit_code, valid_from=on))
    persons = []
    for member, relation in members.items():
        person = locked(member)
        before = _membership(person)
        if before is None or before.household_id != household.pk:
            raise ValidationError(_("Only members of this household can leave it."))
        _moved(person, new, relation=relation, on=on, by=by)
        persons.append(person.pk)
    record(SPLIT, by=by, subject=household, note=new.folder_number)
    if unit_code != old_unit:
        follow(persons=persons, households=[new.pk], to=unit_code)
        new.unit_code = unit_code
    new.head = next(person for person, relation in members.items() if relation == "head")
    return new


@transaction.atomic
def change_head(
    household: Household, head: Person, *, relations: Mapping[Person, str], on: date, by: Officer
) -> Household:
    """Name a new head from a day on; `relations` says how the others are related to the new head, the old head too."""
    household, head = locked(household), locked(head)
    require(by, "registry.register", household.unit_code)
    _not_in_future(on)
    living = {one.person_id: one for one in HouseholdMembership.objects.open().filter(household=household)}
    wanted = {person.pk: relation_code(relation) for person, relation in relations.items()} | {head.pk: "head"}
    if head.pk not in living or set(wanted) - set(living):
        raise ValidationError(_("Only a member of the household can be its head."))
    others = [key for key, one in living.items() if one.relation == "head" and wanted.get(key, "head") == "head"]
    if [key for key in others if key != head.pk]:
        raise ValidationError(_("Say how the old head is related to the new one."))
    for key, relation in wanted.items():
        one = living[key]
        if one.relation == relation:
            continue
        _end(one, on - _DAY, by)
        insert(
            HouseholdMembership(
                person_id=key, household=household, unit_code=one.unit_code, relation=relation, valid_from=on
            )
        )
    update(Household.objects.filter(pk=household.pk), head=head, version=household.version + 1)
    household.head, household.version = head, household.version + 1
    refresh(persons=list(wanted))
    record(HEADED, by=by, subject=household)
    return household
