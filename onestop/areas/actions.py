"""What writes places: loading a gazetteer, and moving everything of one unit to another code.

Neither takes `by=`: both run on the server, as the owner of the schema, before or beside the office's work. The command
that calls `transfer` writes the journal's line in the same transaction (the journal is a room above this one).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from onestop.areas.choices import RowOutcome
from onestop.areas.gazetteer import GazetteerUnit, Reading
from onestop.areas.models import AdministrativeUnit, UnitCodeField
from onestop.areas.names import latin_key, search_key
from onestop.areas.scope import range_of
from onestop.areas.text import sort_key

MOST_CLOSED = 0.1  # a load that would close a larger part of the open units is taken for a damaged file
BATCH = 2_000


class AreasRefused(Exception):
    """A load or a transfer was refused and nothing was written. The message says why and what to do."""


# Loading -------------------------------------------------------------------------------------------------------------
_TEXTS = ("level", "kind", "name_km", "name_latin", "parent_code", "source", "other_names")
_PERIOD = ("valid_from", "valid_to", "successors", "successor_known")
_MADE = ("name_sort", "search_km", "search_latin", "search_other")


@transaction.atomic
def load(reading: Reading, *, close_many: bool = False) -> dict[str, list[str]]:
    """Bring the table of units to what the gazetteer says; returns the codes by outcome (RowOutcome).

    On the first load units have no beginning; units that a later edition brings begin on its day, units it lacks end
    on the day before it and have no known successor. A unit that `transfer` closed stays closed. Loading the same
    again changes nothing. Raises AreasRefused when more than a tenth of the open units would be closed, unless told so.
    """
    present = {unit.code: unit for unit in AdministrativeUnit.objects.defer(*_MADE)}
    outcome: dict[str, list[str]] = {str(name): [] for name in RowOutcome.values}
    added, changed = [], []
    for code, unit in sorted(reading.units.items()):
        old = present.get(code)
        new = _wanted(unit, old, began=reading.on if present else None)
        if old is None:
            added.append(with_keys(new))
            outcome[RowOutcome.ADDED].append(code)
        elif any(getattr(old, name) != getattr(new, name) for name in (*_TEXTS, *_PERIOD)):
            changed.append(with_keys(new))
            reopened = old.valid_to is not None and new.valid_to is None
            outcome[RowOutcome.REOPENED if reopened else RowOutcome.CHANGED].append(code)
        else:
            outcome[RowOutcome.UNCHANGED].append(code)
    gone = [unit for code, unit in sorted(present.items()) if code not in reading.units and unit.valid_to is None]
    still_open = sum(unit.valid_to is None for unit in present.values())
    if len(gone) > still_open * MOST_CLOSED and not close_many:
        raise AreasRefused(
            _(
                "The gazetteer lacks %(gone)d of the %(open)d units that are open today. A file cut short looks like "
                "this, so nothing was written. If it is right: areas load --close-many."
            )
            % {"gone": len(gone), "open": still_open}
        )
    last = reading.on - timedelta(days=1)
    for closed in gone:
        closed.valid_to = max(last, closed.valid_from or last)
        closed.successor_known = False
        outcome[RowOutcome.CLOSED].append(closed.code)
    _copy_in(added)
    AdministrativeUnit.objects.bulk_update(changed, [*_TEXTS, *_PERIOD, *_MADE], batch_size=BATCH)
    AdministrativeUnit.objects.bulk_update(gone, ["valid_to", "successor_known"], batch_size=BATCH)
    return outcome


def _copy_in(units: list[AdministrativeUnit]) -> None:
    """Insert many units: COPY takes a tenth of the time of INSERT, and this table has no wall that would forbid it."""
    columns = ["code", *_TEXTS, *_PERIOD, *_MADE]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(AdministrativeUnit._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for unit in units:
            copy.write_row([getattr(unit, name) for name in columns])


def _wanted(unit: GazetteerUnit, old: AdministrativeUnit | None, *, began: date | None) -> AdministrativeUnit:
    """The row a unit of the gazetteer shall have, given the row it has."""
    begins = unit.valid_from or (old.valid_from if old else began)
    ends, successors, known = unit.valid_to, list(unit.successors), unit.successor_known
    if old and old.successors and not unit.successors:  # closed by a transfer: the office knows more than the list
        ends, successors, known = old.valid_to, old.successors, old.successor_known
    return AdministrativeUnit(
        code=unit.code,
        level=unit.level,
        kind=unit.kind,
        name_km=unit.name,
        name_latin=unit.name_latin,
        parent_code=unit.parent_code,
        source=unit.source,
        other_names=list(unit.other_names),
        valid_from=begins if not (unit.valid_to and not unit.valid_from) else unit.valid_from,
        valid_to=ends,
        successors=successors,
        successor_known=known,
    )


def with_keys(unit: AdministrativeUnit) -> AdministrativeUnit:
    """The same unit with the keys made from its names."""
    unit.name_sort = sort_key(unit.name_km or unit.name_latin)
    unit.search_km, unit.search_latin = search_key(unit.name_km), latin_key(unit.name_latin)
    unit.search_other = " ".join(filter(None, (search_key(name) for name in unit.other_names)))
    return unit


# Transfer ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class UnitColumn:
    """A column that holds unit codes; `many` when it is an array of them."""

    table: str
    column: str
    many: bool = False


def unit_columns() -> list[UnitColumn]:
    """Every column that holds codes of present units, by table.

    The fields of the models (UnitCodeField, alone or in an array), and every column called unit_code of a table that
    no model describes: the wide rows of facts, keys of the search, the history of rows. What ends in `_then` tells
    where something lay at its time and stays. The units themselves are closed, not re-keyed.
    """
    columns = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            inner = field.base_field if isinstance(field, ArrayField) else field
            if isinstance(inner, UnitCodeField) and not field.name.endswith("_then"):
                columns.add(UnitColumn(model._meta.db_table, field.name, isinstance(field, ArrayField)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
            " AND a.attname = 'unit_code' AND NOT a.attisdropped"
        )
        columns |= {UnitColumn(table, column) for table, column in cursor.fetchall()}
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        there = {name for (name,) in cursor.fetchall()}
    units = AdministrativeUnit._meta.db_table
    found = [column for column in columns if column.table in there and column.table != units]
    return sorted(found, key=lambda column: (column.table, column.column))


@dataclass(frozen=True)
class Transfer:
    """What a transfer does or has done: rows per table and column, and the units it closes."""

    old: AdministrativeUnit
    new: AdministrativeUnit
    rows: dict[UnitColumn, int]
    closed: list[str]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def transfer(old_code: str, new_code: str, *, on: date, write: bool) -> Transfer:
    """Re-key a unit and everything below it, in every table, in one transaction.

    The old unit and the units below it end on the day before `on` and name their successors. With write=False only
    counts. Must run outside the walls (as the owner): the application's role cannot write history. Raises AreasRefused
    when a code is no unit, both are the same or of different levels, a unit that holds rows has no counterpart, or the
    new unit has a row already that does not allow a second.
    """
    try:
        return _transfer(old_code, new_code, on, write)
    except IntegrityError as error:
        clash = getattr(error.__cause__, "diag", None)
        raise AreasRefused(
            _("A row of %(table)s cannot lie in both units (%(rule)s). End or void one of them, then transfer again.")
            % {"table": getattr(clash, "table_name", "?"), "rule": getattr(clash, "constraint_name", "?")}
        ) from error


def _transfer(old_code: str, new_code: str, on: date, write: bool) -> Transfer:
    with transaction.atomic():
        old, new = _pair(old_code, new_code)
        columns = unit_columns()
        if write:
            _keep_writers_out(columns)
        _refuse_without_counterpart(old, new, columns)
        rows = {column: _count(column, old.code) for column in columns}
        below = AdministrativeUnit.objects.under(old.code).select_for_update().order_by("code")
        closed = [unit for unit in below if not unit.successors or unit.valid_to is None]
        if write:
            for column in columns:
                _rekey(column, old.code, new.code)
            _close(closed, old.code, new.code, last=on - timedelta(days=1))
        return Transfer(old, new, {column: count for column, count in rows.items() if count}, [u.code for u in closed])


def _pair(old_code: str, new_code: str) -> tuple[AdministrativeUnit, AdministrativeUnit]:
    """The two units, both there, different and of one level."""
    if old_code == new_code:
        raise AreasRefused(_("%(code)s and %(code)s are the same unit; name another.") % {"code": old_code})
    units = {unit.code: unit for unit in AdministrativeUnit.objects.filter(code__in=[old_code, new_code])}
    for code in (old_code, new_code):
        if code not in units:
            raise AreasRefused(
                _(
                    "There is no unit %(code)s. Look for its code with: areas search NAME. A new one comes with the "
                    "gazetteer or under `former` and `new` of areas.yaml, then: areas load."
                )
                % {"code": code}
            )
    old, new = units[old_code], units[new_code]
    if old.level != new.level:
        raise AreasRefused(
            _("%(old)s is of level %(old_level)d, %(new)s of level %(new_level)d; both must be of one level.")
            % {"old": old, "old_level": old.level, "new": new, "new_level": new.level}
        )
    return old, new


def _table(column: UnitColumn) -> tuple[sql.Identifier, sql.Identifier]:
    return sql.Identifier(column.table), sql.Identifier(column.column)


def _codes_in_use(column: UnitColumn, code: str) -> Iterator[str]:
    """The codes of the unit and of units below it that the column holds."""
    table, name = _table(column)
    held = (sql.SQL("unnest({})") if column.many else sql.SQL("{}")).format(name)
    query = sql.SQL("SELECT DISTINCT code FROM (SELECT {} AS code FROM {}) AS held WHERE {}")
    with connection.cursor() as cursor:
        cursor.execute(query.format(held, table, _lies_in(sql.Identifier("code"))), _words(code))
        yield from (found for (found,) in cursor.fetchall())


def _lies_in(value: sql.Composable) -> sql.Composed:
    """The condition that a value is the code of the old unit or of one below it."""
    return sql.SQL('({0} >= %(low)s COLLATE "C" AND {0} < %(high)s COLLATE "C")').format(value)


def _words(old: str, new: str = "") -> dict[str, str | int]:
    low, high = range_of(old)
    return {"low": low, "high": high, "new": new, "after": len(old) + 1}


def _refuse_without_counterpart(old: AdministrativeUnit, new: AdministrativeUnit, columns: list[UnitColumn]) -> None:
    """Rows of a unit below the old one need the same unit below the new one."""
    held = {code for column in columns for code in _codes_in_use(column, old.code)}
    wanted = {code: new.code + code[len(old.code) :] for code in held}
    there = set(AdministrativeUnit.objects.filter(code__in=wanted.values()).values_list("code", flat=True))
    if lost := sorted(f"{code} → {target}" for code, target in wanted.items() if target not in there):
        raise AreasRefused(
            _("These units hold rows and have no counterpart below %(new)s: %(lost)s. Transfer each of them by itself.")
            % {"new": new, "lost": ", ".join(lost)}
        )


def _keep_writers_out(columns: list[UnitColumn]) -> None:
    """Hold back whoever writes to these tables until the end: a row added meanwhile would keep the old code."""
    tables = sql.SQL(", ").join(sql.Identifier(table) for table in sorted({column.table for column in columns}))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(tables))


def _inside(column: UnitColumn) -> sql.Composed:
    """The condition that a row of the table holds the code of the old unit or of one below it."""
    name = sql.Identifier(column.column)
    if not column.many:
        return _lies_in(name)
    return sql.SQL("EXISTS (SELECT FROM unnest({}) AS one WHERE {})").format(name, _lies_in(sql.Identifier("one")))


def _count(column: UnitColumn, old: str) -> int:
    """How many rows hold the old code."""
    table, _name = _table(column)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {} WHERE {}").format(table, _inside(column)), _words(old))
        return int(cursor.fetchone()[0])


def _rekey(column: UnitColumn, old: str, new: str) -> None:
    """Give the rows of one column the new code."""
    table, name = _table(column)
    renamed = sql.SQL("%(new)s || substr({}, %(after)s)")
    value: sql.Composable = renamed.format(name)
    if column.many:
        one = sql.Identifier("one")
        value = sql.SQL(
            "ARRAY(SELECT CASE WHEN {} THEN {} ELSE one END FROM unnest({}) WITH ORDINALITY AS t (one, n) ORDER BY n)"
        ).format(_lies_in(one), renamed.format(one), name)
    with connection.cursor() as cursor:
        update = sql.SQL("UPDATE {} SET {} = {} WHERE {}").format(table, name, value, _inside(column))
        cursor.execute(update, _words(old, new))


def _close(units: list[AdministrativeUnit], old: str, new: str, *, last: date) -> None:
    """End the units on a day, each with its counterpart below the new unit as successor, where there is one."""
    targets = {unit.code: new + unit.code[len(old) :] for unit in units}
    there = set(AdministrativeUnit.objects.filter(code__in=targets.values()).values_list("code", flat=True))
    for unit in units:
        target = targets[unit.code]
        unit.successors = [target] if target in there else []
        unit.successor_known = target in there
        unit.valid_to = unit.valid_to or max(last, unit.valid_from or last)
    AdministrativeUnit.objects.bulk_update(units, ["successors", "successor_known", "valid_to"], batch_size=BATCH)
