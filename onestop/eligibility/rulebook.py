"""The rulebook of a day: which programmes stand in its tables, with their criteria as trees and their openings.

Read from the database once and kept until a programme is loaded anew. A programme is in the tables of a day when it is
active and has a version with criteria in force; what an officer outside its compartment may not see is
left out before anything is computed.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Final

from django.db.models import Count, Max

from criteria.catalogue import Catalogue
from criteria.check import compartments
from criteria.family import Opening as Opened
from criteria.family import Period
from criteria.programme import Programme as Rules
from criteria.tree import FactNode, InArea, Node
from onestop.areas.scope import Scope
from onestop.eligibility.catalogue import catalogue
from onestop.programmes.models import CriteriaVersion, Opening, Programme

Stamp = tuple[object, ...]
_KEPT: Final = 64


@dataclass(frozen=True)
class Version:
    """One programme with the version of its criteria that holds on the day."""

    rules: Rules
    programme: Programme
    version: CriteriaVersion

    @property
    def code(self) -> str:
        return self.rules.code

    @property
    def counts_households(self) -> bool:
        return self.rules.unit == "household"

    def words(self, key: str) -> dict[str, str]:
        """The words that override a criterion's own sentence, by language; none for most."""
        for criterion in self.version.criteria:
            if criterion["key"] == key:
                return criterion.get("words") or {}
        return {}

    def rule(self, key: str) -> str:
        """The text of a criterion; '' for the openings, which have none."""
        return next((str(one["rule"]) for one in self.version.criteria if one["key"] == key), "")


@dataclass(frozen=True)
class Rulebook:
    """Everything needed to answer all programmes on one day, in catalogue order."""

    on: date
    catalogue: Catalogue
    versions: tuple[Version, ...]
    openings: dict[str, tuple[Opened, ...]]
    stamp: Stamp

    def __hash__(self) -> int:
        return hash((self.on, self.stamp))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and (self.on, self.stamp) == (other.on, other.stamp)

    @property
    def rules(self) -> tuple[Rules, ...]:
        return tuple(version.rules for version in self.versions)

    def get(self, code: str) -> Version | None:
        return next((version for version in self.versions if version.code == code), None)

    def only(self, codes: frozenset[str]) -> "Rulebook":
        """The same day with some of the programmes."""
        chosen = tuple(version for version in self.versions if version.code in codes)
        return Rulebook(self.on, self.catalogue, chosen, self.openings, (*self.stamp, codes))

    def facts_read(self) -> dict[str, frozenset[str]]:
        """Codes of the facts the rules ask, by whom they are of."""
        found: dict[str, set[str]] = {"person": set(), "household": set()}
        for version in self.versions:
            for _key, tree in version.rules.all_criteria:
                for fact in facts_in(tree):
                    found[fact.fact.of].add(fact.fact.code)
        return {of: frozenset(codes) for of, codes in found.items()}


def facts_in(tree: Node) -> list[FactNode]:
    """The facts a tree reads, those behind derived facts among them."""
    return [node for node in tree.walk() if isinstance(node, FactNode)]


_books: OrderedDict[tuple[date, frozenset[str], Stamp], Rulebook] = OrderedDict()
_lock = Lock()


def stamp() -> Stamp:
    """What changes whenever a programme is loaded: one cheap query."""
    return tuple(Programme.objects.aggregate(Max("loaded_at"), Count("pk")).values())


def rulebook(on: date, scope: Scope) -> Rulebook:
    """The programmes in the tables of a day that this scope may see."""
    key = (on, scope.compartments, stamp())
    with _lock:
        if key in _books:
            _books.move_to_end(key)
            return _books[key]
    book = _read(on, scope, (*key[2], scope.compartments))
    with _lock:
        _books[key] = book
        while len(_books) > _KEPT:
            _books.popitem(last=False)
    return book


def _read(on: date, scope: Scope, stamp: Stamp) -> Rulebook:
    known = catalogue()
    programmes = {one.code: one for one in Programme.objects.visible_to(scope).in_tables(on)}
    in_force = CriteriaVersion.objects.in_force(on).filter(programme__in=programmes)
    by_code = {one.programme_id: one for one in in_force}
    versions = []
    for code, programme in programmes.items():
        version = by_code[code]
        criteria = [(one["key"], one["rule"]) for one in version.criteria]
        rules = Rules.read(code, "household" if programme.unit == "household" else "person", criteria, known)
        if all(scope.sees_compartment(closed) for closed in closed_in(rules, known)):
            versions.append(Version(rules, programme, version))
    return Rulebook(on, known, tuple(versions), openings(opened_in(versions)), stamp)


def closed_in(rules: Rules, known: Catalogue) -> frozenset[str]:
    """The compartments of what a programme's criteria read, whatever the programme itself carries.

    Publishing refuses a programme that reads what it does not carry. But a fact or another programme may
    be put into a compartment afterwards: then this one is left out for officers outside of it, as though it carried the
    compartment, since its verdict would tell.
    """
    return frozenset(closed for _key, tree in rules.all_criteria for _n, _name, closed in compartments(tree, known))


def opened_in(versions: Iterable[Version]) -> set[str]:
    """The programmes whose openings decide something: of each version its own, and those its criteria name."""
    return {
        node.programme
        for version in versions
        for _key, tree in version.rules.all_criteria
        for node in tree.walk()
        if isinstance(node, InArea)
    }


def openings(codes: set[str]) -> dict[str, tuple[Opened, ...]]:
    """Where and when programmes take people, as the rule library knows it; no entry: open everywhere."""
    found: dict[str, list[Opened]] = {}
    for one in Opening.objects.filter(programme__in=codes):
        found.setdefault(one.programme_id, []).append(Opened((one.unit_code,), Period(one.valid_from, one.valid_to)))
    return {code: tuple(opened) for code, opened in found.items()}
