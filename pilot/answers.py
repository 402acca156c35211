"""What each person answers: the person facts of the catalogue, one sheet a topic, as they were on the day asked.

Shares are those of the figures; where no figure was found the assumption stands here with its number.
"Does not apply" is answered as the catalogue says (false, 0, none), so that a missing answer is a missing answer.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import accumulate
from random import Random
from typing import Final

from pilot.figures import DAYS_A_YEAR, OLDEST, SEXES, Figures
from pilot.people import NOT_APPLICABLE, Sheet, Value
from pilot.plan import Slot
from pilot.pyramid import weights_by_age

_OLDEST: Final = 1_000  # no end

# Share in school by age (assumed; World Bank 2020: 92 % of households with children of 6–17 have them at school).
_ATTENDANCE: Final = {3: 0.08, 4: 0.15, 5: 0.30, 6: 0.82, 7: 0.93, 8: 0.96, 9: 0.97, 10: 0.97, 11: 0.95, 12: 0.91,
                      13: 0.86, 14: 0.78, 15: 0.62, 16: 0.50, 17: 0.40, 18: 0.22, 19: 0.12, 20: 0.06}  # fmt: skip
_LATE: Final = (0.42, 0.78, 0.93, 1.0)  # years behind the grade of the age: none, one, two, three
_SKILLS: Final = ("rice_growing", "vegetable_growing", "animal_raising", "sewing", "weaving", "cooking", "masonry",
                  "carpentry", "motorbike_repair", "selling", "driving", "fishing", "handicraft")  # fmt: skip
_NEEDS: Final = ("health_care", "food", "cash", "job", "credit", "farm_support", "water_sanitation",
                 "vocational_training", "literacy", "documents")  # fmt: skip
_CHILD_NEEDS: Final = ("school_support", "health_care", "food", "documents")
_EMPLOYMENT: Final = {
    "farmer": "self_employed", "farm_labourer": "seasonal", "fisher": "self_employed", "casual_labourer": "casual",
    "garment_worker": "employed", "construction_worker": "casual", "trader": "self_employed",
    "public_servant": "employed", "private_employee": "employed", "self_employed": "self_employed",
    "domestic_worker": "employed", "driver": "self_employed", "teacher": "employed", "pupil": "inactive",
    "none": "inactive", "other": "casual",
}  # fmt: skip
# Work a man takes for the women's of the list and the other way about (assumed).
_INSTEAD: Final = {"M": {"garment_worker": "construction_worker", "domestic_worker": "casual_labourer"},
                   "F": {"construction_worker": "garment_worker", "driver": "trader", "fisher": "farmer"}}  # fmt: skip
_ABROAD: Final = (
    "construction_worker",
    "farm_labourer",
    "casual_labourer",
    "private_employee",
    "domestic_worker",
    "fisher",
)
# From which age to which a question applies, as the catalogue's `asked_when` says; it is stored as answered beyond.
_ASKED_AT: Final = {
    "marital": (12, _OLDEST), "orphan": (0, 17), "in_school": (3, 30), "literate": (7, _OLDEST),
    "reading_help": (15, _OLDEST), "occupation": (5, _OLDEST), "employment": (15, _OLDEST),
    "seeking_work": (15, _OLDEST), "nssf_member": (15, _OLDEST), "civil_servant": (15, _OLDEST),
    "veteran": (15, _OLDEST), "working_child": (5, 17), "skills": (12, _OLDEST),
    "has_id_card": (15, _OLDEST),
}  # fmt: skip
_ASKED_OF_WOMEN: Final = {"expected_delivery": (12, 55), "breastfeeding_until": (12, 55)}
_NEVER: Final = (_OLDEST, 0)


class Answers:
    """Draws the sheets of persons; one for a population, all state is read-only tables."""

    def __init__(self, figures: Figures, on: date) -> None:
        self.on = on
        self.today = on.toordinal()
        self.texts = figures.texts
        self.codes = tuple(figures.occupations)
        self.reached = list(accumulate(figures.occupations.values()))
        self.difficulty = [_difficulty(figures, age) for age in range(OLDEST + 30)]
        weights = weights_by_age(figures, on)
        self.literacy = {sex: _literacy(figures.literacy[sex], sex, weights[sex]) for sex in SEXES}

    def of_person(
        self, slot: Slot, born: int, asked: int, nursing: int, poor: bool, place: str, rng: Random
    ) -> list[Sheet]:
        """All sheets of one person. Days are ordinals; `nursing` is the day the youngest child turns two, or 0.

        `asked` is the day of the sitting; the answers are as of that day.
        """
        day = date.fromordinal(asked)
        age = int((asked - born) / DAYS_A_YEAR)
        random = rng.random
        sheets = [Sheet("household", day, self._family(slot, age, random())), self._health(slot, age, day, rng)]
        if slot.sex == "F" and (12 <= age <= 55 or slot.pregnant or nursing):
            sheets.append(self._maternity(slot, day, asked, nursing, rng))
        else:
            sheets.append(no_maternity(day))
        schooling = self._schooling(slot, age, day, poor, place, rng)
        work = self._work(slot, age, day, asked, schooling.answers["in_school"] is True, rng)
        sheets += [schooling, work]
        working_child = 5 <= age < 18 and random() < (0.08 if poor else 0.03)
        sheets.append(Sheet("protection", day, {"working_child": working_child}))
        sheets.append(Sheet("needs", day, self._needs(slot, age, poor, rng)))
        if random() < 0.08 and age > 6:  # asked a year before as well: the history of a fact
            before = date.fromordinal(asked - 370)
            earlier = self._schooling(slot, age - 1, before, poor, place, rng)
            sheets.insert(0, self._work(slot, age - 1, before, asked - 370, earlier.answers["in_school"] is True, rng))
            sheets.insert(0, earlier)
        return sheets

    @staticmethod
    def _family(slot: Slot, age: int, draw: float) -> dict[str, Value]:
        if age >= 18:
            return {"marital": slot.marital, "orphan": "none"}
        lost = 0.10 if slot.mother < 0 and slot.relation != "spouse" else 0.04
        orphan = "none" if draw >= lost else "both_parents" if slot.mother < 0 and draw < 0.03 else "one_parent"
        return {"marital": slot.marital if age >= 12 else "single", "orphan": orphan}

    def _health(self, slot: Slot, age: int, day: date, rng: Random) -> Sheet:
        draw = rng.random()
        some, severe = self.difficulty[age]
        disability = 0 if draw >= some else 1 if draw >= severe else 2 if draw >= severe / 4 else 3
        draw = rng.random()
        ill = draw < (0.02 if age < 18 else 0.05 if age < 45 else 0.17 if age < 65 else 0.34)
        # 0.5 % of adults live with HIV (assumed, about the national rate of the time).
        return Sheet(
            "health", day, {"disability": disability, "chronic_illness": ill, "hiv": 18 <= age < 60 and draw > 0.995}
        )

    def _maternity(self, slot: Slot, day: date, asked: int, nursing: int, rng: Random) -> Sheet:
        delivery = NOT_APPLICABLE
        if slot.pregnant:
            left = 3 + int(rng.random() * 267)
            delivery = date.fromordinal(self.today + left)
            # Known at the sitting only if the pregnancy had begun; asked again since, when it had not.
            earliest = self.today + left - 270
            if asked < earliest:
                day = date.fromordinal(earliest + int(rng.random() * (self.today - earliest + 1)))
        elif nursing and asked < nursing - 730:  # asked again since the birth
            day = date.fromordinal(nursing - 730 + int(rng.random() * (self.today - nursing + 731)))
        feeds = nursing >= day.toordinal() >= nursing - 730 > 0 and rng.random() < 0.9
        until = date.fromordinal(nursing) if feeds else NOT_APPLICABLE
        return Sheet("maternity", day, {"expected_delivery": delivery, "breastfeeding_until": until})

    def _schooling(self, slot: Slot, age: int, day: date, poor: bool, place: str, rng: Random) -> Sheet:
        draw = rng.random()
        attends = not slot.abroad and draw < _ATTENDANCE.get(age, 0.0) * (0.93 if poor and age > 5 else 1.0)
        grade, school = 0, ""
        if attends:
            if age > 5:
                grade = min(12, max(1, age - 5 - bisect_right(_LATE, rng.random())))
            kind = "preschool" if grade == 0 else "primary" if grade <= 6 else "lower" if grade <= 9 else "upper"
            school = self.texts[kind].format(place=place)
        if age >= 15:
            literate = rng.random() < self.literacy[slot.sex][age]
        else:
            literate = grade >= 3 or (age >= 10 and rng.random() < 0.6)
        return Sheet("schooling", day, {
            "in_school": attends, "grade": grade, "school": school, "literate": literate,
            "reading_help": age >= 15 and not literate and draw < 0.9,
        })  # fmt: skip

    def _work(self, slot: Slot, age: int, day: date, asked: int, pupil: bool, rng: Random) -> Sheet:
        if age < 15 or pupil:
            occupation = "pupil" if pupil and age >= 5 else "none"
            return Sheet("work", day, {
                "occupation": occupation, "employment": "inactive", "seeking_work": False,
                "migration": "abroad" if slot.abroad else "none", "returned_on": NOT_APPLICABLE, "nssf_member": False,
                "civil_servant": False, "veteran": False,
            })  # fmt: skip
        random = rng.random
        draw = random()
        migration, back = "none", NOT_APPLICABLE
        if slot.abroad:
            migration, occupation = "abroad", _ABROAD[int(draw * len(_ABROAD))]
            employment = "employed"
        elif age >= 75 or (age >= 62 and draw < 0.5):
            occupation, employment = "none", "unable" if draw < 0.3 else "inactive"
        else:
            occupation = self.codes[bisect_right(self.reached, random() * self.reached[-1])]
            occupation = _INSTEAD[slot.sex].get(occupation, occupation)
            employment = "unemployed" if occupation == "none" and draw < 0.6 else _EMPLOYMENT[occupation]
            if draw > 0.96 and age < 50:
                migration, back = "returned", date.fromordinal(asked - int(random() * 900))
            elif draw > 0.945 and age < 45:
                migration = "leaving"
        wants = 0.6 if employment == "unemployed" else 0.15 if employment in ("casual", "seasonal") else 0.03
        civil = occupation in ("public_servant", "teacher")
        insured = employment == "employed" and not civil and not slot.abroad
        return Sheet("work", day, {
            "occupation": occupation, "employment": employment,
            "seeking_work": not slot.abroad and age < 62 and random() < wants, "migration": migration,
            "returned_on": back, "nssf_member": insured and draw < 0.35, "civil_servant": civil,
            "veteran": slot.sex == "M" and age >= 40 and 0.5 <= draw < 0.54,
        })  # fmt: skip

    @staticmethod
    def _needs(slot: Slot, age: int, poor: bool, rng: Random) -> dict[str, Value]:
        random = rng.random
        skills: list[str] = []
        if age >= 15:
            skills.append(_SKILLS[int(random() ** 2 * len(_SKILLS))])
            if random() < 0.25:
                other = _SKILLS[int(random() * len(_SKILLS))]
                skills = sorted({skills[0], other})
        needs: list[str] = []
        if random() < (0.7 if poor else 0.35):
            codes: Sequence[str] = _NEEDS if age >= 15 else _CHILD_NEEDS
            needs.append(codes[int(random() * len(codes))])
            if age >= 60 and random() < 0.5:
                needs = sorted({*needs, "old_age_support"})
        return {"skills": skills if age >= 15 and random() < 0.8 else [], "needs": needs}


def _difficulty(figures: Figures, age: int) -> tuple[float, float]:
    for first, last, some, severe in figures.disability:
        if first <= age <= last:
            return some, severe
    return figures.disability[-1][2:]


def _literacy(share: float, sex: str, weights: Sequence[float]) -> list[float]:
    """Literacy by age: falling with the year of birth, so that it is the published share over all of 15 and more."""
    slope = 0.05 if sex == "M" else 0.075
    whole = math.fsum(weights[15:])

    def curve(level: float) -> list[float]:
        return [1 / (1 + math.exp(-(level - slope * (age - 30)))) for age in range(OLDEST + 30)]

    low, high = -6.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        mean = math.fsum(p * w for p, w in zip(curve(middle)[15:], weights[15:], strict=False)) / whole
        low, high = (middle, high) if mean < share else (low, middle)
    return curve(low)


def no_maternity(day: date) -> Sheet:
    """What is kept of a man, a child, an old woman: it does not apply."""
    return Sheet("maternity", day, {"expected_delivery": NOT_APPLICABLE, "breastfeeding_until": NOT_APPLICABLE})


def not_asked(sex: str, born: int, first: int, last: int) -> frozenset[str]:
    """The facts that do not apply to somebody, by sex and age, on one or both of two days (ordinals)."""
    return _beyond(sex, int((first - 1 - born) / DAYS_A_YEAR), int((last + 1 - born) / DAYS_A_YEAR))


@cache
def _beyond(sex: str, younger: int, older: int) -> frozenset[str]:
    asked = {**_ASKED_AT, **{fact: ages if sex == "F" else _NEVER for fact, ages in _ASKED_OF_WOMEN.items()}}
    return frozenset(fact for fact, (low, high) in asked.items() if younger < low or older > high)


def drop_some(
    sheets: list[Sheet],
    gap: int,
    share: float,
    rng: Random,
    keep: Mapping[str, Value],
    settled: frozenset[str] = frozenset(),
) -> int:
    """Take away that share of the answers, as if they had not been given; returns the gap to go on with.

    `gap` is how many answers stay before the next is taken away: one draw for every twenty answers.
    An answer equal to one in `keep` stays (a migrant abroad is counted in a published total), and so does what is
    `settled` without being asked: what does not apply is never missing.
    """
    for sheet in sheets:
        answers = sheet.answers
        count = len(answers)
        taken: list[str] = []
        while gap < count:
            fact = list(answers)[gap]
            of_pupils = fact in ("grade", "school") and answers.get("in_school") is False
            of_returned = fact == "returned_on" and answers.get("migration", "returned") != "returned"
            if keep.get(fact) != answers[fact] and fact not in settled and not of_pupils and not of_returned:
                taken.append(fact)
            gap += next_gap(share, rng)
        gap -= count
        for fact in taken:
            del answers[fact]
    return gap


def next_gap(share: float, rng: Random) -> int:
    """Answers up to and with the next missing one, drawn geometrically."""
    return 1 + int(math.log(1.0 - rng.random()) / math.log(1.0 - share))
