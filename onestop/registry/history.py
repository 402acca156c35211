"""The histories of this room's records (HISTORY_SOURCES): households with their members, and each person."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import models

from onestop.areas.country import in_words, pack
from onestop.journal.sources import HistorySource
from onestop.registry.declared import declared
from onestop.registry.forms import shown
from onestop.registry.models import (
    Household,
    HouseholdMembership,
    IdentityDocument,
    Person,
    PovertyStatus,
    Residence,
)
from onestop.ui import languages
from onestop.ui.context import address

__all__ = ["SOURCES"]

# Made from other columns, or of no meaning to a reader
HIDDEN: Final = frozenset({"name_sort", "birth_from", "birth_to"})


def _find(model: Any) -> Any:
    return lambda key, officer: model.objects.visible_to(officer).filter(pk=key).first()


def _person_name(person: Person) -> dict[str, str]:
    return languages.texts(person.name_km, person.name_latin)


def _household_name(household: Household) -> "str | dict[str, str]":
    """By its head, as everybody calls it; by its number where nobody is head."""
    return _person_name(household.head) if household.head else household.folder_number


def _folder(household: Household) -> str:
    return address("desk:folder", household.pk)


def _of_person(person: Person) -> Sequence[models.Model]:
    return [
        *HouseholdMembership.objects.filter(person=person),
        *IdentityDocument.objects.filter(person=person),
    ]


def _of_household(household: Household) -> Sequence[models.Model]:
    return [
        *Person.objects.filter(memberships__household=household).distinct(),
        *HouseholdMembership.objects.filter(household=household),
        *Residence.objects.filter(household=household),
        *PovertyStatus.objects.filter(household=household),
    ]


def _word(record: models.Model, column: str, value: Any) -> str:
    match record, column:
        case HouseholdMembership(), "relation":
            fact = declared().get("person", "relation")
        case PovertyStatus(), "level":
            fact = declared().get("household", "id_poor")
        case IdentityDocument(), "kind":
            kind = pack().documents.get(value)
            return in_words(kind.label) if kind else ""
        case _:
            return ""
    return shown(fact, value) if fact else ""


SOURCES: Final = [
    HistorySource(
        "registry.household",
        "registry.read",
        _find(Household),
        _household_name,
        _folder,
        also=_of_household,
        hidden=HIDDEN,
        word=_word,
    ),
    HistorySource(
        "registry.person",
        "registry.read",
        _find(Person),
        _person_name,
        also=_of_person,
        hidden=HIDDEN,
        word=_word,
    ),
]
