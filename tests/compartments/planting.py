"""A made-up office in which every word of a compartment is unmistakable: two facts, two programmes, one family.

The country pack is a copy of Cambodia's in which the two facts of compartments have other labels, and two programmes
ask them. `plant_openly` makes a family that anybody may see; `plant_secrets` writes down what only officers inside may
know. Whoever is outside must see the same before and after it.
"""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError

from onestop.eligibility.actions import load_files
from onestop.enrolments.actions import end, enrol, enrol_many, void
from onestop.programmes.models import Programme
from onestop.registry.actions import answer, correct_answer
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer
from onestop.staff.scope import system_scope

DAY: Final = date(2014, 6, 11)
VILLAGE: Final = "17010101"
# compartment: the fact, its words, the programme that asks it, its words
FACTS: Final = {"health": "hiv", "child_protection": "working_child"}
WORDS: Final = {"health": "Zqabfact", "child_protection": "Zqcdfact"}
WORDS_KM: Final = {"health": "ឥន្ទនូពពូលមួយ", "child_protection": "ឥន្ទនូពពូលពីរ"}
PROGRAMMES: Final = {"health": "ZQHEALTH", "child_protection": "ZQCHILD"}
SECTORS: Final = {"health": "health", "child_protection": "labour"}
# One of each sector, so that officers who see the own people only reach the family too
OPEN: Final = ("HEF", "EDU", "NFV", "JOBS", "FARM")
NAMES: Final = {"health": "Zqabscheme", "child_protection": "Zqcdscheme"}
NAMES_KM: Final = {"health": "កម្មវិធីត្រីងៀតមួយ", "child_protection": "កម្មវិធីត្រីងៀតពីរ"}
REASON: Final = {"health": "Zqabreason", "child_protection": "Zqcdreason"}

_PROGRAMME: Final = """\
code: {code}
name: {{km: {km}, en: {name}}}
status: active
unit: person
guarantees: [health]
provider: {{name: Made up, kind: ngo}}
sector: {sector}
run_by: ngo
versions:
  - from: 2010-01-01
    reference: made for the tests
    criteria:
      - {{key: asked, rule: "person.{fact}"}}
compartment: {compartment}
"""


def words_of(compartment: str) -> tuple[str, ...]:
    """What must not be read anywhere outside of a compartment: labels, names, the code of the programme, reasons."""
    return (
        WORDS[compartment], WORDS_KM[compartment], NAMES[compartment], NAMES_KM[compartment], PROGRAMMES[compartment],
        REASON[compartment],
    )  # fmt: skip


def pack_with_planted_words(source: Path, folder: Path) -> Path:
    """The country pack with other words for its two closed facts."""
    target = folder / source.name
    shutil.copytree(source, target)
    lines, closed = [], ""
    for line in (target / "facts.yaml").read_text("utf-8").splitlines():
        if line.startswith("  - code: "):
            code = line.removeprefix("  - code: ").strip()
            closed = next((one for one, fact in FACTS.items() if fact == code), "")
        if closed and line.startswith("    label: "):
            line = f"    label: {{km: {WORDS_KM[closed]}, en: {WORDS[closed]}}}"
        elif closed and line.startswith("    question: "):
            line = f'    question: {{km: "{WORDS_KM[closed]} {{name}}?", en: "{WORDS[closed]} {{name}}?"}}'
        elif closed and line.startswith(("      km: {noun", "      en: {noun")):
            word = WORDS_KM[closed] if line.startswith("      km") else WORDS[closed]
            line = f"{line[:9]} {{noun: {word}, yes: {word} yes, no: {word} no}}"
        lines.append(line)
    (target / "facts.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    return target


@dataclass(frozen=True)
class Planted:
    """The family: the mother and the boy, of whom something is known that others may not know."""

    household: Household
    mother: Person
    boy: Person

    def subject(self, compartment: str) -> Person:
        return self.mother if compartment == "health" else self.boy


def load_programmes(folder: Path) -> None:
    """The two programmes, each in its compartment."""
    paths = []
    for closed, code in PROGRAMMES.items():
        paths.append(folder / f"{code}.yaml")
        text = _PROGRAMME.format(
            code=code,
            km=NAMES_KM[closed],
            name=NAMES[closed],
            fact=FACTS[closed],
            compartment=closed,
            sector=SECTORS[closed],
        )
        paths[-1].write_text(text, "utf-8")
    with system_scope("system.loader"):
        load_files(paths, by=Officer.objects.get(username="system.loader"))


def plant_openly() -> Planted:
    """A family of whom everybody in the area may know the rest."""
    loader = Officer.objects.get(username="system.loader")
    members = [NewPersonFactory(head=True), NewPersonFactory(child=True, birth=born(2002, 3, 20))]
    with system_scope("system.loader"):
        home = HouseholdFactory(unit_code=VILLAGE, members=members, by=loader)
        mother, boy = member(home, "head"), member(home, "child")
        answer(mother, {"marital": "widowed", "disability": 1}, observed_on=DAY, by=loader)
        answer(boy, {"in_school": True, "grade": 4}, observed_on=DAY, by=loader)
        for code in OPEN:
            enrol(mother, Programme.objects.get(pk=code), valid_from=date(2013, 1, 1), by=loader)
        return Planted(home, mother, boy)


def plant_secrets(planted: Planted) -> None:
    """Everything that a compartment may hold, written by the rooms' own actions: answers, corrections, enrolments."""
    loader = Officer.objects.get(username="system.loader")
    with system_scope("system.loader"):
        for closed, fact in FACTS.items():
            subject, programme = planted.subject(closed), Programme.objects.get(pk=PROGRAMMES[closed])
            sheet = answer(subject, {fact: False}, observed_on=DAY, by=loader)
            correct_answer(sheet, {fact: True}, by=loader, reason=REASON[closed])
            enrolled = enrol(subject, programme, valid_from=date(2014, 1, 1), by=loader)
            end(enrolled, last_day=date(2014, 1, 31), by=loader, reason=REASON[closed])
            wrong = enrol(subject, programme, valid_from=date(2014, 2, 1), by=loader)
            void(wrong, reason=REASON[closed], by=loader)
            enrol_many(programme, [subject.pk], valid_from=date(2014, 3, 1), by=loader)


def error_of(call: object) -> str:
    """What an officer is told who tries it all the same."""
    try:
        call()  # type: ignore[operator]
    except ValidationError as refused:
        return " ".join(refused.messages)
    raise AssertionError("it was not refused")
