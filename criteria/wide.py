"""Families as the wide rows that SQL reads: tables of their own, for cases, tests and benchmarks.

One row per person and one per household, a column per stored fact (and `_on` where an answer ages, `_to` where a date
is imprecise), beside tables of statuses and enrolments. A row is made for one date: of several memberships the one that
holds, and no answer that was given later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from sqlglot import exp

from criteria import engines
from criteria.catalogue import Catalogue, Fact, FactType
from criteria.engines import Engine
from criteria.family import Answer, Enrolment, Family, Member, Openings, Period, Status
from criteria.relations import Enrolments, Households, Persons, Relations, Statuses
from criteria.values import Range, Value

CHUNK = 200
_TYPES = {
    FactType.BOOL: "BOOLEAN",
    FactType.WHOLE: "BIGINT",
    FactType.DATE: "DATE",
    FactType.CODE: "TEXT",
    FactType.TEXT: "TEXT",
}

Cell = bool | int | Decimal | str | date | frozenset[str] | None


class WideTables:
    """Four tables under a common prefix: `<prefix>persons`, `households`, `statuses`, `enrolments`."""

    def __init__(self, catalogue: Catalogue, engine: Engine, prefix: str = "") -> None:
        self.catalogue = catalogue
        self.engine = engine
        self.prefix = prefix
        facts = [fact for fact in catalogue.facts if fact.stored and not fact.status]
        self.person_facts = [fact for fact in facts if fact.of == "person"]
        self.household_facts = [fact for fact in facts if fact.of == "household"]
        self.statuses = [fact for fact in catalogue.facts if fact.status]

    def relations(self, openings: Openings | None = None, *, keep_empty: bool = False) -> Relations:
        """How the compiler finds these tables."""
        return Relations(
            Persons(f"{self.prefix}persons"),
            Households(f"{self.prefix}households"),
            {fact.code: Statuses(f"{self.prefix}status_{fact.code}") for fact in self.statuses},
            Enrolments(f"{self.prefix}enrolments"),
            openings or {},
            keep_empty=keep_empty,
        )

    # --- tables ----------------------------------------------------------------------------------------------------

    def columns(self) -> dict[str, list[tuple[str, str]]]:
        """Table → its columns with their types."""
        person = [
            ("person_id", "TEXT"), ("household_id", "TEXT"), ("unit_code", "TEXT"), ("joined_on", "DATE"),
            ("left_on", "DATE"), ("died_on", "DATE"), ("birth_from", "DATE"), ("birth_to", "DATE"),
        ]  # fmt: skip
        household = [("household_id", "TEXT"), ("unit_code", "TEXT")]
        period = [("valid_from", "DATE"), ("valid_to", "DATE")]
        found = {
            "persons": person + [column for fact in self.person_facts for column in self.fact_columns(fact)],
            "households": household + [column for fact in self.household_facts for column in self.fact_columns(fact)],
            "enrolments": [
                ("person_id", "TEXT"), ("household_id", "TEXT"), ("unit_code", "TEXT"), ("programme", "TEXT"), *period,
            ],
        }  # fmt: skip
        for fact in self.statuses:
            level = "BIGINT" if fact.stored_as_number or fact.type is FactType.WHOLE else "TEXT"
            found[f"status_{fact.code}"] = [
                ("household_id", "TEXT"), ("unit_code", "TEXT"), ("level", level), *period, ("recorded_at", "TEXT"),
            ]  # fmt: skip
        return found

    def fact_columns(self, fact: Fact) -> list[tuple[str, str]]:
        if fact.type is FactType.DECIMAL:
            kind = "DECIMAL(18,4)"
        elif fact.type is FactType.SET:
            kind = "TEXT[]"
        else:
            kind = "BIGINT" if fact.stored_as_number else _TYPES[fact.type]
        found = [(fact.code, kind)]
        if fact.imprecise:
            found.append((f"{fact.code}_to", kind))
        if ages(fact):
            found.append((f"{fact.code}_on", "DATE"))
        return found

    def create(self, temporary: bool = True) -> Iterator[str]:
        """CREATE TABLE statements."""
        for name, columns in self.columns().items():
            schema = exp.Schema(
                this=exp.to_table(f"{self.prefix}{name}"),
                expressions=[
                    exp.ColumnDef(this=exp.to_identifier(column, quoted=True), kind=exp.DataType.build(kind))
                    for column, kind in columns
                ],
            )
            properties = exp.Properties(expressions=[exp.TemporaryProperty()]) if temporary else None
            yield self.engine.text(exp.Create(this=schema, kind="TABLE", properties=properties))

    def clear(self) -> Iterator[str]:
        """DELETE statements."""
        for name in self.columns():
            yield self.engine.text(exp.Delete(this=exp.to_table(f"{self.prefix}{name}")))

    # --- rows ------------------------------------------------------------------------------------------------------

    def insert(self, families: Iterable[Family], as_of: date) -> Iterator[str]:
        """INSERT statements of the rows as they are on a date."""
        rows: dict[str, list[list[Cell]]] = {name: [] for name in self.columns()}
        for family in families:
            self._family(family, as_of, rows)
        for name, cells in rows.items():
            for start in range(0, len(cells), CHUNK):
                yield self._insert(name, cells[start : start + CHUNK])

    def _insert(self, name: str, rows: Sequence[Sequence[Cell]]) -> str:
        tuples = [exp.Tuple(expressions=[self._cell(cell) for cell in row]) for row in rows]
        target = exp.to_table(f"{self.prefix}{name}")
        return self.engine.text(exp.Insert(this=target, expression=exp.Values(expressions=tuples)))

    def _cell(self, cell: Cell) -> exp.Expr:
        if cell is None:
            return engines.null()
        if isinstance(cell, bool):
            return engines.boolean(cell)
        if isinstance(cell, int | Decimal):
            return engines.number(cell)
        if isinstance(cell, str):
            return engines.text(cell)
        if isinstance(cell, date):
            return engines.day(cell)
        items = exp.Array(expressions=[engines.text(code) for code in sorted(cell)])
        return exp.Cast(this=items, to=exp.DataType.build("TEXT[]"))

    def _family(self, family: Family, as_of: date, rows: dict[str, list[list[Cell]]]) -> None:
        household = family.id if family.is_household else None
        if family.is_household:
            stored = self._answers(family.answers, self.household_facts, as_of)
            rows["households"].append([family.id, family.place, *stored])
        for member in family.members:
            rows["persons"].append(self._person(family, member, household, as_of))
        for enrolment in family.enrolments:
            rows["enrolments"].append(self._enrolment(family, enrolment))
        for fact in self.statuses:
            for status in family.statuses.get(fact.code, ()):
                rows[f"status_{fact.code}"].append(self._status(family, fact, status))

    def _person(self, family: Family, member: Member, household: str | None, as_of: date) -> list[Cell]:
        period = next((p for p in member.memberships if p.includes(as_of)), None)
        period = period or (member.memberships[-1] if member.memberships else Period(date.max, date.min))
        birth = member.birth or (None, None)
        row: list[Cell] = [
            f"{family.id}/{member.id}",
            household,
            family.place,
            period.start,
            period.end,
            member.died_on,
        ]
        return [*row, *birth, *self._answers(member.answers, self.person_facts, as_of)]

    @staticmethod
    def _enrolment(family: Family, enrolment: Enrolment) -> list[Cell]:
        person = None if enrolment.member is None else f"{family.id}/{enrolment.member}"
        household = family.id if enrolment.member is None else None
        period = enrolment.period
        return [person, household, family.place, enrolment.programme, period.start, period.end]

    def _status(self, family: Family, fact: Fact, status: Status) -> list[Cell]:
        numeric = fact.stored_as_number or fact.type is FactType.WHOLE
        level: Cell = int(status.level) if numeric else str(status.level)
        return [family.id, family.place, level, status.period.start, status.period.end, status.recorded]

    def _answers(self, answers: object, facts: Sequence[Fact], as_of: date) -> list[Cell]:
        assert isinstance(answers, dict)
        cells: list[Cell] = []
        for fact in facts:
            answer = answers.get(fact.code) or Answer(None)
            later = answer.observed_on is not None and answer.observed_on > as_of
            value = None if later and not fact.timeless else answer.value
            cells += self._value(fact, value)
            if ages(fact):
                cells.append(answer.observed_on)
        return cells

    @staticmethod
    def _value(fact: Fact, value: Value) -> list[Cell]:
        if isinstance(value, Range):
            return [value.low, value.high] if fact.imprecise else [value.low]
        if fact.stored_as_number and isinstance(value, str):
            return [int(value)]
        return [value, None] if fact.imprecise else [value]


def ages(fact: Fact) -> bool:
    """Answers to this fact grow too old, so the day they were given is a column."""
    return fact.good_for is not None or fact.school_year
