"""The published figures a population is made from, and how they are read from the country pack.

Shape of `pilot.yaml` (a mapping; every figure stands there with its source, none in code):

    round: {code: "2010", from: 2010-01-01, to: 2014-12-31}      # the ID-Poor round that gives the levels
    bands: [[18, 24], [25, 35], [36, 45], [46, 60], [61, 120]]   # ages of the adult bands, both included
    communes:
      - {code: "170101", name: {km: …, en: Char Chhuk}, villages: 20, families: 1908, persons: {F: 4883, M: 4624},
         adults: {F: [811, 965, 555, 669, 254], M: [876, 952, 499, 464, 199]}, id_poor: {1: 108, 2: 252},
         migrants: {F: 206, M: 415}, electricity: 21.15, latrines: 397, cattle: [826, 1788], under_1ha: 301}
         # villages: how many there were in the round, numbered 01 … ; or a list of their codes
         # electricity: percent of families; latrines, under_1ha: families; cattle: families raising, head
    pyramid: {on: 2008-03-03, groups: [[0, 4, 41799, 44271], …], # census: from age, to age, women, men
              dent: {from: 1975-04-17, to: 1979-01-07, births: 0.62}}  # optional: births of these days against others
    household_sizes: {1: 3, 2: 7, 3: 12, …}                      # percent of households
    shares: {female_head: 0.24, pregnant: 0.018, phone: 0.70, …} # see `SHARES`
    disability: [[0, 14, 0.015, 0.006], [15, 29, 0.030, 0.009], …]  # from age, to age, any difficulty, at least a lot
    literacy: {F: 0.618, M: 0.762}                               # of 15 and over
    occupations: {farmer: 70, …}                                 # of adults who work here, percent
    texts: {address: "ផ្ទះលេខ {house} ក្រុមទី {group}", primary: "បឋមសិក្សា {place}", …}  # police, registrar: issuers
    enrolments: [{programme: HEF, to: poor, unit: person, share: 0.8, ended: 0.1}, …]   # see pilot.enrolled

`read_villages` reads the list of villages of the round (one row a village with its poor households).
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

OLDEST: Final = 95  # single years of age 0–95; the oldest stand in the last
SEXES: Final = ("F", "M")
DAYS_A_YEAR: Final = 365.25

SHARES: Final[Mapping[str, float]] = {
    "female_head": 0.24,
    "pregnant": 0.018,  # of persons
    "phone": 0.70,  # of households
    "id_card": 0.85,  # of persons of 15 and over
    "birth_certificate": 0.70,  # of children under five
    "no_papers": 0.03,  # of persons, whatever their age
    "missing": 0.05,  # of answers
    "never_assessed": 0.05,  # of households that are not ID-Poor
    "stale": 0.12,  # of households not visited for more than a year
    "died": 0.006,  # persons dead before the day, for each present one
    "left": 0.006,  # the same for persons who left their household
    "family_book": 0.85,
    "near_poor": 0.15,  # of households that are not ID-Poor
}


class FiguresWrong(ValueError):
    """A figure is missing or contradicts another; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Village:
    """One village with its households of ID-Poor 1 and 2; `households` None: a share of the commune's.

    `line` is where it stands in its file, 0 when it is from none.
    """

    code: str
    poor_1: int
    poor_2: int
    households: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Homes:
    """What is known of a commune's houses, as shares of its families; None where no figure was found."""

    electricity: float = 0.04
    latrine: float = 0.14
    cattle: float = 0.49
    cattle_head: float = 2.3  # head of cattle in a family that raises any
    under_1ha: float = 0.21


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune: families; persons by sex; adults by sex and band; ID-Poor by level; migrants abroad by sex."""

    code: str
    name: str
    villages: tuple[str, ...]
    families: int
    persons: Mapping[str, int]
    adults: Mapping[str, tuple[int, ...]]
    poor: Mapping[int, int]
    migrants: Mapping[str, int]
    homes: Homes


@dataclass(frozen=True, slots=True)
class Group:
    """Five-year age group of the census: density of each sex per single year of age."""

    first: int
    last: int
    density: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Dent:
    """Days of birth of which few are alive: first and last, and how many to a day against the years beside."""

    first: date
    last: date
    births: float


@dataclass(frozen=True, slots=True)
class EnrolmentRule:
    """Who of the population is in a programme: `to` is a group of `pilot.enrolled`, `share` of it, `ended` of those."""

    programme: str
    to: str
    unit: str
    share: float
    ended: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything `generate` is calibrated to. Made by `Figures.read`; see the module for the file's shape."""

    communes: tuple[Commune, ...]
    bands: tuple[tuple[int, int], ...]
    pyramid_on: date
    pyramid: tuple[Group, ...]
    sizes: Mapping[int, float]
    shares: Mapping[str, float]
    disability: tuple[tuple[int, int, float, float], ...]
    literacy: Mapping[str, float]
    occupations: Mapping[str, float]
    round_code: str
    round_from: date
    round_to: date
    texts: Mapping[str, str]
    enrolments: tuple[EnrolmentRule, ...] = ()
    dent: Dent | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Figures":
        """From the mapping of the country pack. Raises FiguresWrong, naming the commune and the figure."""
        try:
            return cls(
                communes=tuple(_commune(row, len(data["bands"])) for row in data["communes"]),
                bands=tuple((int(first), int(last)) for first, last in data["bands"]),
                pyramid_on=data["pyramid"]["on"],
                pyramid=tuple(_group(*row) for row in data["pyramid"]["groups"]),
                sizes={int(size): float(share) for size, share in data["household_sizes"].items()},
                shares={**SHARES, **_shares(data.get("shares", {}))},
                disability=tuple((int(a), int(b), float(c), float(d)) for a, b, c, d in data["disability"]),
                literacy={sex: float(data["literacy"][sex]) for sex in SEXES},
                occupations={str(code): float(share) for code, share in data["occupations"].items()},
                round_code=str(data["round"]["code"]),
                round_from=data["round"]["from"],
                round_to=data["round"]["to"],
                texts={str(code): str(text) for code, text in data["texts"].items()},
                enrolments=tuple(_rule(row) for row in data.get("enrolments", ())),
                dent=_dent(data["pyramid"].get("dent")),
            )
        except KeyError as missing:
            raise FiguresWrong(f"pilot figures: {missing} is missing; see pilot/figures.py for the shape") from missing


def _shares(data: Mapping[str, Any]) -> dict[str, float]:
    unknown = set(data) - set(SHARES)
    if unknown:
        raise FiguresWrong(f"pilot figures, shares: {sorted(unknown)} not known; known are {sorted(SHARES)}")
    return {code: float(share) for code, share in data.items()}


def _group(first: int, last: int, women: float, men: float) -> Group:
    # The open group at the end is spread by `Pyramid`, not flat.
    years = last - first + 1
    return Group(first, last, {"F": women / years, "M": men / years})


def _dent(row: Mapping[str, Any] | None) -> Dent | None:
    return None if row is None else Dent(row["from"], row["to"], float(row["births"]))


def _rule(row: Mapping[str, Any]) -> EnrolmentRule:
    unit = str(row["unit"])
    if unit not in ("person", "household"):
        raise FiguresWrong(f"pilot figures, enrolments of {row['programme']}: unit {unit!r} is not person or household")
    return EnrolmentRule(str(row["programme"]), str(row["to"]), unit, float(row["share"]), float(row["ended"]))


def _commune(row: Mapping[str, Any], bands: int) -> Commune:
    code = str(row["code"])
    listed = row["villages"]
    villages = tuple(map(str, listed)) if isinstance(listed, list) else _numbered(code, int(listed))
    persons = {sex: int(row["persons"][sex]) for sex in SEXES}
    adults = {sex: tuple(map(int, row["adults"][sex])) for sex in SEXES}
    families = int(row["families"])
    poor = {level: int(row["id_poor"][level]) for level in (1, 2)}
    for sex in SEXES:
        if len(adults[sex]) != bands or sum(adults[sex]) > persons[sex]:
            raise FiguresWrong(f"commune {code}: adults {sex} are not {bands} bands within {persons[sex]} persons")
    if sum(poor.values()) > families or families > sum(map(sum, adults.values())):
        raise FiguresWrong(f"commune {code}: {families} families cannot hold the poor or lack an adult each")
    return Commune(
        code, _name(row), villages, families, persons, adults, poor, {sex: int(row["migrants"][sex]) for sex in SEXES},
        _homes(row, families),
    )  # fmt: skip


def _numbered(code: str, count: int) -> tuple[str, ...]:
    return tuple(f"{code}{number:02d}" for number in range(1, count + 1))


def _name(row: Mapping[str, Any]) -> str:
    name = row.get("name", row["code"])
    return str(name["km"] if isinstance(name, Mapping) else name)


def _homes(row: Mapping[str, Any], families: int) -> Homes:
    known: dict[str, float] = {}
    if "electricity" in row:
        known["electricity"] = float(row["electricity"]) / 100
    if "latrines" in row:
        known["latrine"] = float(row["latrines"]) / families
    if "under_1ha" in row:
        known["under_1ha"] = float(row["under_1ha"]) / families
    if "cattle" in row:
        raising, head = row["cattle"]
        known["cattle"] = min(1.0, float(raising) / families)
        known["cattle_head"] = float(head) / float(raising) if raising else 0.0
    return Homes(**known)


_COLUMNS: Final = ("village_code", "poor1_households", "poor2_households", "est_all_households")


def read_villages(path: Path) -> list[Village]:
    """The villages of a round from a CSV with the columns village_code, poor1_households, poor2_households,
    est_all_households. Raises FiguresWrong with the line of the first row that does not fit."""
    with path.open(encoding="utf-8-sig", newline="") as lines:  # Excel writes a mark before the first column
        rows = csv.DictReader(lines)
        try:
            lacking = [column for column in _COLUMNS if column not in (rows.fieldnames or ())]
            if lacking:
                raise FiguresWrong(f"{path}: the columns {', '.join(lacking)} are missing in the first line")
            villages = [_village(row, path, rows.line_num) for row in rows]
        except csv.Error as wrong:
            raise FiguresWrong(f"{path}, line {rows.line_num + 1}: this is no CSV file ({wrong})") from wrong
    seen: set[str] = set()
    for village in villages:
        if village.code in seen:
            raise FiguresWrong(f"{path}, line {village.line}: village {village.code} is there twice")
        seen.add(village.code)
    return villages


def _village(row: Mapping[str, str], path: Path, line: int) -> Village:
    try:
        first, second, households = (int(row[column]) for column in _COLUMNS[1:])
    except (TypeError, ValueError) as wrong:  # TypeError: the row is too short
        raise FiguresWrong(f"{path}, line {line}: a count is not a whole number") from wrong
    if min(first, second) < 0 or first + second > households:
        raise FiguresWrong(
            f"{path}, line {line}: {households} households cannot be {first} of ID-Poor 1 and {second} of ID-Poor 2"
        )
    return Village(row[_COLUMNS[0]] or "", first, second, households, line)


def in_commune(villages: Sequence[Village], commune: str) -> list[Village]:
    """The villages whose code begins with the commune's."""
    return [village for village in villages if village.code.startswith(commune)]
