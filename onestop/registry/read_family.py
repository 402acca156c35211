"""One household with everybody who ever belonged to it, as the interpreter sees it (`criteria.family.Family`).

Values that hold on the day asked: of each fact the last answer not after it, with the day it was given (an answer that
has grown old comes along, and the interpreter says so). Periods come whole. Facts of a compartment the officer is
outside of are left out, as though they were never asked. Enrolments and openings are added by the rooms above.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from criteria.dates import Interval
from criteria.family import Answer, Family, Member, Period, Status
from criteria.values import Range
from onestop.areas.scope import current
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
from onestop.registry.values import value_of

Given = dict[str, tuple[Any, date]]


@dataclass(frozen=True)
class Rows:
    """The household with the rows it was read from: for a page that shows them beside what rules make of them.

    `persons`: everyone who ever belonged to it. `papers`: those valid on the day, by person.
    """

    family: Family
    persons: list[Person]
    memberships: dict[UUID, list[HouseholdMembership]]
    papers: dict[UUID, list[IdentityDocument]]
    statuses: list[PovertyStatus]


def family(household: Household, on: date) -> Family:
    """The household on a day, in six queries however many its members."""
    return rows_of(household, on).family


def rows_of(household: Household, on: date) -> Rows:
    """The same with its rows, in the same six queries."""
    memberships = list(HouseholdMembership.objects.filter(household=household, voided_at=None).order_by("valid_from"))
    periods: dict[UUID, list[HouseholdMembership]] = defaultdict(list)
    for membership in memberships:
        periods[membership.person_id].append(membership)
    persons = list(Person.objects.kept().filter(pk__in=periods).order_by("birth_from", "id"))
    sheets = _sheets(Q(household=household) | Q(person__in=list(periods)), on)
    papers = _papers(periods, on)
    members = tuple(
        _member(person, periods[person.pk], sheets[person.pk], papers.get(person.pk, []), on) for person in persons
    )
    residence = Residence.objects.in_force(on).filter(household=household).first()
    statuses = list(PovertyStatus.objects.filter(household=household, voided_at=None))
    found = Family(
        id=str(household.pk),
        members=members,
        answers=_answers("household", given(sheets[household.pk])),
        statuses=_statuses(statuses),
        place=residence.village_code if residence else None,
    )
    return Rows(found, persons, periods, papers, statuses)


def family_of(person: Person, on: date) -> Family:
    """The family of the person's household of the day; of a person in no household a family that is none."""
    membership = HouseholdMembership.objects.in_force(on).filter(person=person).select_related("household").first()
    if membership is not None:
        return family(membership.household, on)
    sheets = _sheets(Q(person=person), on)
    papers = _papers([person.pk], on)
    member = _member(person, [], sheets[person.pk], papers.get(person.pk, []), on)
    return Family(id="", members=(member,), is_household=False)


def _sheets(of: Q, on: date) -> dict[UUID, list[AnswerSheet]]:
    """The sheets of each subject up to the day, in the order in which a later answer wins."""
    found: dict[UUID, list[AnswerSheet]] = defaultdict(list)
    rows = AnswerSheet.objects.filter(of, voided_at=None, observed_on__lte=on)
    for sheet in rows.order_by("observed_on", "recorded_at", "id"):
        found[sheet.person_id or sheet.household_id].append(sheet)
    return found


def given(sheets: Iterable[AnswerSheet]) -> Given:
    """The last answer to each question, as written, with its day. The same folding as `fold.fold`."""
    sheets = list(sheets)
    taken = {(sheet.replaces_id, code) for sheet in sheets if sheet.replaces_id for code in sheet.answers}
    last: Given = {}
    for sheet in sheets:
        for code, value in sheet.answers.items():
            if value is not None and (sheet.pk, code) not in taken:
                last[code] = (value, sheet.observed_on)
    return last


def _papers(persons: Iterable[UUID], on: date) -> dict[UUID, list[IdentityDocument]]:
    """The papers valid on the day."""
    found: dict[UUID, list[IdentityDocument]] = defaultdict(list)
    begun = Q(valid_from=None) | Q(valid_from__lte=on)
    lasting = Q(valid_to=None) | Q(valid_to__gte=on)
    for paper in IdentityDocument.objects.filter(begun, lasting, person__in=list(persons), voided_at=None):
        found[paper.person_id].append(paper)
    return found


def _shown(of: str) -> list[Declared]:
    """The facts the officer of the open scope may see."""
    scope = current()
    return [fact for fact in declared().of(of) if scope.sees_compartment(fact.compartment)]


def _answers(of: str, last: Given) -> dict[str, Answer]:
    """Answers of one subject as the interpreter takes them: dates as ranges, codes as texts."""
    answers = {}
    for fact in _shown(of):
        if fact.is_stored and fact.code in last:
            stored, day = last[fact.code]
            answers[fact.code] = Answer(as_value(fact, value_of(fact, stored)), day)
    return answers


def as_value(fact: Declared, value: Any) -> Any:
    """A value as the interpreter takes it: dates as ranges."""
    if fact.type == "date":
        return Range(*value) if isinstance(value, tuple) else Range.of(value)
    return value


def _member(
    person: Person,
    memberships: list[HouseholdMembership],
    sheets: list[AnswerSheet],
    papers: list[IdentityDocument],
    on: date,
) -> Member:
    answers = _answers("person", given(sheets))
    for fact in _shown("person"):
        match fact.source:
            case "identity" if fact.code == "sex" and person.sex:
                answers[fact.code] = Answer(person.sex)
            case "membership":
                held = [one for one in memberships if one.valid_from <= on and (not one.valid_to or one.valid_to >= on)]
                if held and held[-1].relation:
                    answers[fact.code] = Answer(held[-1].relation, held[-1].valid_from)
            case "documents":
                proof = [paper for paper in papers if paper.kind in fact.kinds]
                if proof:
                    began = max((paper.valid_from for paper in proof if paper.valid_from), default=None)
                    answers[fact.code] = Answer(True, began)
    birth: Interval | None = None
    if person.birth_from and person.birth_to:
        birth = (person.birth_from, person.birth_to)
    return Member(
        id=str(person.pk),
        answers=answers,
        birth=birth,
        memberships=tuple(Period(one.valid_from, one.valid_to) for one in memberships),
        died_on=person.died_on,
    )


def _statuses(rows: list[PovertyStatus]) -> dict[str, tuple[Status, ...]]:
    """Every status ever recorded, with its period."""
    levels = [fact for fact in _shown("household") if fact.source == "status"]
    found = tuple(
        Status(str(row.level), Period(row.valid_from, row.valid_to), f"{row.recorded_at.isoformat()} {row.pk}")
        for row in rows
    )
    return {fact.code: found for fact in levels} if found else {}
