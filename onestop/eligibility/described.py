"""A programme in words: everything its file says, for the page of the programme.

What is invented for the demonstration is marked where it stands (`demo:` of the file names the paths).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from criteria.catalogue import Catalogue
from criteria.check import compartments
from criteria.interpret import Verdict
from criteria.problems import RuleRefused
from criteria.read import Unit, read
from onestop.areas.country import pack
from onestop.areas.models import AdministrativeUnit
from onestop.areas.scope import Scope
from onestop.eligibility.guarantees import Guarantee, named
from onestop.eligibility.sentences import sentence
from onestop.eligibility.words import (
    BENEFITS,
    HEADINGS,
    MODES,
    MOMENTS,
    PER,
    PROVIDERS,
    RUN_BY,
    amount_words,
    rhythm_words,
)
from onestop.programmes.models import CriteriaVersion, Opening, Programme
from onestop.ui import format, languages

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """A text of the file in both languages, what stands beside it, and whether it is invented."""

    text: Any
    detail: str = ""
    invented: bool = False


@dataclass(frozen=True)
class Condition:
    """A criterion: its sentence in each language, its text, and whether its author chose the words."""

    key: str
    sentence: Texts
    rule: str
    own_words: bool


@dataclass(frozen=True)
class Dated:
    """A version of the criteria."""

    version: CriteriaVersion
    in_force: bool
    conditions: list[Condition]
    invented: bool


@dataclass(frozen=True)
class Where:
    """An opening: the unit's name and its page, from–to, places."""

    names: Texts
    code: str
    valid_from: date
    valid_to: date | None
    places: int | None


@dataclass(frozen=True)
class Linked:
    """Another programme this one names; the file says when it is opened and whether the family must agree."""

    programme: Programme
    when: str = ""
    consent: bool = False


@dataclass
class Described:
    """One programme as its page shows it, for an officer, on a day."""

    programme: Programme
    scope: Scope
    on: date
    catalogue: Catalogue

    @cached_property
    def data(self) -> dict[str, Any]:
        return dict(self.programme.document)

    def invented(self, path: str) -> bool:
        """Whether this path, something in it, or something it is part of is invented."""
        marked = self.programme.invented
        return any(path == one or one.startswith(f"{path}.") or path.startswith(f"{one}.") for one in marked)

    @property
    def invented_parts(self) -> dict[str, bool]:
        """The parts of the page that are invented as a whole."""
        return {name: self.invented(name) for name in ("openings", "mou", "contact", "fee", "ssdm_may_register")}

    @property
    def invented_headings(self) -> list[str]:
        """The headings of the page under which something is invented."""
        tops = (path.partition(".")[0] for path in self.programme.invented)
        return list(dict.fromkeys(str(HEADINGS.get(top, top)) for top in tops))

    @property
    def provider(self) -> Said:
        provider = self.data.get("provider") or {}
        kind = PROVIDERS.get(provider.get("kind", ""), "")
        return Said(provider.get("name", ""), str(kind), self.invented("provider"))

    @property
    def run_by(self) -> str:
        return str(RUN_BY.get(self.data.get("run_by", ""), ""))

    @property
    def sector(self) -> Texts:
        return _named("sectors", self.programme.sector)

    @property
    def guarantees(self) -> list[Guarantee]:
        return [one for one in named() if one.code in self.programme.guarantees]

    @property
    def pillars(self) -> list[Said]:
        return [Said(_named("pillars", str(code)), str(code)) for code in self.data.get("pillars") or []]

    @property
    def benefits(self) -> list[Said]:
        """What it gives: name, then kind, how much, for whom, how often."""
        found = []
        for number, one in enumerate(self.data.get("benefits") or []):
            parts = [str(BENEFITS.get(one["kind"], one["kind"])), amount_words(one), *rhythm_words(one)]
            found.append(Said(one["name"], " · ".join(filter(None, parts)), self.invented(f"benefits.{number}")))
        return found

    @property
    def courses(self) -> list[Said]:
        return [
            Said(one["name"], str(MODES.get(one.get("mode", ""), "")), self.invented(f"courses.{number}"))
            for number, one in enumerate(self.data.get("courses") or [])
        ]

    @property
    def documents(self) -> list[Said]:
        """Papers to bring, what may stand in their place, and whether one may do without."""
        found = []
        for number, one in enumerate(self.data.get("documents") or []):
            notes = [str(_("needed") if one.get("needed") else _("if there is one"))]
            instead = [languages.one(_paper(code)) for code in one.get("instead") or []]
            if instead:
                notes.append(_("or: %(papers)s") % {"papers": ", ".join(instead)})
            if one.get("waiver"):
                notes.append(_("nobody is refused for want of it"))
            found.append(Said(_paper(one["kind"]), " · ".join(notes), self.invented(f"documents.{number}")))
        return found

    @property
    def steps(self) -> list[Said]:
        """What happens after the application, by whom, within how many days."""
        roles = pack().roles
        found = []
        for number, one in enumerate(self.data.get("steps") or []):
            role = roles.get(one.get("by", ""))
            days = one.get("days")
            parts = [
                languages.one(role.label) if role else "",
                "" if days is None else ngettext("within %(days)s day", "within %(days)s days", days) % {"days": days},
            ]
            found.append(Said(one["name"], " · ".join(filter(None, parts)), self.invented(f"steps.{number}")))
        return found

    @property
    def fee(self) -> Said | None:
        fee = self.data.get("fee")
        if not fee:
            return None
        if not fee.get("amount"):
            return Said(_("It is free."), "", self.invented("fee"))
        return Said(format.riel(fee["amount"]), str(PER.get(fee.get("per", ""), "")), self.invented("fee"))

    @property
    def contact(self) -> dict[str, Any]:
        return self.data.get("contact") or {}

    @property
    def mou(self) -> dict[str, date | None] | None:
        """The agreement that lets the office register for it; days are kept as text in the stored document."""
        mou = self.data.get("mou")
        return {key: _day(mou.get(key)) for key in ("from", "to")} if mou else None

    @cached_property
    def openings(self) -> list[Where]:
        """Where it takes people, the openings of the day first; none: everywhere."""
        rows = list(Opening.objects.filter(programme=self.programme).order_by("-valid_from", "unit_code"))
        units = AdministrativeUnit.objects.in_bulk({row.unit_code for row in rows})
        return [
            Where(_unit_names(units.get(row.unit_code)), row.unit_code, row.valid_from, row.valid_to, row.places)
            for row in rows
        ]

    @cached_property
    def versions(self) -> list[Dated]:
        """The versions of its criteria, the newest first."""
        found = []
        rows = list(self.programme.versions.order_by("valid_from"))
        for number, row in enumerate(rows):
            held = row.valid_from <= self.on and (row.valid_to is None or row.valid_to >= self.on)
            found.append(Dated(row, held, self.conditions(row.criteria), self.invented(f"versions.{number}")))
        return found[::-1]

    def conditions(self, criteria: Iterable[Mapping[str, Any]]) -> list[Condition]:
        """Each criterion as a sentence; the author's own words go before the made ones."""
        unit: Unit = "household" if self.programme.unit == "household" else "person"
        found = []
        for one in criteria:
            words = {code: text for code, text in (one.get("words") or {}).items() if text}
            try:
                tree = read(one["rule"], self.catalogue, unit=unit)
                closed = {compartment for _node, _name, compartment in compartments(tree, self.catalogue)}
                if not all(map(self.scope.sees_compartment, closed)):
                    continue  # what it asks was put into a compartment since
                made = sentence(tree, self.catalogue)
            except RuleRefused:  # a fact of an old version is gone; its text stays readable
                made = {}
            found.append(Condition(one["key"], {**made, **words}, one["rule"], bool(words)))
        return found

    @cached_property
    def others(self) -> dict[str, Programme]:
        """The other programmes that it names and the officer may see."""
        codes = [one["open"] for one in self.data.get("links") or []] + list(self.data.get("excludes") or [])
        return Programme.objects.visible_to(self.scope).in_bulk(codes)

    @property
    def links(self) -> list[Linked]:
        return [
            Linked(self.others[one["open"]], str(MOMENTS.get(one["when"], "")), bool(one.get("consent")))
            for one in self.data.get("links") or []
            if one["open"] in self.others
        ]

    @property
    def excludes(self) -> list[Linked]:
        return [Linked(self.others[code]) for code in self.data.get("excludes") or [] if code in self.others]

    @property
    def examples(self) -> list[dict[str, Any]]:
        """The example families, which are checked before a version is published."""
        return [
            {"name": one.get("name", ""), "date": _day(one.get("date")), "state": one["verdict"]}
            for one in self.data.get("examples") or []
            if one.get("verdict") in set(Verdict)
        ]


def _day(value: object) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value if isinstance(value, date) else None


def _named(key: str, code: str) -> Texts:
    """The names of an entry of a list of the country; its code where the list lacks it."""
    for node in pack().node("country.yaml").each(key):
        if str(node.plain()["code"]) == code:
            return node.names("name")
    return languages.texts(code)


def _paper(code: str) -> Texts:
    found = pack().documents.get(code)
    return found.label if found else languages.texts(code)


def _unit_names(unit: AdministrativeUnit | None) -> Texts:
    return {language: unit.full_name_in(language) for language in pack().languages} if unit else {}
