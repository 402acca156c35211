"""One household of the plan becomes people with names, birthdays, papers and answers.

Each household has a random stream of its own, so that an edit of the figures of one commune leaves the people of the
others as they were. One generator object is set anew for each household: making one is what would take the time.
"""

import hashlib
from datetime import date
from random import Random
from typing import Final

from pilot.answers import Answers, drop_some, next_gap, no_maternity, not_asked
from pilot.enrolled import enrol
from pilot.figures import DAYS_A_YEAR, OLDEST, Figures
from pilot.homes import sheets_of
from pilot.names import Name, Names, spelling
from pilot.people import Document, Household, Person, Poverty, Sheet, Value
from pilot.plan import Area, Home, Slot

_KEPT: Final[dict[str, Value]] = {"migration": "abroad"}
# The prefix 91 is written as a telephone number is; no operator was found that gives it out, so no number is anybody's.
_PHONE: Final = "+85591{:06d}"
_ID_CARD: Final = "{:09d}"
_ID_FIRST: Final = 700_000_000  # nine digits, each village has 20,000 of them


class Maker:
    """Makes households; its tables are read-only but for the running number of villages."""

    def __init__(self, figures: Figures, names: Names, answers: Answers, on: date, seed: int) -> None:
        self.figures = figures
        self.names = names
        self.answers = answers
        self.on = on
        self.today = on.toordinal()
        self.seed = seed
        self.shares = figures.shares
        self.rng = Random()
        self.births = [_birthdays(on, age) for age in range(OLDEST + 1)]
        self.villages: dict[str, int] = {}
        self.cards = 0
        self.police = figures.texts.get("police", "")
        self.registrar = ""
        self.gap = 0

    def household(self, home: Home, area: Area) -> Household:
        """The finished household. Which village comes first decides the numbers of identity cards, nothing else."""
        key = f"{home.village}-{home.number:04d}"
        rng = self.rng
        rng.seed(stream(self.seed, key))
        random = rng.random
        if home.village not in self.villages:
            self.villages[home.village] = len(self.villages)
            self.cards = _ID_FIRST + 20_000 * self.villages[home.village]
        self.gap = next_gap(self.shares["missing"], rng) - 1
        self.registrar = self.figures.texts.get("registrar", "").format(place=area.name)
        stale = random() < self.shares["stale"]
        asked = self.today - (380 + int(random() * 1500) if stale else int(random() * 240))
        formed = self._formed(home, rng)
        phone = (
            _PHONE.format(int(random() * 1_000_000))
            if random() < self.shares["phone"] * (0.7 if home.level else 1.13)
            else ""
        )
        address = self.figures.texts["address"].format(house=home.number, group=1 + home.number // 12)
        members = self._members(home, area, key, asked, formed, rng)
        members[0].phone = phone
        result = Household(key, home.village, key, address, phone, date.fromordinal(formed), members)
        has_book = random() < self.shares["family_book"]
        result.sheets = sheets_of(
            home.level, area.homes, len(home.slots), has_book, self.shares["near_poor"], max(asked, formed), rng
        )
        self._drop(result.sheets, rng)
        result.sheets = [sheet for sheet in result.sheets if sheet.answers]
        result.poverty = self._poverty(home, key, rng)
        result.members += self._gone(home, key, formed, members, rng)
        result.enrolments = enrol(result, home.level, self.figures.enrolments, self.on, rng)
        return result

    def _formed(self, home: Home, rng: Random) -> int:
        """Day the household began: when its head was some 22 years old, before the round of the poor for most."""
        years = min(25.0, max(0.3, home.slots[0].age - 20 - 6 * rng.random()))
        if rng.random() < 0.03:  # moved here within the last two years
            years = 2 * rng.random()
        return self.today - int(years * DAYS_A_YEAR) - 1

    def _members(self, home: Home, area: Area, key: str, asked: int, formed: int, rng: Random) -> list[Person]:
        slots = home.slots
        born = self._born(slots, rng)
        surnames = self._surnames(slots, rng)
        nursing = [0] * len(slots)
        for slot, day in zip(slots, born, strict=True):
            if slot.mother >= 0 and slot.age < 2:
                nursing[slot.mother] = max(nursing[slot.mother], day + 730)
        people: list[Person] = []
        for place, slot in enumerate(slots):
            day = born[place]
            sitting = asked
            if rng.random() < 0.05:
                sitting -= int(rng.random() * 700)
            if day > sitting - 30:  # too young to have been asked after then
                sitting = min(self.today, day + int(rng.random() * (self.today - day + 1)))
            person = self._person(slot, f"{key}-{place + 1}", surnames[place], day, max(formed, day), home.village, rng)
            sheets = self.answers.of_person(slot, day, sitting, nursing[place], home.level > 0, area.name, rng)
            settled = not_asked(slot.sex, day, sitting, self.today)
            self._drop(sheets, rng, settled)
            if "has_id_card" in settled:
                sheets.append(Sheet("documents", date.fromordinal(sitting), {"has_id_card": False}))
            person.sheets = [sheet for sheet in sheets if sheet.answers]
            people.append(person)
        return people

    def _drop(self, sheets: list[Sheet], rng: Random, settled: frozenset[str] = frozenset()) -> None:
        self.gap = drop_some(sheets, self.gap, self.shares["missing"], rng, _KEPT, settled)

    def _born(self, slots: list[Slot], rng: Random) -> list[int]:
        return [first + int(rng.random() * days) for first, days in (self.births[slot.age] for slot in slots)]

    def _surnames(self, slots: list[Slot], rng: Random) -> list[Name]:
        """Children carry the father's name; a wife keeps her own."""
        drawn = [self.names.surname(rng) for _ in slots[:2]]
        father = drawn[1] if slots[0].sex == "F" and len(slots) > 1 and slots[1].relation == "spouse" else drawn[0]
        family: list[Name] = []
        for place, slot in enumerate(slots):
            if place < 2 and slot.relation in ("head", "spouse"):
                family.append(drawn[place])
            elif _bears_the_fathers_name(slot, rng):
                family.append(father)
            else:
                family.append(self.names.surname(rng))
        return family

    def _person(self, slot: Slot, key: str, surname: Name, born: int, joined: int, village: str, rng: Random) -> Person:
        random = rng.random
        given = self.names.given(slot.sex, slot.age, rng)
        birth, precision = self._recorded(born, slot.age, random())
        person = Person(
            key, surname.km, given.km, spelling(surname, rng), spelling(given, rng), slot.sex,  # type: ignore[arg-type]
            birth, precision, slot.relation, max(birth, date.fromordinal(joined)),
        )  # fmt: skip
        draw = random()
        no_papers = self.shares["no_papers"]
        if draw < no_papers:
            return person
        draw = (draw - no_papers) / (1 - no_papers)
        age = slot.age
        if age >= 15 and draw < self.shares["id_card"]:
            self.cards += 1
            issued = self.today - int(random() * min(9.5, age - 14.9) * DAYS_A_YEAR)
            person.documents.append(Document("citizen_id", _ID_CARD.format(self.cards), self.police,
                                             date.fromordinal(issued), date.fromordinal(issued + 3652)))  # fmt: skip
        registered = random()
        share = self.shares["birth_certificate"] if age < 5 else 0.75 if age < 18 else 0.45
        if registered < share:
            issued = min(self.today, max(born + 30, _FIRST_REGISTER) + int(registered / share * 500))
            person.documents.append(
                Document(
                    "birth_certificate",
                    f"{village}/{key.removeprefix(village + '-').replace('-', '/')}",
                    self.registrar,
                    date.fromordinal(issued),
                )
            )
        return person

    def _recorded(self, born: int, age: int, draw: float) -> tuple[date, str]:
        """The birth date as it stands in the book: the older the person, the less of it is known."""
        true = date.fromordinal(born)
        unsure = 0.02 if age < 5 else 0.08 if age < 18 else 0.16 if age < 40 else 0.32 if age < 60 else 0.55
        if draw >= unsure:
            return true, "day"
        draw /= unsure
        if draw < 0.3:
            return true.replace(day=1), "month"
        if draw < 0.8 or age < 25:
            return date(true.year, 1, 1), "year"
        guess = int((draw - 0.8) / 0.2 * 5) - 2  # estimated: within two years
        return date(min(true.year + guess, self.on.year - 1), 1, 1), "estimated"

    def _poverty(self, home: Home, key: str, rng: Random) -> list[Poverty]:
        """The status of the round; of the others some were never assessed."""
        never = rng.random() < self.shares["never_assessed"]
        if home.level == 0 and never:
            return []
        begins = self.figures.round_from
        recorded = date.fromordinal(min(self.today, begins.toordinal() + 60 + int(rng.random() * 120)))
        card = f"{self.figures.round_code}-{key}" if home.level else ""
        return [Poverty(home.level, self.figures.round_code, card, begins, self.figures.round_to, recorded)]

    def _gone(self, home: Home, key: str, formed: int, members: list[Person], rng: Random) -> list[Person]:
        """Those who died or left before the day, besides the present members."""
        gone: list[Person] = []
        size = len(home.slots)
        dead, left = rng.random() < self.shares["died"] * size, rng.random() < self.shares["left"] * size
        for died in [True] * dead + [False] * left:
            age = min(OLDEST, 50 + int(rng.random() * 40)) if died else 18 + int(rng.random() * 22)
            slot = Slot("F" if rng.random() < 0.5 else "M", age, "other_relative" if died else "sibling", "married")
            first, days = self.births[age]
            born = first + int(rng.random() * days)
            begin = max(born, formed)
            end = begin + int(rng.random() * (self.today - 1 - begin)) if self.today - 1 > begin else begin
            if end >= self.today:
                continue
            place = f"{key}-{size + len(gone) + 1}"
            person = self._person(slot, place, self.names.surname(rng), born, begin, home.village, rng)
            person.documents = [paper for paper in person.documents if paper.valid_from <= date.fromordinal(end)]
            if slot.sex == "M":
                person.sheets = [no_maternity(date.fromordinal(end))]
            if died:
                person.died_on = date.fromordinal(end)
            else:
                person.left_on = date.fromordinal(end)
            gone.append(person)
        return gone


def stream(seed: int, *parts: str) -> int:
    """The start of a random stream of its own for whatever the parts name, the same on every machine."""
    return int.from_bytes(hashlib.blake2b("|".join([str(seed), *parts]).encode(), digest_size=8).digest(), "big")


def _bears_the_fathers_name(slot: Slot, rng: Random) -> bool:
    """The head's children and brothers, the father himself, and half of the grandchildren: those by a son."""
    if slot.relation == "grandchild":
        return rng.random() < 0.5
    return slot.relation in ("child", "sibling") or (slot.relation == "parent" and slot.sex == "M")


_FIRST_REGISTER: Final = date(2004, 8, 1).toordinal()  # civil registration began anew in 2004: nobody's paper is older


def _birthdays(on: date, age: int) -> tuple[int, int]:
    """The first day of birth (ordinal) and the number of days that make somebody that age on the day."""
    latest = _years_before(on, age)
    earliest = _years_before(on, age + 1).toordinal() + 1
    return earliest, latest.toordinal() - earliest + 1


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February: who was born on 1 March has the birthday only on the next day
        return date(on.year - years, 2, 28)
