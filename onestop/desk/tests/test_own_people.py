"""The pages of an officer who sees the own people only: lists of those, figures of everybody."""

import re
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from onestop.enrolments.models import Enrolment
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope
from tests.officers import SignIn
from tests.pilot_database import Pilot

LIST = "/who-may-have-what/"
SENTENCE = "You see the people enrolled in a programme of your sector"


@pytest.fixture
def as_officer(pilot_database: Pilot, signed_in_as: SignIn) -> SignIn:
    return signed_in_as


@pytest.fixture
def manager(pilot_database: Pilot) -> Officer:
    made: Officer = Officer.objects.create(username="manager", name_km="-", name_latin="-")
    RoleAssignment.objects.create(officer=made, role="case_manager", unit_code="1701", valid_from=date(2000, 1, 1))
    return made


def reached_and_not() -> tuple[Household, Household]:
    """A household that an enrolment of the sector of health leads to, and one of the same village that none does."""
    health = Officer.objects.get(username="health")
    with scope(health):
        reached = list(Household.objects.visible_to(health).filter(unit_code__startswith="1701").order_by("pk"))
    with scope(Officer.objects.get(username="district")):
        for home in reached:
            others = Household.objects.filter(unit_code=home.unit_code).exclude(pk__in=[one.pk for one in reached])
            if found := others.first():
                return home, found
    raise AssertionError("the pilot has no such village")


def test_the_folder_of_a_family_that_no_enrolment_leads_to_is_not_there(as_officer: SignIn) -> None:
    client, (home, other) = as_officer("health"), reached_and_not()
    assert client.get(reverse("desk:folder", args=[home.pk])).status_code == 200
    for page in ("desk:folder", "desk:history", "desk:who-opened"):
        assert client.get(reverse(page, args=[other.pk])).status_code == 404, page


def test_search_finds_the_reached_and_says_why_others_are_not_found(as_officer: SignIn) -> None:
    client, (home, other) = as_officer("health"), reached_and_not()
    assert client.post("/people/", {"q": home.folder_number}).headers["Location"].endswith(f"{home.pk}/")
    text = client.post("/people/", {"q": other.folder_number}).content.decode()
    assert SENTENCE in text and "is not found here" in text


def test_home_says_whom_one_sees_and_counts_nobody(as_officer: SignIn) -> None:
    text = as_officer("health").get("/").content.decode()
    assert SENTENCE in text and "What the office holds" not in text and '<td data-h="Households"' not in text
    assert "What the office holds" in as_officer("district").get("/").content.decode()


def test_the_list_of_a_programme_has_the_reached_without_a_number(as_officer: SignIn) -> None:
    client = as_officer("health")
    asked = {"programme": "HEF", "unit": "170101", "state": ["receiving", "eligible", "unknown", "not_eligible"]}
    response = client.get(LIST, asked)
    text = response.content.decode()
    assert SENTENCE in text and "residents under these filters" not in text and "place_url" in response.context
    assert not re.search(r"<b>[\d,]+ people</b>", text)
    folders = {line.line.folder_number for line in response.context["lines"]}
    with scope(Officer.objects.get(username="health")):
        seen = set(Household.objects.values_list("folder_number", flat=True))
    assert folders and folders <= seen
    assert "residents under these filters" in as_officer("district").get(LIST, asked).content.decode()


def test_the_figures_of_a_place_count_everybody_with_small_cells_hidden(as_officer: SignIn) -> None:
    everybody = as_officer("district").get("/places/170101/").context
    figures = as_officer("health").get("/places/170101/").context
    assert figures["persons"] == everybody["persons"] and figures["households"] == everybody["households"]
    assert everybody["sees_persons"] and not figures["sees_persons"]
    assert figures["has_hidden"] and not everybody["has_hidden"]


def test_a_programme_leads_to_the_figures_of_the_place(as_officer: SignIn) -> None:
    response = as_officer("health").get("/programmes/HEF/")
    assert "parts" not in response.context and response.context["place_url"] == "/places/1701/"


def test_a_role_without_sectors_is_told_that_it_sees_nobody_yet(manager: Officer, as_officer: SignIn) -> None:
    client = as_officer("manager")
    for page in ("/", "/people/", LIST):
        assert "You see nobody yet" in client.get(page).content.decode(), page
    with scope(manager):
        assert not Person.objects.exists() and not Enrolment.objects.exists()


def test_a_command_lists_the_reached_and_makes_no_count_of_them(
    pilot_database: Pilot, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="only some of the people"):
        call_command("crosstable", "--as", "health", "--unit", "170101")
    call_command("crosstable", "--as", "health", "--unit", "170101", "--programme", "HEF", "--format", "csv")
    mine = capsys.readouterr().out.splitlines()
    call_command("crosstable", "--as", "district", "--unit", "170101", "--programme", "HEF", "--format", "csv")
    assert 1 < len(mine) < len(capsys.readouterr().out.splitlines())
