"""Which questions apply to whom: the rule `asked_when` of a declaration, answered by the rule library.

A question that does not apply is stored as answered: false, 0, none, whatever the declaration says under `otherwise`;
it is never left missing. So the grade of a child who left school is 0 from that day, and nobody has to ask.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.family import Answer, Family
from criteria.interpret import evaluate
from criteria.problems import RuleRefused
from criteria.read import read
from criteria.tree import FactNode, Node
from criteria.values import Truth
from onestop.areas.country import Country, pack
from onestop.areas.text import normalise
from onestop.registry.declared import Declared, declared
from onestop.registry.models import Household, Person
from onestop.registry.read_family import as_value, family, family_of
from onestop.registry.values import Written, value_of, written

_AGES: Final = {"years": FactType.AGE_YEARS, "months": FactType.AGE_MONTHS}
# Their answers hold on every date: they say who a person is
_TIMELESS: Final = {"identity", "membership"}


@lru_cache(maxsize=8)
def facts_of(country: Country) -> Catalogue:
    """Every fact of a country as the rule library knows it, without programmes."""
    return Catalogue(
        facts=tuple(as_fact(one) for one in declared(country)),
        normalise=normalise,
        school_years=country.school_years,
        estimated_years=country.estimated_years,
    )


def as_fact(one: Declared) -> Fact:
    """A declaration as the rule library knows it."""
    return Fact(
        code=one.code,
        of="person" if one.of == "person" else "household",
        type=_AGES[one.node.text("unit")] if one.type == "age" else FactType(one.type),
        codes=tuple(code.code for code in one.codes),
        ordered=one.ordered,
        minimum=one.minimum,
        maximum=one.maximum,
        good_for=one.good_for,
        school_year=one.school_year,
        topic=one.topic,
        compartment=one.compartment or None,
        labels=one.label,
        words=words_of(one),
        question=one.question,
        code_labels={code.code: code.label for code in one.codes},
        derived=one.derived or None,
        imprecise=one.imprecise,
        status=one.source == "status",
        counts_members=one.source == "count",
        timeless=one.source in _TIMELESS,
    )


def words_of(one: Declared) -> dict[str, dict[str, str]]:
    """Noun and predicates of a fact for sentences, by language."""
    if not one.node.has("words"):
        return {}
    return {language: node.names() for language, node in one.node.child("words").items()}


@lru_cache(maxsize=512)
def condition(fact: Declared) -> Node | None:
    """When the question is asked; None is always. Raises PackRefused when the rule does not check."""
    if not fact.asked_when:
        return None
    try:
        return read(fact.asked_when, facts_of(pack()), unit="person" if fact.of == "person" else "household")
    except RuleRefused as refused:
        raise fact.node.refuse(f"the rule does not check: {refused}.", "asked_when") from refused


def applies(fact: Declared, known: Family, on: date, *, person: str | None = None) -> Truth:
    """True when the question applies on the day, False when it does not, None when that cannot be told (then ask)."""
    rule = condition(fact)
    return True if rule is None else evaluate(rule, known, on, facts_of(pack()), person=person)


def subject_family(subject: Person | Household, on: date) -> tuple[Family, str | None]:
    """The family of a subject on a day, and the person's id in it."""
    if isinstance(subject, Household):
        return family(subject, on), None
    return family_of(subject, on), str(subject.pk)


def concerned(of: str, answers: Iterable[str], topic: str) -> list[Declared]:
    """The facts on which a sitting may have an effect: of its form, and those whose rule reads what was answered."""
    given = set(answers)
    found = []
    for fact in declared().stored(of):
        rule = condition(fact)
        if rule is None:
            continue
        reads = {node.fact.code for node in rule.walk() if isinstance(node, FactNode)}
        if fact.code in given or reads & given or (topic and fact.topic == topic):
            found.append(fact)
    return found


def with_what_does_not_apply(
    subject: Person | Household, stored: Mapping[str, Written], *, on: date, topic: str
) -> tuple[dict[str, Written], list[Declared]]:
    """The answers of a sitting with those that follow from them, and the facts answered though they do not apply."""
    of = "person" if isinstance(subject, Person) else "household"
    result: dict[str, Written] = dict(stored)
    wrong: list[Declared] = []
    facts = concerned(of, stored, topic)
    if not facts:
        return result, wrong
    known, person = subject_family(subject, on)
    if person is not None and all(member.id != person for member in known.members):
        return result, wrong
    catalogue = facts_of(pack())
    for code, value in stored.items():
        asked, as_rules_know_it = declared().get(of, code), catalogue.get(of, code)
        if asked is not None and as_rules_know_it is not None:
            known = known.answered(person, as_rules_know_it, Answer(as_value(asked, value_of(asked, value)), on))
    for fact in facts:  # in the order of the file: what a rule reads is declared before it
        if applies(fact, known, on, person=person) is not False:
            continue
        otherwise: Any = None if fact.otherwise is None else written(fact, fact.otherwise)
        if fact.code not in stored:
            if otherwise is not None:
                result[fact.code] = otherwise
        elif stored[fact.code] != otherwise:
            wrong.append(fact)
    return result, wrong
