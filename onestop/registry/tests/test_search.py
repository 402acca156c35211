"""Finding people: by number, by name, where they live now, and nobody whom the officer may not see."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Q

from onestop.areas.scope import ScopeMissing
from onestop.journal.models import JournalEntry
from onestop.registry import actions
from onestop.registry.factories import VILLAGE, HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import Household, Person, SearchKey
from onestop.registry.search import find, looked_in, near
from onestop.registry.searchkeys import rebuild_keys
from onestop.registry.tests.conftest import officer
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_scope

pytestmark = pytest.mark.django_db

NEIGHBOUR = "17010102"
OTHER_DISTRICT = "17120101"


def home(by: Officer, unit_code: str = VILLAGE) -> Household:
    """A household of Chhim Piseth, born 1975, and the child Chhim Sreyneang, born 2005."""
    head = NewPersonFactory(
        head=True, sex="M", birth=born(1975), family_name_km="ឈឹម", given_name_km="ពិសិដ្ឋ",
        family_name_latin="Chhim", given_name_latin="Piseth", phone="+85512345678",
    )  # fmt: skip
    child = NewPersonFactory(
        child=True, sex="F", family_name_km="ឈឹម", given_name_km="ស្រីនាង",
        family_name_latin="Chhim", given_name_latin="Sreyneang",
    )  # fmt: skip
    return HouseholdFactory(by=by, unit_code=unit_code, members=[head, child])


def names(text: str, by: Officer, **known: object) -> list[str]:
    return [one.person.given_name_latin for one in find(text, officer=by, **known)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["Chhim Piseth", "Jim Pisit", "Piseth Chhim", "ឈឹម ពិសិដ្ឋ", "ពិសិត ឈិម", "PISETH", "Chhimpiset", "Chim Piseh"]
)
def test_a_person_is_found_however_the_name_is_written(district: Officer, text: str) -> None:
    home(district)
    assert names(text, district, village=VILLAGE)[:1] == ["Piseth"]


def test_the_household_the_score_and_the_reason_come_with_the_person(district: Officer) -> None:
    household = home(district)
    best = find("Chhim Piseth", officer=district)[0]
    assert best.household == household and best.score == 100 and best.why == "The name as it is recorded"
    other = find("Chim Pisit", officer=district)[0]
    assert other.person == best.person and 60 < other.score < 100 and other.why in ("Sounds like it", "A similar name")


def test_what_else_the_clerk_knows_narrows_the_search(district: Officer) -> None:
    home(district)
    assert names("Chhim Piseth", district, birth_year=1976) == ["Piseth"]
    assert names("Chhim Piseth", district, birth_year=1985) == []
    assert names("Chhim Piseth", district, sex="F") == []
    assert names("Chhim Piseth", district, village=NEIGHBOUR) == []
    assert names("Chhim Piseth", district, village="1701") == ["Piseth"]
    assert set(names("Chhim", district, village=VILLAGE)) == {"Piseth", "Sreyneang"}
    assert len(find("Chhim", officer=district, limit=1)) == 1


def test_somebody_whose_birth_is_not_known_is_found_by_every_year(district: Officer) -> None:
    HouseholdFactory(by=district, members=[NewPersonFactory(unknown_birth=True, given_name_latin="Bopha")])
    assert names("Sok Bopha", district, birth_year=1931) == ["Bopha"]


def test_nothing_found_offers_near_names_and_says_where_it_looked(district: Officer) -> None:
    home(district)
    assert find("Chhim Pheaktra", officer=district, village=NEIGHBOUR) == []
    assert {one.person.family_name_latin for one in near("Chhim Pisey", officer=district)} == {"Chhim"}
    assert looked_in() == "Looked in: your whole area."
    assert NEIGHBOUR not in looked_in(NEIGHBOUR) and "1973 to 1977" in looked_in(NEIGHBOUR, 1975)


def test_a_number_a_folder_a_telephone_or_a_paper_leads_straight_there(district: Officer) -> None:
    household = home(district)
    head = member(household, "head")
    kind = "birth_certificate"
    actions.record_document(head, kind=kind, number="ក ១២/៣៤", valid_from=date(2010, 1, 1), by=district)
    number = f"{head.number[:3]} {head.number[3:6]} {head.number[6:]}"
    for text in (head.number, number, "012 345 678", "+855 12 345 678", "855-12345678", "ក 1234"):
        found = find(text, officer=district, village=NEIGHBOUR, birth_year=1900)
        assert [(one.person, one.score) for one in found] == [(head, 100)], text
    folder = find(household.folder_number, officer=district)
    assert [one.person.given_name_latin for one in folder] == ["Piseth", "Sreyneang"]
    assert find("999", officer=district) == [] and find(str(int(head.number) + 1), officer=district) == []


def test_a_merged_number_leads_to_the_person_that_stays(district: Officer) -> None:
    one, other = member(home(district), "head"), member(home(district), "head")
    actions.merge(one, into=other, reason="entered twice", by=district)
    assert [found.person for found in find(one.number, officer=district)] == [other]
    assert [found.person for found in find("Chhim Piseth", officer=district)] == [other]


def test_a_changed_name_is_found_and_the_old_one_is_not(district: Officer) -> None:
    head = member(home(district), "head")
    actions.change_person(
        head, version=1, by=district, given_name_km="វណ្ណៈ", given_name_latin="Vannak", birth=born(1960)
    )
    assert names("Chhim Vannak", district, birth_year=1960) == ["Vannak"]
    assert "Vannak" not in names("Chhim Piseth", district)


def test_a_voided_person_is_not_found(district: Officer) -> None:
    head = member(home(district), "head")
    actions.void(head, reason="a test", by=district)
    assert names("Chhim Piseth", district) == [] and not SearchKey.objects.filter(person=head).exists()


def test_who_moved_is_found_in_the_new_place_only(district: Officer) -> None:
    household = home(district)
    actions.move_household(household, to=NEIGHBOUR, on=date(2014, 5, 1), by=district)
    assert names("Chhim Piseth", district, village=VILLAGE) == []
    assert names("Chhim Piseth", district, village=NEIGHBOUR) == ["Piseth"]


def test_who_moved_out_of_the_district_is_found_by_the_other_office_only(district: Officer) -> None:
    household = home(district)
    head = member(household, "head")
    actions.move_household(household, to=OTHER_DISTRICT, on=date(2014, 5, 1), by=district)
    for text in ("Chhim Piseth", head.number, "012345678", household.folder_number):
        assert find(text, officer=district) == []
    with system_scope("system.loader"):
        assert set(SearchKey.objects.filter(person=head).values_list("unit_code", flat=True)) == {OTHER_DISTRICT}


def test_nobody_of_another_area_is_ever_found(loader: Officer) -> None:
    home(loader)
    home(loader, OTHER_DISTRICT)
    neighbours = officer("commune")
    with scope(neighbours):
        found = find("Chhim Piseth", officer=neighbours) + near("Chhim Piseth", officer=neighbours)
        assert {one.person.unit_code for one in found} == {VILLAGE}
        assert find("Chhim Piseth", officer=neighbours, village=OTHER_DISTRICT) == []
    assert {one.person.unit_code for one in find("Chhim Piseth", officer=loader)} == {VILLAGE, OTHER_DISTRICT}


def test_who_sees_figures_only_finds_nobody(loader: Officer) -> None:
    head = member(home(loader), "head")
    national = officer("national")
    with scope(national):
        for text in ("Chhim Piseth", head.number, "012345678"):
            assert find(text, officer=national) == []
        assert near("Chhim Piseth", officer=national) == []


def test_without_a_scope_a_search_is_an_error_and_not_an_empty_list(db: None) -> None:
    for text in ("Chhim Piseth", "012345678", ""):
        with pytest.raises(ScopeMissing):
            find(text, officer=officer("district"))


@pytest.mark.parametrize(
    "text", ["", "  ", "…", "\x00", "1\x00", "'; --", "%", "\u200b", "សុ" * 5000, "1" * 5000, "李四", "😀"]
)
def test_any_text_is_answered(district: Officer, text: str) -> None:
    home(district)
    assert find(text, officer=district) == []


def test_every_search_is_journalled_without_what_was_typed(district: Officer) -> None:
    home(district)
    before = JournalEntry.objects.count()
    find("Chhim Piseth", officer=district, village=VILLAGE)
    near("Chhim Piseth", officer=district)
    lines = list(JournalEntry.objects.filter(verb="registry.searched").order_by("at"))
    assert JournalEntry.objects.count() == before + 2 == before + len(lines)
    assert lines[0].note == "1"
    assert lines[0].unit_code == VILLAGE and not any("iseth" in str(vars(line)) for line in lines)


def test_keys_made_anew_are_those_that_were_written(district: Officer) -> None:
    home(district)
    HouseholdFactory(by=district, members=[NewPersonFactory(no_khmer_name=True), NewPersonFactory(year_only=True)])
    columns = ("person_id", "key", "unit_code", "born_from", "born_to")
    written = set(SearchKey.objects.values_list(*columns))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_searchkey")
    assert names("Chhim Piseth", district) == []
    assert rebuild_keys() == Person.objects.count() == 4
    assert set(SearchKey.objects.values_list(*columns)) == written
    assert not SearchKey.objects.filter(~Q(unit_code=VILLAGE)).exists()


def test_the_command_makes_the_keys_anew(loader: Officer) -> None:
    home(loader)
    SearchKey.objects.filter(unit_code=VILLAGE).delete()
    told = StringIO()
    call_command("registry", "keys", stdout=told, stderr=StringIO())
    assert told.getvalue() == "Made anew: the search keys of 2 persons.\n"
    assert names("Chhim Piseth", loader) == ["Piseth"]
