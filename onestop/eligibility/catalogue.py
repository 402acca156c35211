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

from criteria.catalogue import Catalogue
from onestop.areas.country import Country, pack
from onestop.programmes.models import Programme
from onestop.registry.facts import facts_of


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


def facts(country: Country | None = None) -> Catalogue:
    """Every fact of a country (default: the installed one), without programmes."""
    return facts_of(country or pack())


def catalogue(country: Country | None = None) -> Catalogue:
    """The same with the programmes that are loaded: their codes, compartments and names."""
    known = Programme.objects.values_list("code", "compartment", "document__name")
    return facts(country).with_programmes(
        {code: compartment or None for code, compartment, _names in known},
        {code: names if isinstance(names, dict) else {} for code, _compartment, names in known},
    )
