"""A place opened in an emergency: for whom, what of it is seen, how it ends, and that somebody else looks at it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from onestop.areas.keys import uuid7
from onestop.journal.models import JournalEntry
from onestop.registry.actions import answer, ask_correction, register_person
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, member
from onestop.registry.models import AnswerSheet, DoubleNotice, Household
from onestop.staff.break_glass import break_glass, close, review, to_review
from onestop.staff.models import BreakGlass, Officer, RoleAssignment
from onestop.staff.models.break_glass import LASTS
from onestop.staff.scope import scope, scope_of
from tests.officers import Named

pytestmark = pytest.mark.django_db

HERE, THERE, BESIDE = "17010101", "17120101", "17120102"
WHY = "A woman of that village stands here and needs care today."


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def district(named: Named) -> Officer:
    return named("district")


@pytest.fixture
def director() -> Officer:
    """Who reviews: holds the right over the officer's district."""
    made: Officer = Officer.objects.create(username="director", name_km="នាយក", name_latin="Director", language="en")
    RoleAssignment.objects.create(officer=made, role="district_director", unit_code="1701", valid_from=date(2000, 1, 1))
    return made


@pytest.fixture
def homes(named: Named) -> dict[str, Household]:
    loader = named("system.loader")
    with scope(loader):
        return {place: HouseholdFactory(unit_code=place, by=loader) for place in (HERE, THERE, BESIDE)}


def opened(officer: Officer, place: str = THERE) -> BreakGlass:
    with scope(officer):
        return break_glass(place, reason=WHY, by=officer)


def seen(officer: Officer) -> set[str]:
    with scope(officer):
        return set(Household.objects.visible_to(officer).values_list("unit_code", flat=True))


def test_one_place_is_seen_for_an_hour_and_nothing_beside_it(district: Officer, homes: dict[str, Household]) -> None:
    assert seen(district) == {HERE}
    made = opened(district)
    assert made.ends_at - made.opened_at == LASTS
    assert seen(district) == {HERE, THERE}
    with connection.cursor() as cursor:  # the hour is over, by the server's clock
        cursor.execute(
            "UPDATE staff_breakglass SET opened_at = now() - interval '61 minutes',"
            " ends_at = now() - interval '1 minute'"
        )
    assert seen(district) == {HERE}


def test_a_closed_place_is_closed_at_once(district: Officer, homes: dict[str, Household]) -> None:
    made = opened(district)
    with scope(district):
        close(made, by=district)
    assert seen(district) == {HERE}
    with scope(district), pytest.raises(ValidationError, match="closed already"):
        close(made, by=district)


def test_it_is_read_only_without_lists_and_without_compartments(
    district: Officer, homes: dict[str, Household], named: Named
) -> None:
    RoleAssignment.objects.create(officer=district, role="case_manager", unit_code="1701", valid_from=date(2000, 1, 1))
    RoleAssignment.objects.filter(officer=district, role="district_assistant").delete()
    loader = named("system.loader")
    with scope(loader):
        for home in homes.values():
            answer(member(home, "child"), {"working_child": True}, observed_on=date(2014, 1, 1), by=loader)
    assert scope_of(district).compartments == {"child_protection"}
    opened(district)
    found = scope_of(district)
    assert found.compartments == frozenset()
    assert found.covers(THERE) and not found.covers_all_of(THERE) and found.covers_all_of("1701")
    assert found.may("registry.read", THERE)
    others = [right for right in found.rights if right != "registry.read" and found.may(right, THERE)]
    assert others == []
    assert not any(low <= THERE < high for low, high in found.figure_ranges)
    with scope(district):
        assert not AnswerSheet.objects.exists()
        with pytest.raises(PermissionDenied):
            register_person(NewPersonFactory(), unit_code=THERE, by=district)
        with pytest.raises(PermissionDenied):
            answer(member(homes[THERE], "head"), {"marital": "single"}, observed_on=date(2014, 1, 1), by=district)


def test_each_read_meanwhile_is_marked_and_reads_at_home_are_not(
    client: Client, district: Officer, homes: dict[str, Household]
) -> None:
    opened(district)
    client.force_login(district)
    for place in (THERE, HERE):
        assert client.get(reverse("desk:folder", args=[homes[place].pk])).status_code == 200
    with scope(district):
        lines = JournalEntry.objects.filter(verb="journal.read", officer=district)
        assert {line.unit_code: "break_glass" in line.roles for line in lines} == {THERE: True, HERE: False}
        told = JournalEntry.objects.get(verb="staff.glass_broken")
        assert (told.note, told.unit_code) == (WHY, THERE)


@pytest.mark.parametrize(
    ("place", "reason", "message"),
    [
        (THERE, "urgent", "Write in a sentence"),
        ("1712", WHY, "one village or one commune"),
        ("99999999", WHY, "one village or one commune"),
        (HERE, WHY, "in your area"),
        ("170101", WHY, "in your area"),
    ],
)
def test_what_is_no_emergency_is_refused(district: Officer, place: str, reason: str, message: str) -> None:
    with scope(district), pytest.raises(ValidationError, match=message):
        break_glass(place, reason=reason, by=district)


@pytest.mark.parametrize("username", ["commune", "finance", "province", "national"])
def test_other_roles_cannot_open_a_place(username: str, named: Named, client: Client) -> None:
    officer = named(username)
    with scope(officer), pytest.raises(PermissionDenied):
        break_glass(THERE, reason=WHY, by=officer)
    client.force_login(officer)
    assert client.get(reverse("staff:break-glass")).status_code == 403


def test_one_place_at_a_time(district: Officer) -> None:
    opened(district)
    with scope(district), pytest.raises(ValidationError, match="Close it first"):
        break_glass(BESIDE, reason=WHY, by=district)


def test_somebody_else_reviews_it_once(district: Officer, director: Officer, named: Named) -> None:
    made = opened(district)
    for stranger in (district, named("finance"), named("province")):
        with scope(stranger), pytest.raises(PermissionDenied):
            review(made, finding="in_order", note="", by=stranger)
    with scope(director):
        with pytest.raises(ValidationError, match="Write what was not in order"):
            review(made, finding="not_in_order", note=" ", by=director)
        found = review(made, finding="not_in_order", note="There was no emergency.", by=director)
        assert (found.reviewed_by, found.finding) == (director, "not_in_order")
        with pytest.raises(ValidationError, match="reviewed already"):
            review(made, finding="in_order", note="", by=director)


def test_a_second_account_of_the_same_human_is_no_other_pair_of_eyes(district: Officer, director: Officer) -> None:
    made = opened(district)
    Officer.objects.filter(pk=director.pk).update(human=district.human)
    director.refresh_from_db()
    with scope(director), pytest.raises(PermissionDenied):
        review(made, finding="in_order", note="", by=director)


def test_the_supervisor_reviews_without_the_right(district: Officer, named: Named) -> None:
    planning = named("planning")
    Officer.objects.filter(pk=district.pk).update(supervisor=planning)
    district.refresh_from_db()
    made = opened(district)
    assert made.told == planning
    with scope(planning):
        assert to_review(planning) == 1
        assert review(made, finding="in_order", note="", by=planning).reviewed_at
        assert to_review(planning) == 0


def test_the_database_itself_asks_for_four_eyes_and_an_hour_at_most(district: Officer) -> None:
    made = opened(district)
    openings = BreakGlass.objects.filter(pk=made.pk)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        openings.update(reviewed_by=district, reviewed_at=made.opened_at, finding="in_order")
    with pytest.raises(IntegrityError, match="lasts"), transaction.atomic():
        openings.update(ends_at=made.opened_at + LASTS + timedelta(seconds=1))


def test_the_whole_way_over_the_pages(
    client: Client, district: Officer, director: Officer, homes: dict[str, Household]
) -> None:
    Officer.objects.filter(pk=district.pk).update(language="en")
    client.force_login(district)
    folder = reverse("desk:folder", args=[homes[THERE].pk])
    assert client.get(folder).status_code == 404
    page = client.get(reverse("staff:break-glass"))
    assert "Open a place in an emergency" in page.content.decode()
    assert client.post(reverse("staff:break-glass"), {"place": THERE, "reason": "short"}).status_code == 422
    assert client.post(reverse("staff:break-glass"), {"place": THERE, "reason": WHY}).status_code == 302
    assert client.get(folder).status_code == 200
    for url in ("/", reverse("desk:search"), folder):
        assert "open to you in an emergency until" in client.get(url).content.decode(), url
    table = client.get(reverse("desk:crosstable"), {"unit": THERE, "programme": "HEF"})
    assert table.status_code == 404
    made = BreakGlass.objects.get()

    above = Client()
    above.force_login(director)
    assert "wait for your review: 1" in above.get(reverse("staff:offices")).content.decode()
    first = above.get("/").content.decode()  # there it stands among the tasks, and not twice
    assert "Review places opened in an emergency" in first and "wait for your review" not in first
    assert above.get(folder).status_code == 403  # the page of a refusal is drawn without a scope
    listed = above.get(reverse("staff:glass-reviews")).content.decode()
    assert WHY in listed and "District assistant" not in listed
    assert folders_told(listed) == ["1"]  # opened twice, by an officer of the reviewer's district, in another one
    assert above.post(reverse("staff:glass-review", args=[made.pk]), {}).status_code == 422
    answered = above.post(reverse("staff:glass-review", args=[made.pk]), {f"{made.pk}-finding": "in_order"})
    assert answered.status_code == 302
    own = client.get(reverse("staff:glass-reviews"))  # a supervisor of others, who reviews theirs and not the own
    assert WHY not in own.content.decode()
    again = client.post(reverse("staff:glass-review", args=[made.pk]), {f"{made.pk}-finding": "in_order"})
    assert again.status_code == 404
    own_page = client.get(reverse("staff:break-glass")).content.decode()
    assert folders_told(own_page) == ["1"]
    assert client.post(reverse("staff:glass-close", args=[made.pk])).status_code == 302
    assert client.get(folder).status_code == 404


def folders_told(page: str) -> list[str]:
    """The numbers on the page, of facts and of the table."""
    return re.findall(r'(?:<dt>Folders opened</dt><dd>|data-h="Folders opened" class="number">)(\d+)<', page)


def test_no_page_leads_to_the_figures_of_an_opened_place(
    district: Officer, homes: dict[str, Household], client: Client
) -> None:
    """They are of the place's own officers; the way there would end at “not found”."""
    opened(district)
    client.force_login(district)
    assert client.get(reverse("desk:place", args=[THERE])).status_code == 404
    for page in ("desk:home", "desk:search"):
        shown = client.get(reverse(page)).content.decode()
        assert reverse("desk:place", args=["170101"]) in shown
        assert reverse("desk:place", args=[THERE]) not in shown, page


def test_in_the_demonstration_somebody_reviews_what_was_opened(named: Named) -> None:
    """The page says that the supervisor is told."""
    reviewed = 0
    for officer in Officer.objects.who_sign_in():
        if "registry.break_glass" not in scope_of(officer).rights:
            continue
        made = opened(officer)
        assert made.told is not None, officer.username
        with scope(made.told):
            assert BreakGlass.objects.reviewable_by(made.told).filter(pk=made.pk).exists()
        reviewed += 1
    assert reviewed


def test_a_longer_list_of_openings_asks_no_more_of_the_database(
    client: Client, district: Officer, director: Officer
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as asking:
            assert client.get(reverse("staff:glass-reviews")).status_code == 200
        return len(asking)

    client.force_login(director)
    opened(district)
    client.get(reverse("staff:glass-reviews"))
    few = asked()
    for place in (BESIDE, "17120103", "17120201"):
        BreakGlass.objects.update(closed_at=F("opened_at"))
        opened(district, place)
    assert asked() == few


def test_no_list_is_made_of_an_opened_place_and_nothing_of_it_is_counted(
    client: Client, district: Officer, homes: dict[str, Household]
) -> None:
    """An assistant settles doubles and reads corrections at home; an opened place is there to be read alone."""
    there: Officer = Officer.objects.create(username="there", name_km="នៅទីនោះ", name_latin="There")
    RoleAssignment.objects.create(officer=there, role="commune_assistant", unit_code="171201", valid_from="2000-01-01")
    with scope(there):
        head = member(homes[THERE], "head")
        asked = ask_correction(head, wanted={"sex": "M"}, proof="Citizen card 012345678", by=there)
        double = DoubleNotice.objects.create(
            unit_code=THERE, person=head, pair=uuid7(), state="open", sign="name", other_unit="170101",
            other_since=date(2014, 1, 1), since_on=date(2014, 6, 1),
        )  # fmt: skip
    opened(district)
    client.force_login(district)
    for page, key, name in (
        ("registry:corrections", asked.pk, "registry:correction"),
        ("registry:doubles", double.pk, "registry:double"),
    ):
        assert str(key) not in client.get(reverse(page), {"all": "1"}).content.decode(), page
        assert client.get(reverse(name, args=[key])).status_code == 404, name
    context = client.get("/").context
    assert (context["households"], context["residents"]) == (1, 2)
    assert {place.unit.code: place.households for place in context["places_of_mine"]}[THERE] is None
