"""Registering: a new household with its members, or one person. The door is asked whether another office knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import today
from onestop.areas.country import pack
from onestop.areas.dates import PartialDate, birth_interval
from onestop.areas.text import name_sort_key, normalise
from onestop.journal.actions import record
from onestop.registry.actions.doubles import look_for_doubles
from onestop.registry.choices import REGISTERED_HOUSEHOLD, REGISTERED_PERSON, NumberKind
from onestop.registry.declared import declared
from onestop.registry.issue import take_numbers
from onestop.registry.models import Household, HouseholdMembership, Person, Residence
from onestop.registry.rows import refresh
from onestop.registry.searchkeys import write_keys
from onestop.registry.writing import insert, insert_all, phone_number, require, village
from onestop.staff.models import Officer

NAMES: Final = ("family_name_km", "given_name_km", "family_name_latin", "given_name_latin")


@dataclass(frozen=True)
class NewPerson:
    """A person as the clerk writes it; texts and dates are brought into their stored form when it is registered."""

    family_name_km: str = ""
    given_name_km: str = ""
    family_name_latin: str = ""
    given_name_latin: str = ""
    sex: str | None = None
    birth: PartialDate | None = None
    phone: str = ""
    relation: str = ""


def person_fields(new: NewPerson) -> dict[str, Any]:
    """The stored fields of a person. Raises ValidationError for a birth in the future."""
    names = {name: normalise(getattr(new, name)) for name in NAMES}
    return {
        **names,
        "name_sort": sort_key_of(**names),
        "sex": new.sex or None,
        "phone": phone_number(new.phone),
        **birth_fields(new.birth),
    }


def sort_key_of(*, family_name_km: str, given_name_km: str, family_name_latin: str, given_name_latin: str) -> bytes:
    """Where the name stands in a list: the Khmer name, or the Latin one where there is no Khmer."""
    if family_name_km or given_name_km:
        return name_sort_key(family_name_km, given_name_km)
    return name_sort_key(family_name_latin, given_name_latin)


def birth_fields(birth: PartialDate | None) -> dict[str, Any]:
    """The four columns of a birth date. Raises ValidationError when all of it lies in the future."""
    if birth is None:
        return {"birth_date": None, "birth_precision": "", "birth_from": None, "birth_to": None}
    first, last = birth_interval(birth.value, birth.precision, pack().estimated_years)
    if first > today():
        raise ValidationError({"birth_date": _("This birth date is in the future. Look at the year again.")})
    return {"birth_date": birth.value, "birth_precision": birth.precision, "birth_from": first, "birth_to": last}


def relation_code(relation: str) -> str:
    """A relation of the country's list, '' where it is not known. Raises ValidationError."""
    if relation and relation not in declared().codes_of("person", "relation"):
        raise ValidationError({"relation": _("Choose the relation from the list.")})
    return relation


def new_persons(members: Sequence[NewPerson], *, unit_code: str, by: Officer) -> list[Person]:
    """Write persons with their numbers, without a household yet."""
    numbers = take_numbers(NumberKind.PERSON, len(members), office=by.office)
    persons = insert_all(
        [
            Person(number=number, unit_code=unit_code, **person_fields(new))
            for new, number in zip(members, numbers, strict=True)
        ]
    )
    write_keys(persons)
    return persons


@transaction.atomic
def register_person(new: NewPerson, *, unit_code: str, by: Officer) -> Person:
    """Register one person who lives in a village, in no household yet."""
    require(by, "registry.register", village(unit_code))
    person = new_persons([new], unit_code=unit_code, by=by)[0]
    refresh(persons=[person.pk])
    record(REGISTERED_PERSON, by=by, subject=person)
    look_for_doubles([person.pk], by=by)
    return person


@transaction.atomic
def register_household(
    unit_code: str,
    *,
    members: Sequence[NewPerson],
    since: date,
    by: Officer,
    address: str = "",
    phone: str = "",
) -> Household:
    """Register a household of a village with all its members; the first of relation `head` is its head.

    `since`: the day from which it lives there, as far as the office needs to know. Raises ValidationError.
    """
    require(by, "registry.register", village(unit_code))
    if since > today():
        raise ValidationError({"since": _("This day is in the future.")})
    if not members:
        raise ValidationError(_("A household has at least one member."))
    relations = [relation_code(new.relation) for new in members]
    if relations.count("head") > 1:
        raise ValidationError(_("Only one member is the head of the household."))
    persons = new_persons(members, unit_code=unit_code, by=by)
    head = next((one for one, relation in zip(persons, relations, strict=True) if relation == "head"), None)
    number = take_numbers(NumberKind.HOUSEHOLD, 1, office=by.office)[0]
    household = insert(
        Household(
            folder_number=number,
            unit_code=unit_code,
            address=normalise(address),
            phone=phone_number(phone),
            head=head,
        )
    )
    insert(Residence(household=household, unit_code=unit_code, village_code=unit_code, valid_from=since))
    insert_all(
        [
            HouseholdMembership(
                person=person,
                household=household,
                unit_code=unit_code,
                relation=relation,
                valid_from=max(since, person.birth_from or since),
            )
            for person, relation in zip(persons, relations, strict=True)
        ]
    )
    refresh(persons=[person.pk for person in persons], households=[household.pk])
    record(REGISTERED_HOUSEHOLD, by=by, subject=household)
    look_for_doubles([person.pk for person in persons], by=by)
    return household
