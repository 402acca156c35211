"""Home and search: what stands there for whom, and how a folder is found."""

import re
from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from onestop.areas import clock
from onestop.eligibility.guarantees import own_area
from onestop.registry.actions import register_person
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, member
from onestop.registry.models import Household
from onestop.staff.break_glass import break_glass
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope, scope_of
from tests.officers import Named, SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day(db: None) -> Iterator[None]:
    with clock.fixed(date(2014, 6, 11)):
        Officer.objects.update(language="en")
        yield


@pytest.fixture
def household(db: None) -> Household:
    by = Officer.objects.get(username="district")
    with scope(by):
        made: Household = HouseholdFactory(by=by)
    return made


def test_home_begins_with_the_search_and_counts_the_office(signed_in_as: SignIn, household: Household) -> None:
    district = signed_in_as("district")
    text = district.get(reverse("desk:home")).content.decode()
    assert 'role="search"' in text and "Char Chhuk Commune" in text
    assert '<b class="big">1</b>' in text and '<b class="big">2</b>' in text
    assert "No folder opened yet" in text
    district.get(reverse("desk:folder", args=[household.pk]))
    assert household.folder_number in district.get(reverse("desk:home")).content.decode()


def test_home_counts_who_lives_there_as_the_page_of_the_place_does(
    signed_in_as: SignIn, household: Household, named: Named
) -> None:
    """Who left, or was written down and lives in no household yet, is no resident of the place."""
    district = named("district")
    with scope(district):
        register_person(NewPersonFactory(), unit_code=household.unit_code, by=district)
    client = signed_in_as("district")
    home = client.get(reverse("desk:home")).context
    figures = client.get(reverse("desk:place", args=["1701"])).context
    assert (home["households"], home["residents"]) == (1, 2)
    assert (str(figures["households"]), str(figures["persons"])) == ("1", "2")


def test_a_folder_of_a_household_without_a_head_is_named_by_its_number(
    signed_in_as: SignIn, household: Household
) -> None:
    district = signed_in_as("district")
    district.get(reverse("desk:folder", args=[household.pk]))
    with scope(Officer.objects.get(username="district")):
        Household.objects.filter(pk=household.pk).update(head=None)
    assert f">{household.folder_number}</a>" in district.get(reverse("desk:home")).content.decode()


def test_home_of_who_sees_figures_shows_places_and_no_persons(signed_in_as: SignIn) -> None:
    text = signed_in_as("province").get(reverse("desk:home")).content.decode()
    assert 'role="search"' not in text and "Angkor Chum" in text and "sees figures, not persons" in text


def test_an_empty_office_is_told_so_and_promised_no_page_that_is_not_there(signed_in_as: SignIn) -> None:
    text = signed_in_as("commune").get(reverse("desk:home")).content.decode()
    assert "Nobody is registered in your area yet" in text and "appear with the first registered household" in text
    assert "load a list" not in text


def test_a_number_leads_straight_to_the_folder(signed_in_as: SignIn, household: Household) -> None:
    commune = signed_in_as("commune")
    with scope(Officer.objects.get(username="district")):
        person = member(household, "child")
    for number in (household.folder_number, person.number):
        answer = commune.post(reverse("desk:search"), {"q": number, "idempotency_key": str(uuid4())})
        assert answer["Location"] == reverse("desk:folder", args=[household.pk])


def test_a_name_is_found_and_never_stands_in_an_address(signed_in_as: SignIn, household: Household) -> None:
    commune = signed_in_as("commune")
    form = {"q": "Sok", "place": "17010101", "born": "", "idempotency_key": str(uuid4())}
    text = commune.post(reverse("desk:search"), form).content.decode()
    assert household.folder_number in text and "?q=" not in text
    assert commune.get(reverse("desk:search") + "?q=Sok").content.decode().count(household.folder_number) == 0


def test_nobody_found_says_where_it_was_looked(signed_in_as: SignIn, household: Household) -> None:
    form = {"q": "Wxyz", "place": "", "born": "2540", "idempotency_key": str(uuid4())}
    text = signed_in_as("commune").post(reverse("desk:search"), form).content.decode()
    assert "Nobody found" in text and "Looked for “Wxyz”" in text


def test_home_of_who_sees_neither_persons_nor_figures_leads_to_no_page_that_refuses(
    signed_in_as: SignIn,
) -> None:
    """Every link of the IT officer's home opens: the office looks up what its officers see on the first page."""
    it = signed_in_as("it")
    text = it.get(reverse("desk:home")).content.decode()
    assert "sees neither persons nor figures" in text and "Char Chhuk" in text
    links = {link for link in re.findall(r'href="(/[^"#]*)"', text) if not link.startswith("/static/")}
    assert len(links) > 8
    assert {link: it.get(link).status_code for link in links if it.get(link).status_code != 200} == {}


def test_what_one_officer_was_told_is_not_told_the_next_at_the_same_machine(
    signed_in_as: SignIn, household: Household
) -> None:
    with scope(Officer.objects.get(username="district")):
        head = member(household, "head")
    machine = signed_in_as("commune")
    assert machine.post(reverse("registry:privacy", args=[head.pk]), {"how": "read"}).status_code == 302
    machine.post(reverse("staff:sign-out"))
    machine.force_login(Officer.objects.get(username="planning"))
    assert "Recorded: the notice was told" not in machine.get(reverse("desk:home")).content.decode()


def test_two_communes_beside_each_other_are_both_ones_own(signed_in_as: SignIn) -> None:
    """Two roles over neighbours are two places, though their codes make one range."""
    commune = Officer.objects.get(username="commune")
    RoleAssignment.objects.create(
        officer=commune, role="commune_assistant", unit_code="170102", valid_from="2000-01-01"
    )
    found = signed_in_as("commune").get(reverse("desk:home")).context["places_of_mine"]
    assert {place.unit.code[:6] for place in found} == {"170101", "170102"}
    assert own_area(scope_of(commune), "crosstable.read") == "170101"


def test_the_own_area_is_not_the_place_that_is_open_in_an_emergency(signed_in_as: SignIn) -> None:
    district = Officer.objects.get(username="district")
    district.assignments.update(unit_code="1712")
    with scope(district):
        break_glass("17010101", reason="A woman of that village stands here and needs care.", by=district)
    assert own_area(scope_of(district), "crosstable.read") == "1712"
