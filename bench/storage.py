"""How shall the facts of a person be stored? Measured before building on it (decisions/006-facts-in-columns.md).

    ./run bench storage [PERSONS]          (200,000 persons, 40 facts, one district of 60,000 unless told otherwise)

Four shapes hold the same answers under the same walls (forced row-level security, a range policy on `unit_code`, an
application role without bypass): answers as rows, one jsonb document a person, a real typed column a fact, and typed
slots made beforehand. Every answer has the day it was observed, and an answer older than its term reads as unknown.

Times are those of the server's backend (CPU from /proc, wall beside it), no parallel workers, shapes interleaved,
median of `ROUNDS`; what is printed is the ratio to the best shape, since two machines agree on ratios and not on
seconds.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.timing import backend_cpu
from config.embedded_postgres import Cluster

ROUNDS = 7
UPDATES = 300
DISTRICT = ("1701", "1702")
VILLAGE_OF = 800  # persons of one village; 75 villages a district make its 60,000

KINDS = ["boolean"] * 12 + ["integer"] * 10 + ["text"] * 8 + ["date"] * 6 + ["numeric(18,4)"] * 4
FACTS = [f"f{i:02d}" for i in range(1, len(KINDS) + 1)]
# The five facts of the country and the five criteria that read them: two whole numbers, a code, a yes/no, a date
READ = {"f02": "boolean", "f13": "integer", "f14": "integer", "f24": "text", "f32": "date"}
CRITERIA = [
    "f02 AND f13 >= 30",
    "f24 = 'c3' OR f24 = 'c5'",
    "f32 >= date '2014-01-01' AND f32 <= date '2014-11-01'",
    "f14 < 40 AND NOT f02",
    "f13 > f14 AND f24 <> 'c1'",
]
CUTOFF = "date '2012-06-11'"
SLOTS_A_KIND = 24  # a slot table must be made for the worst country, so most of its columns are empty

SLOT_KINDS = ["boolean", "integer", "text", "date", "numeric(18,4)"]


def slot_names() -> dict[str, str]:
    """Which slot each fact took: the first free one of its kind."""
    taken = dict.fromkeys(SLOT_KINDS, 0)
    names = {}
    for fact, kind in zip(FACTS, KINDS, strict=True):
        taken[kind] += 1
        names[fact] = f"slot_{SLOT_KINDS.index(kind)}_{taken[kind]}"
    return names


SLOT = slot_names()


def value_of(kind: str) -> str:
    """A random value of this kind, missing in five of a hundred."""
    some = {
        "boolean": "random() < 0.4",
        "integer": "(random() * 60)::int",
        "text": "'c' || (random() * 9)::int",
        "date": "date '2013-01-01' + (random() * 700)::int",
        "numeric(18,4)": "(random() * 9)::numeric(18,4)",
    }[kind]
    return f"CASE WHEN random() > 0.05 THEN {some} END"


def make_source(owner: psycopg.Connection, persons: int) -> None:
    """The made-up answers that every shape is loaded from."""
    columns = ", ".join(
        f"{value_of(kind)} AS {fact}, date '2011-06-11' + (random() * 1000)::int AS {fact}_on"
        for fact, kind in zip(FACTS, KINDS, strict=True)
    )
    owner.execute("SELECT setseed(0.42)")
    owner.execute(
        "CREATE UNLOGGED TABLE source AS SELECT gen_random_uuid() AS person_id, "
        f"('17' || lpad((1 + (n / {VILLAGE_OF}) / 75)::text, 2, '0')"
        f" || lpad((1 + (n / {VILLAGE_OF}) % 75)::text, 4, '0'))"
        f' COLLATE "C" AS unit_code, {columns} FROM generate_series(0, {persons - 1}) AS n'
    )
    owner.execute("GRANT SELECT ON source TO onestop_app")


class Shape:
    """One way of storing: its table, how it is loaded, read, changed and widened."""

    def __init__(self, name: str, table: str, create: str, load: str, read: str, update: str, add: str | None) -> None:
        self.name, self.table, self.create, self.load, self.read = name, table, create, load, read
        self.update, self.add = update, add


def counts(relation: str) -> str:
    """The five criteria over a relation that has the five facts, stale answers already null."""
    columns = ", ".join(
        f"count(*) FILTER (WHERE {criterion}), count(*) FILTER (WHERE ({criterion}) IS NULL)" for criterion in CRITERIA
    )
    return f"SELECT {columns} FROM ({relation}) AS facts"


def area(alias: str = "") -> str:
    return f"{alias}unit_code >= '{DISTRICT[0]}' AND {alias}unit_code < '{DISTRICT[1]}'"


def shapes() -> list[Shape]:
    key = 'person_id uuid PRIMARY KEY, unit_code text COLLATE "C" NOT NULL'
    return [rows_shape(), json_shape(key), column_shape(key), slot_shape(key)]


def rows_shape() -> Shape:
    texts = ", ".join(f"('{f}', {f}::text, {f}_on)" for f in FACTS)
    pivot = ", ".join(
        f"max(CASE WHEN fact = '{f}' AND observed_on > {CUTOFF} THEN value END)::{kind} AS {f}"
        if kind != "boolean"
        else f"bool_or(CASE WHEN fact = '{f}' AND observed_on > {CUTOFF} THEN value::boolean END) AS {f}"
        for f, kind in READ.items()
    )
    asked = ", ".join(f"'{f}'" for f in READ)
    return Shape(
        "answers as rows",
        "answer",
        'CREATE TABLE answer (person_id uuid, fact text COLLATE "C", value text, observed_on date, '
        'unit_code text COLLATE "C" NOT NULL, PRIMARY KEY (person_id, fact))',
        "INSERT INTO answer SELECT person_id, a.fact, a.value, a.observed_on, unit_code FROM source, "
        f"LATERAL (VALUES {texts}) AS a(fact, value, observed_on) WHERE a.value IS NOT NULL",
        counts(f"SELECT person_id, {pivot} FROM answer WHERE {area()} AND fact IN ({asked}) GROUP BY person_id"),
        "INSERT INTO answer VALUES (%(id)s, 'f13', '41', date '2014-06-11', %(unit)s) "
        "ON CONFLICT (person_id, fact) DO UPDATE SET value = excluded.value, observed_on = excluded.observed_on",
        None,
    )


def json_shape(key: str) -> Shape:
    built = ", ".join(f"'{f}', {f}, '{f}_on', {f}_on" for f in FACTS)
    picked = ", ".join(
        f"CASE WHEN (facts->>'{f}_on')::date > {CUTOFF} THEN (facts->>'{f}')::{kind} END AS {f}"
        for f, kind in READ.items()
    )
    return Shape(
        "jsonb a person",
        "document",
        f"CREATE TABLE document ({key}, facts jsonb)",
        "INSERT INTO document SELECT person_id, unit_code, jsonb_strip_nulls("
        + " || ".join(
            f"jsonb_build_object({part})"
            for part in (", ".join(built.split(", ")[i : i + 80]) for i in range(0, len(FACTS) * 4, 80))
        )
        + ") FROM source",
        counts(f"SELECT {picked} FROM document WHERE {area()}"),
        'UPDATE document SET facts = facts || \'{"f13": 41, "f13_on": "2014-06-11"}\' WHERE person_id = %(id)s',
        None,
    )


def column_shape(key: str) -> Shape:
    columns = ", ".join(
        f"{f} {kind}{' COLLATE ' + chr(34) + 'C' + chr(34) if kind == 'text' else ''}, {f}_on date"
        for f, kind in zip(FACTS, KINDS, strict=True)
    )
    names = ", ".join(f"{f}, {f}_on" for f in FACTS)
    picked = ", ".join(f"CASE WHEN {f}_on > {CUTOFF} THEN {f} END AS {f}" for f in READ)
    return Shape(
        "a column a fact",
        "wide",
        f"CREATE TABLE wide ({key}, {columns})",
        f"INSERT INTO wide (person_id, unit_code, {names}) SELECT person_id, unit_code, {names} FROM source",
        counts(f"SELECT {picked} FROM wide WHERE {area()}"),
        "UPDATE wide SET f13 = 41, f13_on = date '2014-06-11' WHERE person_id = %(id)s",
        "ALTER TABLE wide ADD COLUMN new_fact boolean, ADD COLUMN new_fact_on date",
    )


def slot_shape(key: str) -> Shape:
    columns = ", ".join(
        f"slot_{number}_{i} {kind}, slot_{number}_{i}_on date"
        for number, kind in enumerate(SLOT_KINDS)
        for i in range(1, SLOTS_A_KIND + 1)
    )
    into = ", ".join(f"{SLOT[f]}, {SLOT[f]}_on" for f in FACTS)
    names = ", ".join(f"{f}, {f}_on" for f in FACTS)
    picked = ", ".join(f"CASE WHEN {SLOT[f]}_on > {CUTOFF} THEN {SLOT[f]} END AS {f}" for f in READ)
    return Shape(
        "typed slots",
        "slots",
        f"CREATE TABLE slots ({key}, {columns})",
        f"INSERT INTO slots (person_id, unit_code, {into}) SELECT person_id, unit_code, {names} FROM source",
        counts(f"SELECT {picked} FROM slots WHERE {area()}"),
        f"UPDATE slots SET {SLOT['f13']} = 41, {SLOT['f13']}_on = date '2014-06-11' WHERE person_id = %(id)s",
        None,
    )


def wall(table: str) -> list[str]:
    inside = "unit_code >= current_setting('onestop.lo', true) AND unit_code < current_setting('onestop.hi', true)"
    return [
        f"CREATE INDEX ON {table} (unit_code)",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY wall ON {table} USING ({inside}) WITH CHECK ({inside})",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO onestop_app",
    ]


def timed(app: psycopg.Connection, work: Callable[[], object]) -> tuple[float, float, object]:
    """(CPU seconds of the backend, wall seconds, result)."""
    pid = app.info.backend_pid
    cpu, wall_clock = backend_cpu(pid), time.perf_counter()
    result = work()
    return backend_cpu(pid) - cpu, time.perf_counter() - wall_clock, result


def measure(owner: psycopg.Connection, app: psycopg.Connection, persons: int) -> None:
    make_source(owner, persons)
    app.execute("SELECT set_config('onestop.lo', '17', false), set_config('onestop.hi', '18', false)")
    figures: dict[str, dict[str, tuple[float, float]]] = {}
    for shape in shapes():
        owner.execute(shape.create)
        for statement in wall(shape.table):
            owner.execute(statement)
        cpu, taken, _ = timed(app, lambda shape=shape: app.execute(shape.load))
        figures[shape.name] = {"load all": (cpu, taken)}
        owner.execute(f"VACUUM ANALYZE {shape.table}")
        size = owner.execute("SELECT pg_total_relation_size(%s)", [shape.table]).fetchone()
        figures[shape.name]["megabytes"] = (size[0] / 1e6,) * 2
    app.execute("SELECT set_config('onestop.lo', %s, false), set_config('onestop.hi', %s, false)", DISTRICT)
    answers = {shape.name: app.execute(shape.read).fetchone() for shape in shapes()}
    if len(set(answers.values())) != 1:
        raise SystemExit(f"The shapes do not count the same: {answers}")
    ids = app.execute(
        f"SELECT person_id, unit_code FROM wide WHERE {area()} ORDER BY person_id LIMIT {UPDATES}"
    ).fetchall()
    takes: dict[str, dict[str, list[tuple[float, float]]]] = {s.name: {"read": [], "update": []} for s in shapes()}
    for _ in range(ROUNDS):
        for shape in shapes():
            cpu, taken, _ = timed(app, lambda shape=shape: app.execute(shape.read).fetchall())
            takes[shape.name]["read"].append((cpu, taken))
            cpu, taken, _ = timed(
                app, lambda shape=shape: [app.execute(shape.update, {"id": i, "unit": u}) for i, u in ids]
            )
            takes[shape.name]["update"].append((cpu, taken))
    for shape in shapes():
        for what, pairs in takes[shape.name].items():
            figures[shape.name][what] = tuple(statistics.median(pair[i] for pair in pairs) for i in (0, 1))
        began = time.perf_counter()
        if shape.add:
            owner.execute(shape.add)
        figures[shape.name]["add a fact"] = (time.perf_counter() - began,) * 2
    report(figures, persons)


def report(figures: dict[str, dict[str, tuple[float, float]]], persons: int) -> None:
    titles = {"read": "read 5 facts", "update": "update 1", "load all": "load all", "megabytes": "size"}
    best = {what: min(f[what][0] for f in figures.values()) or 0.001 for what in titles}
    print(
        f"{persons:,} persons, {len(FACTS)} facts, a district of {min(persons, 60_000):,}; "
        "ratio to the best (CPU), then CPU and wall"
    )
    for name, figure in figures.items():
        print(f"  {name}")
        for what, title in titles.items():
            cpu, taken = figure[what]
            amount = (
                f"{cpu:,.0f} MB"
                if what == "megabytes"
                else f"{cpu / UPDATES * 1000:.3f} ms, {taken / UPDATES * 1000:.3f} ms a person"
                if what == "update"
                else f"{cpu * 1000:,.0f} ms, {taken * 1000:,.0f} ms"
            )
            print(f"    {title:<14}{cpu / best[what]:>7.1f}    {amount}")
        print(f"    {'add a fact':<14}           {figure['add a fact'][0] * 1000:.1f} ms")


def main(arguments: list[str]) -> int:
    persons = int(arguments[0]) if arguments else 200_000
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "postgres", durable=False)
        with cluster.use():
            cluster.create_database("storage")
            with (
                psycopg.connect(cluster.url("storage", "onestop_owner"), autocommit=True) as owner,
                psycopg.connect(cluster.url("storage", "onestop_app"), autocommit=True) as app,
            ):
                for connection in (owner, app):
                    connection.execute("SET max_parallel_workers_per_gather = 0")
                measure(owner, app, persons)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
