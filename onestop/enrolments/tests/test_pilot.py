"""The pilot as it stands in the registry: exact, repeatable, whole or not there at all, and only in a demonstration."""

import csv
import hashlib
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql
from pytest_django import Settings

from criteria.compile import compile_rows
from criteria.programme import Programme as Rules
from criteria.relations import Enrolments, Households, Persons, Relations, Residents, Statuses
from onestop.areas.models import Installation
from onestop.eligibility.catalogue import catalogue
from onestop.enrolments.facts import ENROLMENTS_TABLE
from onestop.enrolments.models import Enrolment, PilotLoad
from onestop.enrolments.pilot_loading import OtherPopulation, PilotRefused, Wanted, counts, load_pilot
from onestop.programmes.models import Programme
from onestop.registry.declared import declared
from onestop.registry.factories import HouseholdFactory
from onestop.registry.models import Household, Person
from onestop.registry.relations import sources
from onestop.registry.tests.conftest import TODAY
from onestop.staff.models import Officer
from onestop.staff.scope import system_scope
from pilot import generate, read_pack
from tests.pilot_database import PILOT, ROOT, Pilot, make_demo, pilot_environment, run_pilot

PACK = ROOT / "countries" / "khm"
COLUMNS = "village_code,poor1_households,poor2_households,est_all_households"


@pytest.fixture
def demo(loader: Officer, settings: Settings) -> Officer:
    """The loader in a database that the demonstration made."""
    settings.DEMO = True
    Installation.objects.update(demo=True, demo_on=TODAY)
    return loader


def load(wanted: Wanted, by: Officer, *, keep: bool = False) -> tuple[PilotLoad, list[str]]:
    said: list[str] = []
    return load_pilot(wanted, keep=keep, by=by, say=said.append), said


# Exact --------------------------------------------------------------------------------------------------------------
def test_every_commune_has_its_families_persons_and_poor_households(pilot_database: Pilot) -> None:
    figures, _names = read_pack(PACK)
    with system_scope("system.loader"):
        found = {count.code: count.figures for count in counts(pilot_database.day)}
    assert found == {
        commune.code: (commune.families, sum(commune.persons.values()), commune.poor[1], commune.poor[2])
        for commune in figures.communes
    }
    assert [sum(column) for column in zip(*found.values(), strict=True)] == [19_187, 98_283, 2_468, 3_361]


def test_everything_the_generator_made_is_there_with_history_and_journal(pilot_database: Pilot) -> None:
    with system_scope("system.loader"), connection.cursor() as cursor:
        loaded = PilotLoad.objects.get()
        assert (Household.objects.count(), Person.objects.count()) == (loaded.households, loaded.persons)
        assert Enrolment.objects.count() == loaded.enrolments > 20_000
        cursor.execute(
            "SELECT (SELECT count(*) FROM journal_journalentry WHERE verb = 'enrolments.enrolled'),"
            " (SELECT count(*) FROM journal_rowhistory WHERE table_name = 'enrolments_enrolment'),"
            " (SELECT count(*) FROM enrolments_enrolment WHERE valid_to = %s),"
            " (SELECT count(*) FROM enrolments_enrolment WHERE valid_to IS NULL)",
            [date(2014, 6, 10)],
        )
        ((lines, images, ended_on_the_eve, open_ones),) = cursor.fetchall()
    assert (lines, images) == (loaded.enrolments, loaded.enrolments)
    assert ended_on_the_eve > 50 and open_ones > 10_000


def village_levels(urls: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Households of ID-Poor 1 and 2 in each village, as the owner reads them."""
    with psycopg.connect(urls["owner"]) as owner:
        rows = owner.execute(
            "SELECT unit_code, count(*) FILTER (WHERE level = 1), count(*) FILTER (WHERE level = 2)"
            " FROM registry_povertystatus GROUP BY unit_code"
        ).fetchall()
    return {code: (first, second) for code, first, second in rows if first or second}


@pytest.mark.long
@pytest.mark.shared
def test_the_130_villages_have_exactly_their_published_poor_households(
    committed_database: dict[str, str], shared: Path
) -> None:
    path = shared / "data" / "idpoor" / "idpoor_2010_pilot_villages.csv"
    make_demo(committed_database["owner"])
    done = run_pilot(committed_database["app"], "--villages", str(path))
    assert not done.returncode, done.stdout + done.stderr
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    published = {row["village_code"]: (int(row["poor1_households"]), int(row["poor2_households"])) for row in rows}
    assert len(published) == 130
    assert village_levels(committed_database) == {code: poor for code, poor in published.items() if any(poor)}
    kept = run_pilot(committed_database["app"], "--villages", str(path), "--keep")
    assert not kept.returncode and "are there already" in kept.stdout


# Repeatable ---------------------------------------------------------------------------------------------------------
def digest(rows: Iterable[tuple[object, ...]]) -> str:
    return hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()


def test_the_same_seed_puts_the_same_people_into_the_registry(demo: Officer) -> None:
    load(Wanted(seed=7, persons=1500), demo)
    stored = Person.objects.values_list(
        "unit_code", "family_name_km", "given_name_km", "family_name_latin", "given_name_latin", "sex", "birth_date"
    )
    figures, names = read_pack(PACK)

    def made(seed: int) -> str:
        return digest(
            (home.unit_code, one.family_name_km, one.given_name_km, one.family_name_latin, one.given_name_latin,
             one.sex, one.birth_date)
            for home in generate(figures, names, seed=seed, persons=1500).households() for one in home.members
        )  # fmt: skip

    assert digest(stored) == made(7) != made(8)


# Whole or not at all ------------------------------------------------------------------------------------------------
TABLES = [
    "registry_person", "registry_household", "registry_householdmembership", "registry_answersheet",
    "registry_personrow", "registry_numberblock", "enrolments_enrolment", "enrolments_pilotload",
    "journal_rowhistory",
]  # fmt: skip


def filled(owner_url: str) -> Counter[str]:
    """Rows of each table, but for the history of programmes, once nobody works in the database any more."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        until = time.monotonic() + 30
        while owner.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        ).fetchone():
            assert time.monotonic() < until, "a killed load still runs in the server"
            time.sleep(0.1)
        rows = Counter[str]()
        for table in TABLES:
            where = " WHERE table_name NOT LIKE 'programmes%'" if table == "journal_rowhistory" else ""
            (rows[table],) = owner.execute(f"SELECT count(*) FROM {table}{where}").fetchone() or (0,)
        return rows


@pytest.mark.long
def test_a_load_that_is_killed_leaves_nothing_and_the_next_start_loads_anew(
    committed_database: dict[str, str],
) -> None:
    make_demo(committed_database["owner"])
    before = filled(committed_database["owner"])
    command = [*PILOT, "--persons", "12000"]
    with subprocess.Popen(
        command,
        env=pilot_environment(committed_database["app"]),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("2,000 of"):  # the first thousand is in the server's tables by now
                process.send_signal(signal.SIGKILL)
                break
        else:
            pytest.fail("the load ended before it could be killed")
    assert process.returncode == -signal.SIGKILL
    assert filled(committed_database["owner"]) == before
    done = run_pilot(committed_database["app"], "--persons", "3000", "--keep")
    assert not done.returncode, done.stdout + done.stderr
    rows = filled(committed_database["owner"])
    assert rows["registry_person"] >= 3000 and rows["enrolments_enrolment"] > 0


@pytest.mark.long
def test_of_two_loads_at_once_the_second_waits_and_says_what_is_there(committed_database: dict[str, str]) -> None:
    make_demo(committed_database["owner"])
    both = [
        subprocess.Popen(
            [*PILOT, "--persons", "1300"],
            env=pilot_environment(committed_database["app"]),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _time in range(2)
    ]
    said = [process.communicate() for process in both]
    assert sorted(process.returncode for process in both) == [0, 3], said
    assert all("Traceback" not in out + err for out, err in said)
    assert any("need a fresh database" in err for _out, err in said)
    with psycopg.connect(committed_database["owner"]) as owner:
        assert owner.execute("SELECT count(*) FROM enrolments_pilotload").fetchone() == (1,)


@pytest.mark.long
def test_a_load_that_has_to_wait_too_long_says_why(committed_database: dict[str, str]) -> None:
    make_demo(committed_database["owner"])
    with psycopg.connect(committed_database["owner"]) as other:
        other.execute("SELECT FROM areas_installation FOR UPDATE")
        environment = pilot_environment(committed_database["app"])
        # of all processes the worker's waits for locks are short enough for a test
        done = subprocess.run(
            PILOT, env=environment | {"ONESTOP_PROCESS": "worker"}, cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "Another load is at work" in done.stderr and "Wait until it has ended" in done.stderr


# Only in a demonstration, only what was asked for ---------------------------------------------------------------------
def test_people_who_are_there_already_are_kept_when_they_are_the_ones_asked_for(demo: Officer) -> None:
    made, said = load(Wanted(on=date(2014, 5, 1), persons=1500), demo)
    assert "households made" in said[0] and "written" in said[-1]
    assert Installation.objects.get().demo_on == made.day == date(2014, 5, 1)
    for same in (Wanted(), Wanted(on=date(2014, 5, 1)), Wanted(seed=1, persons=1500)):
        kept, said = load(same, demo, keep=True)
        assert kept == made and "are there already" in said[0]
    assert Installation.objects.get().demo_on == date(2014, 5, 1)
    for other in (Wanted(on=TODAY), Wanted(seed=2), Wanted(persons=1501), Wanted(villages=PACK / "pilot.yaml")):
        with pytest.raises(OtherPopulation, match="fresh"):
            load(other, demo, keep=True)
    with pytest.raises(OtherPopulation, match="fresh"):
        load(Wanted(), demo)


def test_people_entered_by_hand_are_never_mixed_with_invented_ones(demo: Officer) -> None:
    HouseholdFactory(by=demo)
    with pytest.raises(OtherPopulation, match="entered by hand"):
        load(Wanted(persons=1500), demo, keep=True)


def test_a_real_office_takes_no_invented_people(loader: Officer, settings: Settings) -> None:
    with pytest.raises(PilotRefused, match="only into the demonstration"):
        load(Wanted(persons=1500), loader)
    settings.DEMO = True
    with pytest.raises(PilotRefused, match="not made by the demonstration"):
        load(Wanted(persons=1500), loader)
    assert not Household.objects.exists()


def test_too_few_people_for_the_villages_are_refused_with_the_smallest_number(demo: Officer) -> None:
    for persons in (0, 1, 500, 1299):
        with pytest.raises(PilotRefused, match="too few for 130 villages: the smallest number is 1,300"):
            load(Wanted(persons=persons), demo)
    assert not Household.objects.exists()
    made, _said = load(Wanted(persons=1300), demo)
    assert made.persons >= 1300


def test_a_seed_or_a_day_that_cannot_be_is_refused_before_anybody_is_made(demo: Officer) -> None:
    with pytest.raises(PilotRefused, match="up to 18 digits"):
        load(Wanted(seed=10**18, persons=1500), demo)
    with pytest.raises(PilotRefused, match="pilot.yaml: there are no figures for 2009-12-31"):
        load(Wanted(on=date(2009, 12, 31)), demo)
    assert not Household.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("village_code,poor1_households\n17010101,3\n", "poor2_households, est_all_households are missing"),
        (f"{COLUMNS}\n17010101,3,many,90\n", "line 2: a count is not a whole number"),
        (f"{COLUMNS}\n17010101,3,4,90\n17010101,3,4,90\n", "line 3: village 17010101 is there twice"),
        (f"{COLUMNS}\n17010199,3,4,90\n", r"no such village \(line: code\): 2: 17010199"),
        (f'{COLUMNS}\n17010101,3,4,90\n"17010199",3,4,90\n', r"no such village \(line: code\): 3: 17010199"),
        (f"{COLUMNS}\n01020101,3,4,90\n", "01020101, which lies in no commune of the figures"),
        (f"{COLUMNS}\n17010101,3000,4,3090\n", "commune 170101: .* more poor households than the commune has families"),
        (f"{COLUMNS}\n17010101,3,4,90\n", "none of commune 170102"),
    ],
)
def test_a_list_of_villages_that_does_not_fit_says_what_and_where(
    text: str, said: str, demo: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "villages.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(PilotRefused, match=said) as refused:
        load(Wanted(villages=path), demo)
    assert "villages.csv" in str(refused.value)


def test_a_list_that_cannot_be_read_is_named(demo: Officer, tmp_path: Path) -> None:
    with pytest.raises(PilotRefused, match="nowhere.csv"):
        load(Wanted(villages=tmp_path / "nowhere.csv"), demo)
    (tmp_path / "list.csv").write_bytes(f"{COLUMNS}\n17010101,3,4,\xff\n".encode("latin-1"))
    with pytest.raises(PilotRefused, match="list.csv .* UTF-8"):
        load(Wanted(villages=tmp_path / "list.csv"), demo)


def test_a_programme_that_is_not_loaded_stops_the_pilot_with_its_name(demo: Officer) -> None:
    programme = Programme.objects.get(pk="HEF")
    Programme.objects.filter(pk=programme.pk).update(unit="household")
    with pytest.raises(PilotRefused, match="The programme HEF enrols households, not persons"):
        load(Wanted(persons=1500), demo)


def test_the_command_prints_what_stands_in_each_commune(demo: Officer) -> None:
    out = StringIO()
    call_command("pilot", persons=1500, stdout=out)
    text = out.getvalue()
    assert "170101  Char Chhuk" in text and "households" in text
    assert text.splitlines()[-1].split()[:3] == ["Together", f"{Household.objects.count()}", "1,500"]
    with pytest.raises(CommandError, match="fresh database") as refused:
        call_command("pilot", persons=1501, keep=True, stdout=out)
    assert refused.value.returncode == 3


# What does not apply ------------------------------------------------------------------------------------------------
def rows_of(rules: dict[str, str], on: date) -> dict[str, tuple[bool | None, ...]]:
    """Every present member by the key of the row, with the verdict of each rule."""
    found = sources(on)
    relations = Relations(
        Persons(found.persons),
        Households(found.households),
        {code: Statuses(query) for code, query in found.statuses.items()},
        Enrolments(ENROLMENTS_TABLE, null=("voided_at",), programme="programme_id"),
        {},
    )
    known = catalogue()
    asked = [Rules.read(code, "person", [("k", rule)], known) for code, rule in rules.items()]
    statement = compile_rows(asked, Residents(known, relations, on))
    with connection.cursor() as cursor:
        cursor.execute(statement.sql)
        return {str(person): tuple(verdicts) for person, _home, _unit, *verdicts in cursor.fetchall()}


def test_what_does_not_apply_is_answered_and_never_missing(pilot_database: Pilot) -> None:
    facts = [fact for fact in declared().stored("person") if fact.asked_when]
    assert len(facts) > 15
    with system_scope("system.loader"):
        asked = rows_of({f"K{number}": fact.asked_when for number, fact in enumerate(facts)}, pilot_database.day)
        columns = [fact.code for fact in facts]
        query = sql.SQL("SELECT person_id, {} FROM registry_personrow").format(
            sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with connection.cursor() as cursor:
            cursor.execute(query.as_string(None))
            stored = {str(person): dict(zip(columns, values, strict=True)) for person, *values in cursor.fetchall()}
    settled: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for person, verdicts in asked.items():
        for fact, verdict in zip(facts, verdicts, strict=True):
            if verdict is False:
                settled[fact.code] += 1
                missing[fact.code] += stored[person][fact.code] is None
    assert set(settled) == set(columns) and min(settled.values()) > 1_000
    assert +missing == Counter()


def test_no_man_is_asked_whether_he_expects_a_child(pilot_database: Pilot) -> None:
    with system_scope("system.loader"):
        found = rows_of(
            {"MCHN": "person.pregnant || person.breastfeeding || person.age_months < 24"}, pilot_database.day
        )
        men = {str(key): last for key, last in Person.objects.filter(sex="M").values_list("pk", "birth_to")}
    born_before = date(2012, 1, 1)
    grown = [found[person] for person, last in men.items() if person in found and last and last < born_before]
    assert len(grown) > 40_000 and set(grown) == {(False,)}
