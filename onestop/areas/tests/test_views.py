from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from onestop.areas import clock
from onestop.areas.factories import unit
from onestop.areas.models import AdministrativeUnit

pytestmark = pytest.mark.django_db
OFFICERS = ["commune", "district", "planning", "finance", "intersector", "health", "province", "national"]


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    AdministrativeUnit.objects.all().delete()
    unit("17", "សៀមរាប", name_latin="Siemreap")
    unit("1701", "អង្គរជុំ", name_latin="Angkor Chum")
    unit("1712", "ស្រីស្នំ", name_latin="Srei Snam")
    unit("171206", "ស្លែងស្ពាន", name_latin="Slaeng Spean")
    unit("17120601", "រលួស", name_latin="Roluos", other_names=["Rolous"])
    unit(
        "17120609",
        "ចារ",
        name_latin="Char",
        valid_to=date(2024, 12, 31),
        successor_known=False,
        source="Ministry of Planning",
    )
    unit("17120610", "សាលា", name_latin="Sala", valid_to=date(2013, 12, 31), successors=["17120601"])


@pytest.fixture
def reader(client: Client, django_user_model: Any) -> Client:
    """An officer of the district, who reads English."""
    django_user_model.objects.filter(username="district").update(language="en")
    client.force_login(django_user_model.objects.get(username="district"))
    return client


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("username", OFFICERS)
def test_every_officer_may_look_up_places(client: Client, django_user_model: Any, username: str) -> None:
    client.force_login(django_user_model.objects.get(username=username))
    for address in ("/places/", "/places/17/units/"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/places/", "/places/17/units/"])
def test_who_is_not_signed_in_may_not(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/sign-in/")


def test_the_first_page_shows_the_highest_level_and_where_the_data_is_from(reader: Client) -> None:
    page = text(reader, "/places/")
    assert "ខេត្តសៀមរាប" in page
    assert "Siemreap Province" in page
    assert 'href="/places/17/units/"' in page
    assert "General Directorate of Digital Economy" in page


def test_a_search_shows_what_was_found_and_where_it_lies(reader: Client) -> None:
    page = text(reader, "/places/", q="ភូមិរលួស")
    assert "Roluos Village" in page
    assert "17120601" in page
    assert page.index("Slaeng Spean Commune") < page.index("Srei Snam District") < page.index("Siemreap Province")
    assert "Roluos Village" in text(reader, "/places/", q="rolous")


def test_an_empty_answer_names_what_was_typed_and_offers_near_names(reader: Client) -> None:
    page = text(reader, "/places/", q="Slaeng Spaen")
    assert "Slaeng Spaen" in page
    assert "Slaeng Spean Commune" in page
    page = text(reader, "/places/", q="<b>Qqq")
    assert "&lt;b&gt;Qqq" in page
    assert "<table" not in page


def test_a_unit_tells_its_code_kind_period_source_and_what_lies_in_it_on_the_day(reader: Client) -> None:
    with clock.fixed(date(2014, 6, 11)):
        page = text(reader, "/places/171206/units/")
    assert "171206" in page
    assert "ឃុំស្លែងស្ពាន" in page
    valid, _, others = page.partition("Not valid today")
    assert "Char Village" in valid
    assert "Roluos Village" in valid
    assert "Sala Village" in others
    with clock.fixed(date(2025, 1, 1)):
        page = text(reader, "/places/171206/units/")
    assert "Char Village" in page.partition("Not valid today")[2]


def test_the_places_an_officer_works_in_stand_first_and_lead_to_their_figures(reader: Client) -> None:
    page = text(reader, "/places/")
    assert page.index("My area") < page.index("Capital or province")
    assert 'href="/places/1701/"' in page


def test_the_own_place_leads_an_officer_without_figures_to_its_units(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.get(username="it"))
    page = text(client, "/places/")
    assert 'href="/places/1701/units/"' in page and 'href="/places/1701/"' not in page


def test_a_closed_unit_says_what_it_became_or_that_nobody_knows(reader: Client) -> None:
    page = text(reader, "/places/17120610/units/")
    assert "not valid today" in page
    assert 'href="/places/17120601/units/"' in page
    page = text(reader, "/places/17120609/units/")
    assert "not known" in page
    assert "Ministry of Planning" in page


def test_units_stand_in_the_order_of_the_reader_s_alphabet(reader: Client, django_user_model: Any) -> None:
    unit("171201", "អ", name_latin="Aaa")
    page = text(reader, "/places/1712/units/")
    assert page.index("Aaa Commune") < page.index("Slaeng Spean Commune")
    django_user_model.objects.filter(username="district").update(language="km")
    page = text(reader, "/places/1712/units/")
    assert page.index("Aaa Commune") > page.index("Slaeng Spean Commune")


def test_villages_have_no_column_of_units_below(reader: Client) -> None:
    assert "Units below" in text(reader, "/places/1712/units/")
    assert "Units below" not in text(reader, "/places/171206/units/")


def test_an_unknown_code_is_not_found(reader: Client) -> None:
    assert reader.get("/places/99/units/").status_code == 404
    assert reader.get("/places/17-12/units/").status_code == 404


def test_a_list_asks_the_database_the_same_number_of_times_however_long(
    reader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(2, 60):
        unit(f"171206{number:02}", f"Roluos {number}") if number not in {9, 10} else None
    with django_assert_max_num_queries(20):
        text(reader, "/places/171206/units/")
    with django_assert_max_num_queries(20):
        text(reader, "/places/", q="roluos")
