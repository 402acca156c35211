"""The catalogue that rules are checked against: the facts of the country pack, and the programmes they may name.

Which rooms offer facts is said in settings.FACT_MODULES, a slot loaded at start: a module that cannot be imported stops
the program with its name. `facts()` needs no database; `catalogue()` adds the programmes that
are loaded.
"""

from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.dates import SchoolYears
from onestop.areas.country import Country, pack
from onestop.areas.text import normalise
from onestop.programmes.models import Programme
from onestop.registry.declared import Declared, declared

_AGES = {"years": FactType.AGE_YEARS, "months": FactType.AGE_MONTHS}
# Their answers hold on every date: they say who a person is (rules.md §3)
_TIMELESS = {"identity", "membership"}


@lru_cache(maxsize=1)
def modules() -> tuple[ModuleType, ...]:
    """The modules of the slot, imported once."""
    return tuple(import_module(path) for path in settings.FACT_MODULES)


def offered(name: str) -> Any:
    """What exactly one module of the slot offers under this name, such as the table of enrolments."""
    found = [(module.__name__, getattr(module, name)) for module in modules() if hasattr(module, name)]
    if len(found) != 1:
        raise LookupError(
            f"{name} must be offered by exactly one of settings.FACT_MODULES; by: {[one for one, _ in found]}"
        )
    return found[0][1]


@lru_cache(maxsize=8)
def facts(country: Country | None = None) -> Catalogue:
    """Every fact of a country (default: the installed one), without programmes."""
    country = country or pack()
    known, later = country.school_year_starts
    return Catalogue(
        facts=tuple(as_fact(one) for one in declared(country)),
        normalise=normalise,
        school_years=SchoolYears(later, known),
        estimated_years=country.estimated_years,
    )


def catalogue(country: Country | None = None) -> Catalogue:
    """The same with the programmes that are loaded: their codes, compartments and names."""
    known = Programme.objects.values_list("code", "compartment", "document__name")
    return facts(country).with_programmes(
        {code: compartment or None for code, compartment, _names in known},
        {code: names if isinstance(names, dict) else {} for code, _compartment, names in known},
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
