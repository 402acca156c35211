"""Publishing programmes: files are checked together, and loaded all or none."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from django.db import transaction

from onestop.areas.models import AdministrativeUnit
from onestop.eligibility.catalogue import catalogue
from onestop.eligibility.checking import CheckedFile, Finding, check_paths, rule_findings
from onestop.eligibility.guarantees import named
from onestop.programmes import actions as programmes
from onestop.programmes import document as files
from onestop.programmes.document import Document, Place
from onestop.programmes.models import Programme
from onestop.staff.models import Officer


class FilesRefused(Exception):
    """Something in the files must be put right first; nothing was loaded. `findings` says what and where."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


@transaction.atomic
def load_files(paths: Sequence[Path], *, by: Officer) -> list[str]:
    """Check and load programme files; the codes that changed. Raises FilesRefused, and then nothing is loaded."""
    checked = check_paths(paths)
    wrong = [finding for one in checked for finding in one.findings if finding.severity == "error"]
    wrong += [finding for one in checked if one.document and one.ok for finding in unknown_units(one.document)]
    wrong += doubles(checked)
    wrong += left_behind({str(one.document.data.get("code")) for one in checked if one.document})
    if wrong:
        raise FilesRefused(wrong)
    changed = []
    for one in in_catalogue_order(checked):
        try:
            if programmes.load(one.data, by=by):
                changed.append(str(one.data["code"]))
        except programmes.PublishedVersionChanged as refused:
            raise FilesRefused([Finding(one.name, one.place("versions"), str(refused))]) from refused
    return changed


def left_behind(given: Collection[str]) -> list[Finding]:
    """What is wrong by now in the rules of programmes that stand in the database without a file among these.

    A fact that was taken out of the country pack is: one rule that cannot be read would stop every folder.
    """
    known = catalogue()
    told = "This programme is loaded: a fact it asks for stays in facts.yaml, with topic: null when nobody is asked."
    return [
        replace(finding, message=f"{finding.message}. {told}")
        for one in Programme.objects.exclude(code__in=given)
        for finding in rule_findings(files.read(one.text, f"{one.code}, as it was loaded"), known)
        if finding.severity == "error"
    ]


def unknown_units(document: Document) -> list[Finding]:
    """Openings must name units of the gazetteer, of today or of the past."""
    named = {
        unit: f"openings.{number}.units.{position}"
        for number, opening in enumerate(document.data.get("openings", []))
        for position, unit in enumerate(opening["units"])
    }
    known = set(AdministrativeUnit.objects.filter(code__in=named).values_list("code", flat=True))
    return [
        Finding(document.name, document.place(path), f"there is no administrative unit with the code '{unit}'")
        for unit, path in named.items()
        if unit not in known
    ]


def doubles(checked: Sequence[CheckedFile]) -> list[Finding]:
    """Two files with one code would overwrite each other."""
    first: dict[str, str] = {}
    found = []
    for one in checked:
        code = one.document.data.get("code") if one.document else None
        if isinstance(code, str) and first.setdefault(code, one.name) != one.name:
            found.append(Finding(one.name, Place(1, 1), f"the code '{code}' is also that of {first[code]}"))
    return found


def in_catalogue_order(checked: Sequence[CheckedFile]) -> list[Document]:
    """By the first guarantee a programme serves, in the order of the country's list, then by code."""
    documents = [one.document for one in checked if one.document]
    order = {one.code: number for number, one in enumerate(named())}
    return sorted(
        documents, key=lambda one: (order.get(next(iter(one.data["guarantees"]), ""), len(order)), one.data["code"])
    )
