"""What the generator yields: plain records, in the registry's words, ready to be stored.

Codes (relations, kinds of documents, facts and their values) are those of the country pack.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

Sex = Literal["F", "M"]
Value = bool | int | float | str | date | list[str]

# The value of a date fact that "does not apply" (`none` in a rule), as the wide row stores it: 0001-01-01.
# It is an answer, unlike a fact that is absent from every sheet, which is missing.
NOT_APPLICABLE: Final = date.min


@dataclass(slots=True)
class Sheet:
    """The answers of one sitting: fact code to value. An absent fact was not answered."""

    topic: str
    observed_on: date
    answers: dict[str, Value]


@dataclass(slots=True)
class Document:
    """A paper shown to the clerk; `valid_to` None means without end."""

    kind: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None = None


@dataclass(slots=True)
class Person:
    """One person and the membership in the household that carries it.

    `key` is stable for a seed: village, household, place in it ("17010101-0001-1").
    `birth_date` is as recorded: 1 January for precision year and estimated, the 1st for month.
    `left_on` is the last day of the membership; a person who died keeps it open and has `died_on`.
    """

    key: str
    family_name_km: str
    given_name_km: str
    family_name_latin: str
    given_name_latin: str
    sex: Sex
    birth_date: date
    birth_precision: str
    relation: str
    joined_on: date
    left_on: date | None = None
    died_on: date | None = None
    phone: str = ""
    documents: list[Document] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)

    def is_present(self, on: date) -> bool:
        """Whether the person is a member on the day: joined, not left, not dead before it."""
        if self.joined_on > on or self.birth_date > on:
            return False
        return (self.left_on is None or self.left_on >= on) and (self.died_on is None or self.died_on >= on)


@dataclass(slots=True)
class Poverty:
    """One poverty status: level 0–3, both ends of its validity included. `demo` marks an invented validity."""

    level: int
    round: str
    card_number: str
    valid_from: date
    valid_to: date
    recorded_on: date
    demo: bool = True


@dataclass(slots=True)
class Enrolment:
    """Who is in which programme, from–to; `member` is a person's key, or None when the household is enrolled."""

    programme: str
    member: str | None
    valid_from: date
    valid_to: date | None = None


@dataclass(slots=True)
class Household:
    """One household with all that belongs to it. The first member is the head.

    `unit_code` is the village; `folder` a hint for the folder number (village and running number);
    `scenario` names the planted household of `pilot.scenarios`, else "".
    """

    key: str
    unit_code: str
    folder: str
    address: str
    phone: str
    formed_on: date
    members: list[Person]
    sheets: list[Sheet] = field(default_factory=list)
    poverty: list[Poverty] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    scenario: str = ""

    def present(self, on: date) -> list[Person]:
        """The members present on the day."""
        return [member for member in self.members if member.is_present(on)]
