"""Cross-table 1 as a list: everybody of an area with the state in one programme, filtered, in order, page by page.

One statement gives the page and the counts of the bar beside it. Households are listed for programmes of that unit. A
page is found by its neighbour's id (keyset): the values to compare with are read from that row, so an address carries
no name. For those who cannot be told, the facts to ask are those of the unknown criteria that are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from criteria.catalogue import Fact
from criteria.check import OPEN_KEY
from criteria.dates import latest_start
from criteria.programme import Programme as Rules
from criteria.tree import FactNode, Node
from onestop.areas.scope import range_of
from onestop.eligibility import live
from onestop.eligibility.rulebook import Rulebook, Version, facts_in
from onestop.eligibility.states import STATES, Four, enrolled, inner, run, state_of, verdicts

SIZE: Final = 50
UNKNOWN_AGE: Final = 1_000_000  # days: after everybody whose birth is known
ORDERS: Final = {
    "name": ("name_sort", "id"),
    "age": ("days", "name_sort", "id"),
    "village": ("unit_code", "name_sort", "id"),
    "state": ("state", "name_sort", "id"),
    "members": ("members", "name_sort", "id"),
}


@dataclass(frozen=True)
class Wanted:
    """What is asked of the list. Ages in completed years; `states` are those of `states.STATES`, none: all."""

    unit: str
    states: tuple[int, ...] = ()
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    order: str = "name"
    is_descending: bool = False


@dataclass(frozen=True)
class Line:
    """One person, or for a programme of households one household with its head's name."""

    id: UUID
    household_id: UUID
    unit_code: str
    state: str
    members: int
    name_km: str
    name_latin: str
    number: str
    sex: str | None
    birth_date: date | None
    birth_precision: str
    folder_number: str
    ask: tuple[Fact, ...]


@dataclass(frozen=True)
class Listing:
    """A page of lines with the counts of everybody under the filters, whatever their state."""

    lines: list[Line]
    counts: Four
    found_place: bool  # the row the page begins after is still in the list


@dataclass(frozen=True)
class AskedFact:
    """A fact an unknown criterion reads, with the columns that say whether it is known and the criterion decided."""

    fact: Fact
    known: str
    criterion: str


def questions(version: Version, book: Rulebook) -> tuple[tuple[Rules, ...], list[AskedFact]]:
    """The rules to ask beside the programme's (is each fact known?), and which column answers for which criterion."""
    asked: dict[tuple[str, str], str] = {}
    rules: list[Rules] = []
    found = []
    for place, (key, tree) in enumerate(version.rules.all_criteria):
        if key == OPEN_KEY:
            continue
        for node in facts_in(tree):
            text = _known(node, tree)
            if not text:
                continue
            if (node.fact.key, text) not in asked:
                asked[node.fact.key, text] = f"p{len(rules) + 1}"
                unit = version.rules.unit
                rules.append(Rules.read(f"K{len(rules)}", unit, [("k", text)], book.catalogue, own_openings=False))
            found.append(AskedFact(node.fact, asked[node.fact.key, text], f"p0_{place}"))
    return tuple(rules), found


def _known(node: FactNode, tree: Node) -> str:
    """The rule that says whether a fact is known: of the person, of the household, of every member."""
    if node.fact.counts_members:
        return ""
    if node.root in {"person", "household"}:
        return f"has({node.root}.{node.fact.code})"
    return f"household.members.all(m, has(m.{node.fact.code}))"


_LIST: Final = """
WITH v AS MATERIALIZED ({verdicts}),{enrolled},
f AS MATERIALIZED ({found}),
n AS (SELECT count(*) FILTER (WHERE state = 3) AS n3, count(*) FILTER (WHERE state = 2) AS n2,
  count(*) FILTER (WHERE state = 1) AS n1, count(*) FILTER (WHERE state = 0) AS n0 FROM f),
pos AS (SELECT {keys} FROM f WHERE id = %(after)s),
page AS (
  SELECT * FROM f
  WHERE state = ANY(%(states)s) AND (NOT EXISTS (SELECT FROM pos) OR ({keys}) {beyond} (SELECT {keys} FROM pos))
  ORDER BY {order} LIMIT %(limit)s)
SELECT n.n3, n.n2, n.n1, n.n0, EXISTS (SELECT FROM pos), page.id, page.household_id, page.unit_code, page.state,
  page.members, q.family_name_km, q.given_name_km, q.family_name_latin, q.given_name_latin, q.number, q.sex,
  q.birth_date, q.birth_precision, h.folder_number{asks}
FROM n LEFT JOIN page ON true
LEFT JOIN registry_person q ON q.id = page.named
LEFT JOIN registry_household h ON h.id = page.household_id
ORDER BY {final}"""

_PERSONS: Final = """
SELECT v.person_id AS id, v.person_id AS named, v.household_id, v.unit_code, 1 AS members, p.name_sort,
  coalesce(%(on)s - p.birth_from, %(unknown_age)s) AS days, {state} AS state{columns}
FROM v JOIN registry_person p ON p.id = v.person_id{within}
LEFT JOIN ep ON ep.person_id = v.person_id LEFT JOIN eh ON eh.household_id = v.household_id
WHERE true{filters}"""

_HOUSEHOLDS: Final = """
SELECT w.household_id AS id, d.head_id AS named, w.household_id, w.unit_code, w.members,
  coalesce(p.name_sort, ''::bytea) AS name_sort, 0 AS days, {state} AS state{columns}
FROM (SELECT household_id, min(unit_code) AS unit_code, count(*) AS members{all_columns}
      FROM v GROUP BY household_id) AS w
JOIN registry_household d ON d.id = w.household_id
LEFT JOIN registry_person p ON p.id = d.head_id
LEFT JOIN eh ON eh.household_id = w.household_id"""


def listing(
    book: Rulebook, code: str, wanted: Wanted, *, after: UUID | None = None, backward: bool = False,
    limit: int | None = SIZE + 1,
) -> Listing:  # fmt: skip
    """The lines after (or before) a row, at most `limit`; None: all. KeyError for a programme not in the book."""
    version = book.get(code)
    if version is None:
        raise KeyError(code)
    history = live.needs_history(book.on)
    rules, asks = questions(version, book)
    statement = verdicts(book, (version.rules, *rules), wanted.unit, history, criteria=True)
    columns = list(dict.fromkeys(name for ask in asks for name in (ask.known, ask.criterion)))
    keys = ORDERS[wanted.order]
    runs_down = wanted.is_descending != backward
    by_household = version.counts_households
    query = sql.SQL(_LIST).format(
        verdicts=inner(statement),
        enrolled=enrolled((code,), wanted.unit, history),
        found=_households(columns) if by_household else _persons(columns, wanted, history),
        keys=_columns(keys),
        beyond=sql.SQL("<" if runs_down else ">"),
        order=_ordered(keys, runs_down),
        final=_ordered(keys, wanted.is_descending, "page"),
        asks=sql.Composed([sql.SQL(", {}").format(sql.Identifier("page", name)) for name in columns]),
    )
    rows = run(query, _parameters(book, code, wanted, after, limit))
    lines = [_line(row, columns, asks) for row in rows if row[5] is not None]
    return Listing(lines, Four(*rows[0][:4]), bool(rows[0][4]))


def _columns(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _ordered(names: Sequence[str], runs_down: bool, alias: str = "") -> sql.Composed:
    way = sql.SQL("{} DESC" if runs_down else "{}")
    return sql.SQL(", ").join(way.format(sql.Identifier(*filter(None, (alias, name)))) for name in names)


def _persons(columns: list[str], wanted: Wanted, history: bool) -> sql.Composed:
    """Every present member under the filters."""
    low, high = range_of(wanted.unit)
    within = sql.SQL(" AND p.unit_code >= {} AND p.unit_code < {}").format(sql.Literal(low), sql.Literal(high))
    filters = []
    if wanted.sex:
        filters.append("p.sex IS NULL" if wanted.sex == "none" else "p.sex = %(sex)s")
    if wanted.age_from is not None:
        filters.append("p.birth_from <= %(born_until)s")
    if wanted.age_to is not None:
        filters.append("p.birth_to > %(born_after)s")
    return sql.SQL(_PERSONS).format(
        state=state_of(0, "p0", of_household=False),
        columns=sql.Composed([sql.SQL(", {}").format(sql.Identifier("v", name)) for name in columns]),
        within=sql.SQL("") if history else within,
        filters=sql.SQL("".join(f" AND {one}" for one in filters)),
    )


def _households(columns: list[str]) -> sql.Composed:
    """Every household with present members; its verdict, and what is known of it, stand at each of them."""
    whole = [sql.SQL(", bool_and({0}) AS {0}").format(sql.Identifier(name)) for name in ("p0", *columns)]
    return sql.SQL(_HOUSEHOLDS).format(
        state=sql.SQL("CASE WHEN eh.r0 THEN 3 WHEN w.p0 THEN 2 WHEN w.p0 IS NULL THEN 1 ELSE 0 END"),
        columns=sql.Composed([sql.SQL(", {}").format(sql.Identifier("w", name)) for name in columns]),
        all_columns=sql.Composed(whole),
    )


def _parameters(book: Rulebook, code: str, wanted: Wanted, after: UUID | None, limit: int | None) -> Mapping[str, Any]:
    """An age that is not exact may be in the range, and then the person is shown."""
    on = book.on
    return {
        "on": on,
        "codes": [code],
        "after": after,
        "states": list(wanted.states or STATES),
        "limit": limit,
        "unknown_age": UNKNOWN_AGE,
        "sex": wanted.sex,
        "born_until": None if wanted.age_from is None else latest_start(on, 12 * wanted.age_from),
        "born_after": None if wanted.age_to is None else latest_start(on, 12 * (wanted.age_to + 1)),
    }


def _line(row: Sequence[Any], columns: list[str], asks: list[AskedFact]) -> Line:
    (key, household, unit, state, members, family_km, given_km, family, given, number, sex, born, precision,
     folder) = row[5:19]  # fmt: skip
    known = dict(zip(columns, row[19:], strict=True))
    name_km = " ".join(filter(None, (family_km, given_km)))
    name_latin = " ".join(filter(None, (family, given)))
    return Line(
        id=key,
        household_id=household,
        unit_code=unit,
        state=STATES[state],
        members=members,
        name_km=name_km,
        name_latin=name_latin,
        number=number or "",
        sex=sex,
        birth_date=born,
        birth_precision=precision or "",
        folder_number=folder or "",
        ask=_to_ask(known, asks) if STATES[state] == "unknown" else (),
    )


def _to_ask(known: Mapping[str, Any], asks: list[AskedFact]) -> tuple[Fact, ...]:
    """Of each unknown criterion what is missing; where nothing is, the dates and ages known only roughly."""
    found: dict[str, Fact] = {}
    criteria = dict.fromkeys(ask.criterion for ask in asks if known[ask.criterion] is None)
    for criterion in criteria:
        inside = [ask for ask in asks if ask.criterion == criterion]
        missing = [ask.fact for ask in inside if not known[ask.known]]
        rough = [ask.fact for ask in inside if ask.fact.type.is_age or ask.fact.imprecise]
        found |= {fact.key: fact for fact in missing or rough}
    return tuple(found.values())
