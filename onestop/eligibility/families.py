"""One stored household as the interpreter sees it: answers with their dates, and everything that has a period.

Read from the sheets, memberships, papers and statuses themselves and not from the wide rows, so that the step-by-step
answer and the SQL of the tables come from two readings of the same history; a test holds them equal.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from criteria.catalogue import Catalogue
from criteria.family import Answer, Enrolment, Family, Member, Period, Status
from criteria.values import Range
from onestop.eligibility.catalogue import offered
from onestop.eligibility.rulebook import Rulebook
from onestop.registry.declared import Declared, declared
from onestop.registry.models import (
    AnswerSheet,
    Household,
    HouseholdMembership,
    IdentityDocument,
    Person,
    PovertyStatus,
    Residence,
)
from onestop.registry.values import Written, value_of

ALWAYS = Period()


def family_of(household: Household, book: Rulebook) -> Family:
    """A household on the rulebook's day, with everyone who belongs to it then or later."""
    memberships = list(
        HouseholdMembership.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=book.on), household=household, voided_at=None
        )
        .filter(person__voided_at=None, person__merged_into=None)
        .select_related("person")
        .order_by("valid_from")
    )
    persons = {one.person_id: one.person for one in memberships}
    periods: dict[UUID, list[HouseholdMembership]] = defaultdict(list)
    for one in memberships:
        periods[one.person_id].append(one)
    answers = answers_on(book.on, persons=persons, household=household.pk)
    proofs = papers_of(persons, book.on)
    members = tuple(
        _member(persons[key], periods[key], {**answers.get(key, {}), **proofs.get(key, {})}, book.catalogue)
        for key in persons
    )
    statuses = tuple(
        Status(one.level, Period(one.valid_from, one.valid_to), one.recorded_at.isoformat())
        for one in PovertyStatus.objects.filter(household=household, voided_at=None)
    )
    return Family(
        id=str(household.pk),
        members=members,
        answers=answers.get(household.pk, {}),
        statuses={fact.code: statuses for fact in book.catalogue.of("household") if fact.status},
        enrolments=enrolments_of(persons, household.pk),
        openings=book.openings,
        place=place_of(household, book.on),
    )


def family_of_one(person: Person, book: Rulebook) -> Family:
    """A person who lives in no household on the day: nothing of a household is known."""
    answers = {
        **answers_on(book.on, persons=[person.pk]).get(person.pk, {}),
        **papers_of([person.pk], book.on).get(person.pk, {}),
    }
    member = _member(person, [], answers, book.catalogue)
    enrolments = enrolments_of([person.pk], None)
    return Family(id="", members=(member,), enrolments=enrolments, openings=book.openings, is_household=False)


def _member(
    person: Person, memberships: list[HouseholdMembership], answers: dict[str, Answer], catalogue: Catalogue
) -> Member:
    """Who the person is, beside what was answered."""
    if person.sex:
        answers["sex"] = Answer(person.sex)
    relation = next((one.relation for one in memberships if one.relation), "")
    if relation:
        answers["relation"] = Answer(relation)
    birth = (person.birth_from, person.birth_to) if person.birth_from and person.birth_to else None
    periods = tuple(Period(one.valid_from, one.valid_to) for one in memberships)
    return Member(str(person.pk), answers, birth, periods or (ALWAYS,), person.died_on)


def place_of(household: Household, on: date) -> str:
    """The village of the day."""
    lived = Residence.objects.filter(household=household, voided_at=None, valid_from__lte=on)
    there = lived.filter(Q(valid_to=None) | Q(valid_to__gte=on)).values_list("village_code", flat=True).first()
    return there or household.unit_code


def answers_on(
    on: date, *, persons: Iterable[UUID] = (), household: UUID | None = None
) -> dict[UUID, dict[str, Answer]]:
    """The last answer to each question on a day, by subject: sheets in the order of their days, corrections applied.

    A correction stands where the sheet it replaces stood, on all dates; null in it takes the answer back (rules.md §3).
    """
    asked = Q(person__in=list(persons)) | Q(household=household) if household else Q(person__in=list(persons))
    sheets = list(
        AnswerSheet.objects.filter(asked, voided_at=None, observed_on__lte=on).order_by(
            "observed_on", "recorded_at", "id"
        )
    )
    taken: dict[UUID, set[str]] = defaultdict(set)
    for sheet in sheets:
        if sheet.replaces_id:
            taken[sheet.replaces_id] |= set(sheet.answers)
    facts = {(fact.of, fact.code): fact for fact in declared()}
    found: dict[UUID, dict[str, Answer]] = defaultdict(dict)
    for sheet in sheets:
        of, subject = ("person", sheet.person_id) if sheet.person_id else ("household", sheet.household_id)
        assert subject is not None
        for code, stored in sheet.answers.items():
            fact = facts.get((of, code))
            if fact is not None and fact.is_stored and stored is not None and code not in taken[sheet.pk]:
                found[subject][code] = Answer(_as_value(fact, stored), sheet.observed_on)
    return dict(found)


def _as_value(fact: Declared, stored: Written) -> Any:
    """A stored answer as the rule library knows it: dates are ranges."""
    value = value_of(fact, stored)
    if fact.type == "date":
        return Range(*value) if isinstance(value, tuple) else Range(value, value)
    return value


def papers_of(persons: Iterable[UUID], on: date) -> dict[UUID, dict[str, Answer]]:
    """Facts that a valid paper proves: true, whatever was answered."""
    proved = [fact for fact in declared().stored("person") if fact.source == "documents"]
    kinds = {kind for fact in proved for kind in fact.kinds}
    papers = IdentityDocument.objects.filter(person__in=list(persons), kind__in=kinds, voided_at=None)
    held = papers.filter(Q(valid_from=None) | Q(valid_from__lte=on)).filter(Q(valid_to=None) | Q(valid_to__gte=on))
    found: dict[UUID, dict[str, Answer]] = defaultdict(dict)
    for paper in held:
        for fact in proved:
            if paper.kind in fact.kinds:
                found[paper.person_id][fact.code] = Answer(True)
    return dict(found)


def enrolments_of(persons: Iterable[UUID] | Mapping[UUID, Person], household: UUID | None) -> tuple[Enrolment, ...]:
    """Enrolments of these persons and of the household, past and future; the table is a slot (settings.FACT_MODULES)."""
    return tuple(
        Enrolment(code, str(person) if person else None, Period(begin, end))
        for code, person, begin, end in offered("enrolments_of")(list(persons), household)
    )
