"""Checking a programme file: its shape, its rules against the facts of the country, its example families.

What is wrong is said with file, line and column, whatever it is: a missing key, a misspelt fact inside a rule, an
example that comes out otherwise. The same check stands before a file is loaded and behind `criteria check`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from criteria.catalogue import Catalogue
from criteria.check import check_programme
from criteria.problems import Problem
from onestop.areas.country import Country, pack
from onestop.eligibility.catalogue import facts
from onestop.eligibility.examples import example_problems
from onestop.programmes import document as files
from onestop.programmes import schema
from onestop.programmes.document import Document, NotYaml, Place


@dataclass(frozen=True)
class Finding:
    """One thing to put right in a file; `severity` is error or warning."""

    file: str
    place: Place
    message: str
    proposal: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        meant = f" — did you mean {self.proposal}" if self.proposal else ""
        warning = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.place.line}:{self.place.column}: {warning}{self.message}{meant}"


@dataclass(frozen=True)
class CheckedFile:
    """A file as read (None when it is no YAML) and what was found."""

    name: str
    document: Document | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


@lru_cache(maxsize=8)
def lists(country: Country | None = None) -> schema.Lists:
    """What the country pack allows in a programme file."""
    country = country or pack()
    settings = country.node("country.yaml")
    return schema.Lists(
        languages=tuple(country.languages),
        guarantees=frozenset(node.text("code") for node in settings.each("guarantees")),
        pillars=frozenset(node.whole("code") for node in settings.each("pillars")),
        sectors=frozenset(node.text("code") for node in settings.each("sectors")),
        documents=frozenset(country.documents),
        roles=frozenset(country.roles),
        compartments=frozenset(node.text("code") for node in settings.each("compartments")),
    )


@lru_cache(maxsize=8)
def messages(country: Country | None = None) -> Mapping[str, Mapping[str, str]]:
    """The checker's messages in the languages of the country, by language and key."""
    country = country or pack()
    if not country.has("messages.yaml"):
        return {}
    node = country.node("messages.yaml")
    return {language: node.names(language) for language in country.languages if node.has(language)}


def said(problem: Problem, language: str | None = None) -> str:
    """A problem of a rule in the reader's language."""
    wanted = (language or get_language() or "en").split("-")[0]
    return problem.text(messages().get(wanted, {}))


def pack_programmes(country: Country | None = None) -> dict[str, tuple[str | None, dict[str, str]]]:
    """Codes of the programme files of the country pack, each with its compartment and names."""
    found = {}
    for node in (country or pack()).nodes("programmes"):
        plain = node.plain()
        if isinstance(plain, dict) and isinstance(plain.get("code"), str):
            names = plain.get("name")
            found[plain["code"]] = (plain.get("compartment"), names if isinstance(names, dict) else {})
    return found


def catalogue_of_files(documents: Iterable[Document], country: Country | None = None) -> Catalogue:
    """The facts, with the programmes of the country pack and of these files; needs no database."""
    known = pack_programmes(country)
    for document in documents:
        code, names = document.data.get("code"), document.data.get("name")
        if isinstance(code, str):
            known[code] = (document.data.get("compartment"), names if isinstance(names, dict) else {})
    return facts(country).with_programmes(
        {code: compartment for code, (compartment, _names) in known.items()},
        {code: names for code, (_compartment, names) in known.items()},
    )


def check_files(texts: Mapping[str, str], country: Country | None = None) -> list[CheckedFile]:
    """Check files by name together, so that they may name each other; needs no database."""
    read: dict[str, Document | Finding] = {}
    for name, text in texts.items():
        try:
            read[name] = files.read(text, name)
        except NotYaml as error:
            read[name] = Finding(name, error.place, f"this is no programme file: {error}")
    known = catalogue_of_files([one for one in read.values() if isinstance(one, Document)], country)
    return [
        CheckedFile(name, None, (one,))
        if isinstance(one, Finding)
        else CheckedFile(name, one, tuple(findings(one, known, country)))
        for name, one in read.items()
    ]


def check_paths(paths: Iterable[Path], country: Country | None = None) -> list[CheckedFile]:
    """The same from files on the disk; one that cannot be read is a finding."""
    texts: dict[str, str] = {}
    unread: list[CheckedFile] = []
    for path in paths:
        try:
            texts[str(path)] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            unread.append(CheckedFile(str(path), None, (Finding(str(path), Place(1, 1), f"cannot be read: {reason}"),)))
    return [*check_files(texts, country), *unread]


def findings(document: Document, catalogue: Catalogue, country: Country | None = None) -> list[Finding]:
    """Everything wrong with one document; rules are looked at only when the shape is sound."""
    shape = schema.problems(document.data, lists(country))
    if shape:
        return [
            Finding(document.name, document.place(problem.path), problem.message, problem.proposal) for problem in shape
        ]
    found = [*rule_findings(document, catalogue), *_references(document, catalogue)]
    if not any(finding.severity == "error" for finding in found):
        found += [
            Finding(document.name, document.place(path), message)
            for path, message in example_problems(document.data, catalogue)
        ]
    return found


def rule_findings(document: Document, catalogue: Catalogue) -> list[Finding]:
    """The criteria of every version."""
    data = document.data
    found = []
    for number, version in enumerate(data.get("versions", [])):
        criteria = [(criterion["key"], criterion["rule"]) for criterion in version["criteria"]]
        checked = check_programme(criteria, catalogue, unit=data["unit"], compartment=data.get("compartment"))
        keys = [key for key, _rule in criteria]
        for problem in checked.problems:
            path = f"versions.{number}"
            place = document.place(path)
            if problem.criterion in keys:
                path += f".criteria.{keys.index(problem.criterion)}.rule"
                place = document.inside(path, problem.line, problem.column)
            found.append(Finding(document.name, place, said(problem), problem.proposal or "", problem.severity))
    return found


def _references(document: Document, catalogue: Catalogue) -> list[Finding]:
    """Programmes named by links and exclusions must be known."""
    named: list[tuple[str, Any]] = [
        (f"links.{number}.open", link["open"]) for number, link in enumerate(document.data.get("links", []))
    ]
    named += [(f"excludes.{number}", code) for number, code in enumerate(document.data.get("excludes", []))]
    return [
        Finding(
            document.name,
            document.place(path),
            f"there is no programme '{code}'",
            next(iter(get_close_matches(code, list(catalogue.programmes), 1, 0.5)), ""),
        )
        for path, code in named
        if code not in catalogue.programmes
    ]
