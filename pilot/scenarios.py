"""Households with fixed names, planted within the calibrated totals, for demonstrations and policy cases.

They are the invented people of the requirements' end-to-end scenarios that turn on eligibility, and four more whose
state changes around the day of the demonstration. Birth dates and answers are fixed; the rest is drawn as for all.
A household is planted only when all its members are born on the day, and its village and commune have such people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from pilot.figures import OLDEST
from pilot.people import NOT_APPLICABLE, Document, Enrolment, Household, Sheet, Value
from pilot.plan import Home, Slot

_TOPICS: Final = {
    "marital": "household", "expected_delivery": "maternity", "breastfeeding_until": "maternity",
    "disability": "health", "chronic_illness": "health", "in_school": "schooling", "grade": "schooling",
    "school": "schooling", "literate": "schooling", "occupation": "work", "employment": "work", "seeking_work": "work",
    "migration": "work", "returned_on": "work", "near_poor": "poverty", "has_family_book": "documents",
    "working_child": "protection", "skills": "needs", "needs": "needs",
}  # fmt: skip


# Planted households are older than the round of 2010, so that they can be asked about on a past date.
_SETTLED: Final = date(2009, 1, 1)


@dataclass(frozen=True, slots=True)
class Member:
    """One planted person. `papers` are kinds of documents; `answers` facts that are fixed."""

    km: tuple[str, str]
    latin: tuple[str, str]
    sex: Literal["F", "M"]
    born: date
    relation: str
    answers: Mapping[str, Value] = field(default_factory=dict)
    papers: tuple[str, ...] = ()
    precision: str = "day"
    marital: str = "single"
    mother: int = -1


@dataclass(frozen=True, slots=True)
class Scenario:
    """One planted household: its name here, the requirement it comes from, where it lives and what it is."""

    code: str
    source: str
    village: str
    level: int
    members: tuple[Member, ...]
    answers: Mapping[str, Value] = field(default_factory=dict)
    asked_days_ago: int = 9
    assessed: bool = True
    enrolled: tuple[
        tuple[str, int | None, int], ...
    ] = ()  # programme, place of the member or None, ended days ago (0: no)


@dataclass(slots=True)
class Planted:
    """A scenario laid into a plan."""

    told: Scenario
    home: Home

    def finish(self, household: Household, on: date) -> None:
        """Put the fixed names, dates and answers over what was drawn."""
        told = self.told
        asked = on - timedelta(days=told.asked_days_ago)
        household.scenario = told.code
        household.formed_on = min(household.formed_on, _SETTLED)
        household.members = household.members[: len(told.members)]
        for number, (person, member) in enumerate(zip(household.members, told.members, strict=True), start=1):
            person.family_name_km, person.given_name_km = member.km
            person.family_name_latin, person.given_name_latin = member.latin
            person.birth_date, person.birth_precision = member.born, member.precision
            person.joined_on = max(member.born, household.formed_on)
            issuers = {paper.kind: paper for paper in person.documents}
            person.documents = [
                issuers.get(kind) or _paper(kind, household, number, member, asked) for kind in member.papers
            ]
            day = max(asked, member.born)
            _answer(person.sheets, {"marital": member.marital, **member.answers}, day)
        _answer(household.sheets, told.answers, asked)
        if not told.assessed:
            household.poverty = []
        household.enrolments = [
            Enrolment(programme, None if place is None else household.members[place].key, on - timedelta(days=300),
                      on - timedelta(days=ago) if ago else None)
            for programme, place, ago in told.enrolled
        ]  # fmt: skip


def _paper(kind: str, household: Household, number: int, member: Member, asked: date) -> Document:
    running = household.key.removeprefix(f"{household.unit_code}-")
    digits = household.key.replace("-", "")[2:] + str(number)
    issued = max(member.born, asked - timedelta(days=400))
    if kind == "citizen_id":
        return Document(kind, "6" + digits[-8:], "", issued, issued + timedelta(days=3652))
    return Document(kind, f"{household.unit_code}/{running}/{number}", "", issued)


def _answer(sheets: list[Sheet], answers: Mapping[str, Value], day: date) -> None:
    """Fixed answers are the last ones: earlier sheets of the topic go, what they said beside stays with the new one."""
    for topic in dict.fromkeys(_TOPICS[fact] for fact in answers):
        old = [sheet for sheet in sheets if sheet.topic == topic]
        kept = {fact: value for sheet in old for fact, value in sheet.answers.items()}
        fixed = {fact: value for fact, value in answers.items() if _TOPICS[fact] == topic}
        sheets[:] = [sheet for sheet in sheets if sheet.topic != topic]
        sheets.append(Sheet(topic, day, {**kept, **fixed}))


def planted(commune: str, on: date) -> list[Planted]:
    """The planted households of a commune on the day, ready for its plan."""
    found: list[Planted] = []
    for told in SCENARIOS:
        if not told.village.startswith(commune) or any(member.born >= on for member in told.members):
            continue
        slots = [
            Slot(member.sex, _age(member.born, on), member.relation, member.marital, member.mother,
                 pregnant=member.answers.get("expected_delivery", NOT_APPLICABLE) != NOT_APPLICABLE)
            for member in told.members
        ]  # fmt: skip
        found.append(Planted(told, Home(slots, told.village, 0, told.level, told.code)))
    return found


def _age(born: date, on: date) -> int:
    return min(OLDEST, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def _pupil(grade: int) -> dict[str, Value]:
    return {"in_school": True, "grade": grade, "occupation": "pupil", "employment": "inactive", "seeking_work": False}


_NOT_AT_SCHOOL: Final[dict[str, Value]] = {"in_school": False, "grade": 0, "school": ""}
_FARMS: Final[dict[str, Value]] = {
    "occupation": "farmer", "employment": "self_employed", "seeking_work": False, "migration": "none", **_NOT_AT_SCHOOL,
}  # fmt: skip

SCENARIOS: Final = (
    Scenario(
        "chanthy", "scenario 1: nutrition for a pregnant mother", "17010106", 1,
        (
            Member(("សុខ", "ចាន់ធី"), ("Sok", "Chanthy"), "F", date(1987, 3, 4), "head",
                   {"expected_delivery": date(2014, 9, 20), "breastfeeding_until": NOT_APPLICABLE, **_FARMS},
                   marital="separated"),
            Member(("សុខ", "ដារ៉ា"), ("Sok", "Dara"), "M", date(2012, 10, 2), "child",
                   _NOT_AT_SCHOOL, ("birth_certificate",), mother=0),
        ),
    ),
    Scenario(
        "vuthy", "scenario 2: public works and insurance link", "17010207", 0,
        (
            Member(("ឈុំ", "វុទ្ធី"), ("Chhum", "Vuthy"), "M", date(1980, 1, 15), "head",
                   {"occupation": "casual_labourer", "employment": "unemployed", "seeking_work": True,
                    "migration": "none", **_NOT_AT_SCHOOL}, ("citizen_id",), marital="married"),
            Member(("នួន", "ស្រីពៅ"), ("Nuon", "Sreypov"), "F", date(1983, 7, 9), "spouse", _FARMS, ("citizen_id",),
                   marital="married"),
            Member(("ឈុំ", "រតនា"), ("Chhum", "Ratana"), "M", date(2007, 11, 30), "child", _pupil(1),
                   ("birth_certificate",), mother=1),
        ),
        {"near_poor": True, "has_family_book": False},
    ),
    Scenario(
        "sreymom", "scenario 3: the household rule, grades 3 and 5", "17120201", 1,
        (
            Member(("កែវ", "ស្រីមុំ"), ("Keo", "Sreymom"), "F", date(1973, 5, 2), "head", _FARMS, ("citizen_id",),
                   marital="widowed"),
            Member(("កែវ", "សុភា"), ("Keo", "Sophea"), "F", date(2003, 8, 21), "child", _pupil(5),
                   ("birth_certificate",), mother=0),
            Member(("កែវ", "វិបុល"), ("Keo", "Vibol"), "M", date(2005, 12, 3), "child", _pupil(3),
                   ("birth_certificate",), mother=0),
        ),
        {"has_family_book": True}, enrolled=(("SF", 1, 0), ("SF", 2, 0)),
    ),
    Scenario(
        "sokha", "scenarios 3 and 4: the neighbour of ID-Poor 2 with a pupil of grade 5", "17120201", 2,
        (
            Member(("ពេជ្រ", "សុខា"), ("Pich", "Sokha"), "M", date(1974, 2, 11), "head", _FARMS, ("citizen_id",),
                   marital="married"),
            Member(("ម៉ៅ", "ចន្ធូ"), ("Mao", "Chanthou"), "F", date(1977, 10, 19), "spouse", _FARMS, ("citizen_id",),
                   marital="married"),
            Member(("ពេជ្រ", "ធីតា"), ("Pich", "Thida"), "F", date(2003, 6, 30), "child", _pupil(5),
                   ("birth_certificate",), mother=1),
        ),
    ),
    Scenario(
        "bopha", "scenario 5: a refusal that climbs to the province", "17120602", 2,
        (
            Member(("មាស", "បូផា"), ("Meas", "Bopha"), "F", date(1956, 1, 7), "head",
                   {"disability": 2, "chronic_illness": False, "occupation": "none", "employment": "unable",
                    "seeking_work": False, "migration": "none", **_NOT_AT_SCHOOL}, ("citizen_id",), marital="widowed"),
            Member(("លី", "ស្រីនិច"), ("Ly", "Sreynich"), "F", date(2004, 9, 14), "grandchild", _pupil(4)),
        ),
    ),
    Scenario(
        "rith", "scenario 7: a mistake on a card", "17010102", 2,
        (
            Member(("ឡុង", "រិទ្ធ"), ("Long", "Rith"), "M", date(1969, 4, 17), "head", _FARMS, ("citizen_id",),
                   marital="married"),
            Member(("ទេព", "ណារី"), ("Tep", "Nary"), "F", date(1972, 12, 1), "spouse", _FARMS, marital="married"),
        ),
    ),
    Scenario(
        "lim", "scenario 11: poor in this round, no longer in the next", "17120501", 2,
        (
            Member(("លឹម", "សំណាង"), ("Lim", "Samnang"), "M", date(1978, 8, 8), "head", _FARMS, ("citizen_id",),
                   marital="married"),
            Member(("យឹម", "ចាន់ណា"), ("Yim", "Channa"), "F", date(1981, 3, 25), "spouse", _FARMS, ("citizen_id",),
                   marital="married"),
            Member(("លឹម", "មករា"), ("Lim", "Makara"), "M", date(2010, 1, 20), "child", _NOT_AT_SCHOOL,
                   ("birth_certificate",), mother=1),
        ),
        {"near_poor": False, "has_family_book": True}, enrolled=(("HEF", 0, 0), ("HEF", 1, 0), ("HEF", 2, 0)),
    ),
    Scenario(
        "sixty", "turns 60 nine days after the day of the demonstration", "17010106", 2,
        (
            Member(("រស់", "សំអូន"), ("Ros", "Samoun"), "F", date(1954, 6, 20), "head", _FARMS, ("citizen_id",),
                   marital="widowed"),
        ),
    ),
    Scenario(
        "year", "births known by the year only, near and far from a limit", "17010303", 2,
        (
            Member(("នូ", "ឈឿន"), ("Nou", "Chhoeun"), "M", date(1954, 1, 1), "head", _FARMS, precision="year",
                   marital="widowed"),
            Member(("នូ", "សុផល"), ("Nou", "Sophal"), "M", date(1990, 1, 1), "child", _FARMS, precision="year"),
        ),
    ),
    Scenario(
        "stale", "answers two years old: a pupil whose grade is not known today", "17120201", 1,
        (
            Member(("ព្រំ", "គន្ធា"), ("Prom", "Kunthea"), "F", date(1979, 11, 11), "head", _FARMS, ("citizen_id",),
                   marital="divorced"),
            Member(("ព្រំ", "ពិសី"), ("Prom", "Pisey"), "F", date(2004, 2, 28), "child", _pupil(2), mother=0),
        ),
        asked_days_ago=760,
    ),
    Scenario(
        "eve", "an enrolment that ended yesterday, and a household never assessed", "17010707", 0,
        (
            Member(("ហេង", "វិចិត្រ"), ("Heng", "Vichet"), "M", date(1986, 6, 6), "head",
                   {**_FARMS, "occupation": "farmer"}, ("citizen_id",), marital="single"),
        ),
        {"near_poor": True}, assessed=False, enrolled=(("FARM", 0, 1),),
    ),
)  # fmt: skip
