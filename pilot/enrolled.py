"""Who is already in a programme when the office opens: drawn from groups that the figures name.

Groups: `poor` (ID-Poor 1 or 2), `poor_1`, `near_poor`, `pupil_primary`, `poor_pupil` (a poor household's pupil),
`poor_1_pupil_4_6` (a household of ID-Poor 1 with a pupil of grade 4 to 6), `mother_or_baby` (expecting, nursing, under
two), `farmer`, `garment_worker`, `disabled`, `old` (60 and over), `unemployed` (seeking work). Some ended, some of them
on the eve of the day.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Final

from pilot.figures import DAYS_A_YEAR, EnrolmentRule, FiguresWrong
from pilot.people import NOT_APPLICABLE, Enrolment, Household, Person, Value

_ON_THE_EVE: Final = 0.1  # of the ended ones: the last day was yesterday
Facts = Mapping[str, Value]
_Test = Callable[[Facts, Person, int, date], bool]


def _is_poor(level: int) -> bool:
    return level in (1, 2)


_PERSON_GROUPS: Final[Mapping[str, _Test]] = {
    "poor": lambda facts, person, level, on: _is_poor(level),
    "poor_1": lambda facts, person, level, on: level == 1,
    "pupil_primary": lambda facts, person, level, on: facts.get("grade", 0) in range(1, 7),
    "poor_pupil": lambda facts, person, level, on: _is_poor(level) and facts.get("in_school") is True,
    "poor_1_pupil_4_6": lambda facts, person, level, on: level == 1 and facts.get("grade", 0) in (4, 5, 6),
    "mother_or_baby": lambda facts, person, level, on: _mother_or_baby(facts, person, on),
    "farmer": lambda facts, person, level, on: facts.get("occupation") == "farmer",
    "garment_worker": lambda facts, person, level, on: facts.get("occupation") == "garment_worker",
    "disabled": lambda facts, person, level, on: facts.get("disability", 0) in (2, 3),
    "old": lambda facts, person, level, on: (on - person.birth_date).days >= 60 * DAYS_A_YEAR,
    "unemployed": lambda facts, person, level, on: facts.get("seeking_work") is True,
}


def _mother_or_baby(facts: Facts, person: Person, on: date) -> bool:
    if (on - person.birth_date).days < 730:
        return True
    return any(
        facts.get(fact, NOT_APPLICABLE) != NOT_APPLICABLE for fact in ("expected_delivery", "breastfeeding_until")
    )


def check_rules(rules: tuple[EnrolmentRule, ...]) -> None:
    """Raises FiguresWrong when a rule names a group that does not exist."""
    for rule in rules:
        if rule.to not in _PERSON_GROUPS and rule.to != "near_poor":
            known = ", ".join(sorted([*_PERSON_GROUPS, "near_poor"]))
            raise FiguresWrong(
                f"pilot figures, enrolments of {rule.programme}: no group {rule.to!r}; known are {known}"
            )


def enrol(home: Household, level: int, rules: tuple[EnrolmentRule, ...], on: date, rng: Random) -> list[Enrolment]:
    """The enrolments of one household and its present members."""
    present = [person for person in home.members if person.left_on is None and person.died_on is None]
    answers = [_latest(person) for person in present]
    near_poor = any(sheet.answers.get("near_poor") is True for sheet in home.sheets)
    made: list[Enrolment] = []
    for rule in rules:
        if rule.to == "near_poor":
            inside = [near_poor] * len(present)
        else:
            test = _PERSON_GROUPS[rule.to]
            inside = [test(facts, person, level, on) for facts, person in zip(answers, present, strict=True)]
        if rule.unit == "household":
            if any(inside) and rng.random() < rule.share:
                made.append(_period(rule, None, home.formed_on, on, rng))
            continue
        for person, is_in in zip(present, inside, strict=True):
            if is_in and rng.random() < rule.share:
                made.append(_period(rule, person.key, max(person.birth_date, person.joined_on), on, rng))
    return made


def _latest(person: Person) -> dict[str, Value]:
    facts: dict[str, Value] = {}
    for sheet in person.sheets:
        facts.update(sheet.answers)
    return facts


def _period(rule: EnrolmentRule, member: str | None, earliest: date, on: date, rng: Random) -> Enrolment:
    start = max(earliest, on - timedelta(days=30 + int(rng.random() * 900)))
    end: date | None = None
    if rng.random() < rule.ended:
        last = on - timedelta(days=1)
        end = (
            last
            if rng.random() < _ON_THE_EVE
            else last - timedelta(days=int(rng.random() * max(1, (last - start).days)))
        )
        end = max(end, start) if start <= last else None
    return Enrolment(rule.programme, member, start, end)
