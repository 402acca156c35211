"""Masked columns: what a role does not see of the people it sees stands on no page, and the clerk sees it."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import translation

from onestop.areas import clock
from onestop.areas.masks import demand_open, is_masked_somewhere, shown
from onestop.areas.scope import Scope, current, shown_to
from onestop.registry import actions
from onestop.registry.actions import change_household, void
from onestop.registry.doors import QUESTIONS_AN_HOUR
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, member
from onestop.registry.models import DoorQuestion, Household, IdentityDocument, Person, PovertyStatus
from onestop.registry.search import find
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope, scope_of

pytestmark = pytest.mark.django_db
TODAY = date(2014, 6, 11)
VILLAGE, ELSEWHERE = "17010101", "17010201"
PHONE, PAPER, CARD, ADDRESS = "012345678", "987654321", "1701-CARD-771", "house 4 behind the pagoda"


@pytest.fixture(autouse=True)
def _the_day(db: None) -> Iterator[None]:
    with clock.fixed(TODAY), translation.override("en"):
        Officer.objects.update(language="en")
        yield


def officer(username: str) -> Officer:
    found: Officer = Officer.objects.get(username=username)
    return found


def page(username: str, name: str, *args: object, **data: str) -> str:
    """What an officer's page says, digits without blanks."""
    client = Client()
    client.force_login(officer(username))
    url = reverse(name, args=args)
    response = client.post(url, {**data, "idempotency_key": str(uuid4())}) if data else client.get(url)
    return response.content.decode()


@pytest.fixture
def home() -> Household:
    """A household with telephone, address, card, and a mother with a telephone and a paper."""
    by = officer("district")
    with scope(by):
        made = HouseholdFactory(
            by=by, unit_code=VILLAGE, phone=PHONE, address=ADDRESS, members=[NewPersonFactory(head=True, phone=PHONE)]
        )
        actions.record_document(member(made, "head"), kind="citizen_id", number=PAPER, by=by)
        actions.record_poverty_status(made, level=1, valid_from=date(2013, 1, 1), card_number=CARD, by=by)
        return Household.objects.get(pk=made.pk)


@pytest.fixture
def alone() -> Person:
    """A person in no household, with a telephone and a paper."""
    by = officer("district")
    with scope(by):
        made = actions.register_person(NewPersonFactory(elder=True, phone=PHONE), unit_code=VILLAGE, by=by)
        actions.record_document(made, kind="citizen_id", number=PAPER, by=by)
        return made


def test_the_folder_shows_a_planning_officer_the_end_of_the_telephone_and_the_card_whole(home: Household) -> None:
    planning, clerk = page("planning", "desk:folder", home.pk), page("commune", "desk:folder", home.pk)
    assert "012 345 678" in clerk and CARD in clerk
    assert "012 345 678" not in planning
    assert "••• 678" in planning and "not shown to your role" in planning
    assert CARD in planning, "applications are checked against the card"


def test_the_page_of_a_person_masks_telephone_and_paper(alone: Person) -> None:
    planning, clerk = page("planning", "desk:person", alone.pk), page("commune", "desk:person", alone.pk)
    assert "012 345 678" in clerk and PAPER in clerk and "not shown to your role" not in clerk
    assert "012 345 678" not in planning and PAPER not in planning and "••• 321" in planning
    intersector = page("intersector", "desk:person", alone.pk)
    assert "012 345 678" in intersector and PAPER not in intersector


def test_the_history_masks_what_stood_there_before_too(home: Household) -> None:
    by = officer("district")
    with scope(by):
        change_household(home, version=home.version, by=by, phone="097 712 3456", address="by the well")
    args = ("desk:record-history", "registry.household", home.pk)
    planning, clerk = page("planning", *args), page("commune", *args)
    for text in ("012 345 678", "097 712 3456", ADDRESS, "by the well"):
        assert text in clerk and text not in planning, text
    assert "••• 678" in planning and "••• 456" in planning and "not shown to your role" in planning


def test_a_number_the_person_gave_finds_the_person_and_shows_no_more_of_it(alone: Person) -> None:
    """Whole numbers only, each search a line of the journal (decisions/021-masked-columns.md)."""
    found = page("planning", "desk:search", q=PAPER)
    assert alone.name_latin in found and "012 345 678" not in found
    assert alone.name_latin not in page("planning", "desk:search", q=PAPER[:-1])
    assert alone.name_latin not in page("planning", "desk:search", q=PAPER[-3:])


def test_numbers_a_role_does_not_show_are_not_tried_out(alone: Person) -> None:
    """Counted like questions at the narrow door; the name still finds, and colleagues and the clerk go on."""
    with scope(officer("planning")):
        for tried in range(QUESTIONS_AN_HOUR - 1):
            find(f"98765{tried:04}", officer=officer("planning"))
    assert alone.name_latin in page("planning", "desk:search", q=PAPER), "the sixtieth is answered"
    for number in (PAPER, PHONE):
        refused = page("planning", "desk:search", q=number)
        assert alone.name_latin not in refused and "60 times within an hour" in refused and number in refused
    for text in (alone.number, alone.name_latin):
        assert "times within an hour" not in page("planning", "desk:search", q=text)
    assert alone.name_latin in page("district", "desk:search", q=PAPER)
    page("commune", "desk:search", q=PAPER)
    assert set(DoorQuestion.objects.filter(registering=False).values_list("officer", flat=True)) == {
        officer("planning").pk
    }, "who masks nothing is not counted"


def test_only_what_the_role_hides_is_counted(alone: Person) -> None:
    """The inter-sector officer sees telephones and no papers."""
    by = officer("intersector")
    page("intersector", "desk:search", q=PHONE)
    assert not DoorQuestion.objects.filter(officer=by).exists()
    page("intersector", "desk:search", q=PAPER)
    assert DoorQuestion.objects.filter(officer=by).count() == 1


def test_a_kind_is_masked_somewhere_until_other_roles_show_it_everywhere() -> None:
    by = officer("district")
    with scope(by):
        whole, half = ("1701", "1702"), ("1701", "170105")
        masks = {
            (): False,
            ((frozenset({"phone"}), whole),): True,
            ((frozenset({"phone"}), whole), (frozenset(), half)): True,
            ((frozenset({"phone"}), whole), (frozenset({"papers"}), half), (frozenset(), ("170105", "18"))): False,
        }
        for held, somewhere in masks.items():
            with shown_to(Scope(**{**vars(current()), "masks": held})):
                assert is_masked_somewhere("phone") is somewhere, held


def test_another_role_over_the_place_shows_what_it_needs_and_only_there(home: Household) -> None:
    planning = officer("planning")
    RoleAssignment.objects.create(
        officer=planning, role="commune_assistant", unit_code="170101", valid_from=date(2014, 1, 1)
    )
    held = scope_of(planning)
    assert not held.hides("phone", VILLAGE)
    assert held.hides("phone", ELSEWHERE)
    assert "012 345 678" in page("planning", "desk:folder", home.pk)


def masking(*kinds: str) -> Scope:
    """The district assistant's scope, as if the role masked these kinds."""
    open_scope = current()
    return Scope(**{**vars(open_scope), "masks": ((frozenset(kinds), ("1701", "1702")),)})


def test_what_is_hidden_is_neither_written_over_nor_voided(home: Household) -> None:
    by = officer("district")
    with scope(by):
        paper = IdentityDocument.objects.visible_to(by).get()
        card = PovertyStatus.objects.visible_to(by).get()
        with shown_to(masking("phone", "papers", "card")):
            head = member(home, "head")
            with pytest.raises(PermissionDenied, match="telephone numbers"):
                change_household(home, version=home.version, by=by, phone="097 712 3456")
            with pytest.raises(PermissionDenied, match="telephone numbers"):
                actions.change_person(head, version=head.version, by=by, phone="")
            for entry in (paper, card):
                with pytest.raises(PermissionDenied):
                    void(entry, reason="copied wrongly", by=by)
            change_household(home, version=home.version, by=by, address="by the well")  # what is shown may be changed
        kept = Household.objects.visible_to(by).get(pk=home.pk)
        assert shown(kept, "phone") == "+85512345678" and kept.address == "by the well"


def test_an_empty_column_stays_empty_and_a_short_number_keeps_less() -> None:
    by = officer("district")
    with scope(by), shown_to(masking("phone", "papers", "address")):
        assert shown(Person(unit_code=VILLAGE, phone=""), "phone") == ""
        assert shown(IdentityDocument(unit_code=VILLAGE, number="4711"), "number") == "••• 1"
        assert shown(IdentityDocument(unit_code=VILLAGE, number="47"), "number") == "•••"
        assert shown(Household(unit_code=VILLAGE, address="a"), "address") == "not shown to your role"
        demand_open(Person(unit_code=VILLAGE), ["sex", "family_name_km"])
