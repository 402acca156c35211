"""The page of a place: who may open it, what it counts, and what it hides."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onestop.areas.scope import current
from onestop.desk.place import place_lines, read_table, top_of
from onestop.eligibility.guarantees import book_for, counted, guarantees, seen_by
from onestop.eligibility.states import Counted, place_figures, together
from onestop.enrolments.actions import enrol
from onestop.enrolments.models import Enrolment
from onestop.programmes.models import Programme
from onestop.registry.models import Household
from onestop.staff.models import Officer
from onestop.staff.scope import scope, scope_of, system_officer, system_scope
from tests.officers import SignIn
from tests.pilot_database import Pilot


@pytest.fixture
def as_officer(pilot_database: Pilot, signed_in_as: SignIn) -> SignIn:
    return signed_in_as


@pytest.mark.parametrize(
    ("username", "code", "leads_there"),
    [("commune", "170101", True), ("commune", "170102", False), ("commune", "17", False), ("district", "1701", True),
     ("district", "1712", False), ("province", "1712", True), ("province", "01", False), ("national", "01", True)],
)  # fmt: skip
def test_the_page_about_a_place_leads_to_its_figures_only_where_they_may_be_opened(
    as_officer: SignIn, username: str, code: str, leads_there: bool
) -> None:
    client = as_officer(username)
    text = client.get(reverse("areas:tree", args=[code])).content.decode()
    assert ("Who may have what here" in text) is leads_there
    assert (f'href="{reverse("desk:place", args=[code])}"' in text) is leads_there


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        ("commune", "/places/170101/", 200),
        ("commune", "/places/17010106/", 200),
        ("commune", "/places/170102/", 404),
        ("commune", "/places/1701/", 404),
        ("district", "/places/1701/", 200),
        ("district", "/places/1712/", 404),
        ("district", "/places/khm/", 404),
        ("district", "/places/99/", 404),
        ("finance", "/places/1701/", 200),
        ("health", "/places/170101/", 200),
        ("province", "/places/17/", 200),
        ("province", "/places/1712/", 200),
        ("province", "/places/khm/", 404),
        ("national", "/places/khm/", 200),
        ("national", "/places/17010106/", 200),
    ],
)
def test_who_may_open_which_place(as_officer: SignIn, username: str, path: str, status: int) -> None:
    assert as_officer(username).get(path).status_code == status


def test_the_fourth_guarantee_is_a_gap_with_pensions_as_information(as_officer: SignIn) -> None:
    text = as_officer("district").get("/places/170101/").content.decode()
    row = next(part for part in text.split("<tr>") if "4. Older persons" in part)
    assert "no programme exists" in row and "National Fund for Veterans" in row
    assert "planned: fills no guarantee" in text


def test_the_poor_and_the_old_are_counted_and_the_gap_says_how_many_it_leaves(
    as_officer: SignIn, pilot_database: Pilot
) -> None:
    with scope(Officer.objects.get(username="district")) as opened:
        asked = counted(book_for(pilot_database.day, opened), guarantees(seen_by(opened)))
        table = read_table(asked, "170101", opened, sees_persons=True)
        assert table is not None
        found = {name: values[1] for name, values in table.total.tables.items() if name.startswith("count ")}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.level, count(DISTINCT s.household_id), count(*) FROM registry_povertystatus s"
                " JOIN registry_personrow p ON p.household_id = s.household_id"
                " WHERE s.unit_code LIKE '170101%%' AND s.level IN (1, 2) AND s.valid_to >= %(on)s"
                " AND p.joined_on <= %(on)s AND coalesce(p.left_on, %(on)s) >= %(on)s"
                " AND coalesce(p.died_on, %(on)s) >= %(on)s GROUP BY s.level",
                {"on": pilot_database.day},
            )
            poor = {level: (households, persons) for level, households, persons in cursor.fetchall()}
    for level in (1, 2):
        assert (found[f"count poor_{level}_households"], found[f"count poor_{level}_persons"]) == poor[level]
    text = as_officer("district").get("/places/170101/").content.decode()
    row = next(part for part in text.split("<tr>") if "4. Older persons" in part)
    assert (
        re.search(rf"Persons of 60 and over: <b>{found['count older']}</b>", row)
        and int(str(found["count older"])) > 50
    )
    assert "ID-Poor 1 households" in text and f"{poor[1][1]:,}" in text


def test_a_person_in_two_programmes_of_a_guarantee_counts_once(pilot_database: Pilot) -> None:
    with scope(Officer.objects.get(username="district")) as opened:
        asked = counted(book_for(pilot_database.day, opened), guarantees(seen_by(opened)))
        table = read_table(asked, "170101", opened, sees_persons=True)
        assert table is not None
        health = [one.code for one in guarantees(seen_by(opened)) if one.code == "health"]
        receiving = table.total.tables[f"guarantee {health[0]}"][0]
        codes = list(Programme.objects.active().by_guarantee("health").values_list("code", flat=True))
        enrolled = Enrolment.objects.on(pilot_database.day).under("170101").filter(programme__in=codes)
        persons = set(enrolled.exclude(person=None).values_list("person_id", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT person_id FROM registry_personrow WHERE household_id = ANY(%s) AND left_on IS NULL"
                " AND (died_on IS NULL OR died_on >= %s)",
                [list(enrolled.exclude(household=None).values_list("household_id", flat=True)), pilot_database.day],
            )
            persons |= {key for (key,) in cursor.fetchall()}
        assert receiving == len(persons)
        by_programme = sum(int(str(table.total.tables[code][0])) for code in codes if code in table.total.tables)
        assert by_programme > 0


def test_the_states_of_a_place_add_up_to_everybody_there(pilot_database: Pilot) -> None:
    with scope(Officer.objects.get(username="district")) as opened:
        asked = counted(book_for(pilot_database.day, opened), guarantees(seen_by(opened)))
        table = read_table(asked, "1701", opened, sees_persons=True)
        assert table is not None
        for name, values in table.total.tables.items():
            assert sum(values[:-1]) == values[-1] or len(values) == 1, name  # type: ignore[arg-type]  # all open
        for name in table.total.tables:
            rows = [row.tables[name][-1] for row in table.rows]
            assert sum(rows) == table.total.tables[name][-1], name  # type: ignore[arg-type]


def test_an_officer_of_figures_sees_no_number_from_one_to_four(as_officer: SignIn) -> None:
    for path in ("/places/17/", "/places/170101/", "/places/17010106/"):
        text = as_officer("province").get(path).content.decode()
        numbers = re.findall(r'class="number"[^>]*>\s*(?:<b>)?([^<\s][^<]*)', text)
        assert len(numbers) > 20
        assert not [one for one in numbers if one.strip() in {"1", "2", "3", "4"}], path
    assert "&lt; 5" in text and "not shown" in text


def test_who_sees_persons_sees_the_numbers_as_they_are(as_officer: SignIn) -> None:
    text = as_officer("commune").get("/places/17010106/").content.decode()
    assert "&lt; 5" not in text and "not shown" not in text


def test_a_programme_of_a_compartment_stands_in_no_count(as_officer: SignIn, pilot_database: Pilot) -> None:
    name = Programme.objects.get(pk="CLMS").document["name"]["en"]
    for username in ("district", "health", "province", "national"):
        path = "/places/17/" if username in {"province", "national"} else "/places/170101/"
        assert name not in as_officer(username).get(path).content.decode()
    with system_scope("system.loader") as inside, scope(Officer.objects.get(username="district")) as outside:
        assert "CLMS" in counted(book_for(pilot_database.day, inside), guarantees(seen_by(inside))).codes
        assert "CLMS" not in counted(book_for(pilot_database.day, outside), guarantees(seen_by(outside))).codes


def test_an_officer_of_a_sector_sees_its_programmes_only(as_officer: SignIn) -> None:
    text = as_officer("health").get("/places/170101/").content.decode()
    assert "Only the programmes of your sector" in text
    assert "Health equity fund" in text and "Take-home rations" not in text


def test_where_no_programme_has_rules_everybody_is_still_counted(pilot_database: Pilot) -> None:
    with scope(Officer.objects.get(username="district")) as opened:
        nothing = Counted(book_for(pilot_database.day, opened).only(frozenset()))
        found = together(place_figures(nothing, "1701", length=6))
        assert found.persons > 60_000 and found.households > 12_000


def test_the_statements_do_not_grow_with_the_place(as_officer: SignIn) -> None:
    def statements(username: str, path: str) -> int:
        client = as_officer(username)
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return len(seen)

    assert statements("district", "/places/1701/") <= 20
    assert statements("district", "/places/1701/") <= statements("district", "/places/17010106/") + 1
    assert statements("national", "/places/khm/") <= 20


def test_the_top_of_an_officers_area_is_where_hiding_begins(pilot_database: Pilot) -> None:
    province = scope_of(Officer.objects.get(username="province"))
    assert top_of(province, "17010106") == "17"
    assert top_of(province, "16") is None
    assert top_of(scope_of(Officer.objects.get(username="national")), "17") == ""


def test_the_nation_lists_the_provinces_where_somebody_is_registered(pilot_database: Pilot) -> None:
    with scope(Officer.objects.get(username="national")):
        opened = current()
        programmes = guarantees(seen_by(opened))
        table = read_table(counted(book_for(pilot_database.day, opened), programmes), "", opened, sees_persons=False)
        assert table is not None
        assert [line.names["en"] for line in place_lines(table, programmes, "")] == ["Siemreap Province"]


def test_an_area_too_large_to_count_says_so_and_offers_its_parts(as_officer: SignIn, pilot_database: Pilot) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '25ms'")
    text = as_officer("district").get("/places/1701/").content.decode()
    assert "too large to be counted" in text and "/places/170101/" in text


def test_a_programme_of_households_without_criteria_counts_households(pilot_database: Pilot) -> None:
    wash = Programme.objects.get(pk="WASH_AWARE")
    Programme.objects.filter(pk=wash.pk).update(unit="household")
    wash.refresh_from_db()
    with system_scope("system.loader"):
        for household in Household.objects.under("17010106").kept()[:7]:
            enrol(household, wash, valid_from=pilot_database.day, by=system_officer("system.loader"))
    with scope(Officer.objects.get(username="district")) as opened:
        asked = counted(book_for(pilot_database.day, opened), guarantees([wash]))
        figures = together(place_figures(asked, "17010106", length=8))
    assert figures.programmes[wash.pk].as_tuple == (7, 0, 0, figures.households - 7)
