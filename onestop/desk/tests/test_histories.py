"""The history of any record, and the paper that tells a family who opened its folder."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.scope import current
from onestop.desk.queries import is_closed
from onestop.enrolments.factories import enrolment
from onestop.journal.actions import record
from onestop.journal.models import JournalEntry
from onestop.journal.queries import history_of, lines_about, officer_number
from onestop.journal.sources import check_slot, sources
from onestop.journal.verbs import PRINTED, READ
from onestop.letters.models import Printout
from onestop.registry.actions import add_member, change_household, move_person, register_person
from onestop.registry.actions.privacy import disclose
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, member
from onestop.registry.models import Household, Person
from onestop.registry.notices import purposes
from onestop.staff.models import Office, Officer, RoleAssignment
from onestop.staff.organising import choose_setting
from onestop.staff.scope import scope
from onestop.ui.format import day
from tests.journeys.browser import Site, signed_in

DAY = date(2014, 6, 11)


def named(username: str) -> Officer:
    found: Officer = Officer.objects.get(username=username)
    return found


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"), clock.fixed(DAY):
        yield


@pytest.fixture
def home(db: None) -> Household:
    """A household of Char Chhuk whose telephone was changed."""
    return made()


def made() -> Household:
    district = named("district")
    Officer.objects.update(language="en")
    with scope(district):
        found: Household = HouseholdFactory(
            by=district,
            members=[NewPersonFactory(head=True, family_name_latin="Keo", given_name_latin="Sophea")],
            phone="012 345 678",
        )
        change_household(found, version=1, by=district, phone="097 712 3456")
        found.refresh_from_db()
    return found


def of(client: Client, username: str, url: str, *, post: bool = False) -> Any:
    client.force_login(named(username))
    return client.post(url) if post else client.get(url)


def test_every_source_of_the_slot_is_there_and_two_of_one_kind_are_refused(settings: Any) -> None:
    assert {"registry.household", "registry.person", "staff.office", "staff.officer", "staff.committee"} <= set(
        sources()
    )
    sources.cache_clear()
    settings.HISTORY_SOURCES = ["onestop.registry.history.SOURCES"] * 2
    assert "Two entries" in check_slot()[0].msg
    settings.HISTORY_SOURCES = ["onestop.registry.history.NOTHING"]
    assert "NOTHING" in check_slot()[0].msg
    sources.cache_clear()


def test_the_history_tells_lines_readings_and_what_stood_there_before_and_after(
    client: Client, home: Household
) -> None:
    url = reverse("desk:record-history", args=["registry.household", home.pk])
    of(client, "commune", reverse("desk:folder", args=[home.pk]))
    text = of(client, "district", url).content.decode()
    for words in ("registered", "changed", "opened", "012 345 678", "097 712 3456", "Telephone"):
        assert words in text, words
    assert "Chea Maly opened" in of(client, "district", url).content.decode()  # the page itself is a reading


def test_codes_and_days_of_what_changed_are_said_as_the_pages_say_them(client: Client, home: Household) -> None:
    url = reverse("desk:record-history", args=["registry.household", home.pk])
    changes = of(client, "district", url).context["panel"].changes
    told = {(one.label, one.after) for change in changes for one in change.said}
    with scope(named("district")):
        since = home.memberships.get().valid_from
    assert {("Relation to the head", "Head of household"), ("From", day(since))} <= told
    Officer.objects.update(language="km")
    text = of(client, "district", url).content.decode()
    assert "មេគ្រួសារ" in text and ">head<" not in text and since.isoformat() not in text


def history_url(kind: str, key: object) -> str:
    return reverse("desk:record-history", args=[kind, key])


def test_out_of_scope_or_without_the_right_there_is_no_history(client: Client, home: Household) -> None:
    url = reverse("desk:record-history", args=["registry.household", home.pk])
    assert of(client, "it", url).status_code == 403
    with scope(named("district")):
        elsewhere = HouseholdFactory(by=named("district"), unit_code="17010204", members=[NewPersonFactory(head=True)])
    assert (
        of(client, "commune", reverse("desk:record-history", args=["registry.household", elsewhere.pk])).status_code
        == 404
    )
    assert of(client, "district", reverse("desk:record-history", args=["registry.household", "x"])).status_code == 404
    assert of(client, "district", reverse("desk:record-history", args=["letters.printout", home.pk])).status_code == 404


def test_the_history_of_an_office_is_seen_by_the_it_officer_who_sees_no_persons(client: Client, db: None) -> None:
    """An office stands outside the walls and so does what was done to it, though its lines carry no scope of hers."""
    it, office = named("it"), Office.objects.get(code="ANGKOR_CHUM")
    with scope(named("district")):
        record(READ, by=named("district"), subject=office, note="")
    with scope(it):
        assert not JournalEntry.objects.exists()
        assert [line.officer for line in lines_about(office, named="x")] == ["Chea Maly"]
        Office.objects.filter(pk=office.pk).update(name_latin="Angkor Chum One")
        assert history_of(office)[0].fields["name_latin"][1] == "Angkor Chum One"
    text = of(client, "it", reverse("desk:record-history", args=["staff.office", office.pk])).content.decode()
    assert "Angkor Chum One" in text


def test_the_history_of_an_office_tells_how_it_chose_to_work(client: Client, db: None) -> None:
    it, office = named("it"), Office.objects.get(code="ANGKOR_CHUM")
    with scope(it):
        choose_setting(office, key="commune_mode", value="online", valid_from=DAY, by=it, unit_code="170103")
    Officer.objects.update(language="en")
    answer = of(client, "it", reverse("desk:record-history", args=["staff.office", office.pk]))
    told = {(one.label, one.after) for change in answer.context["panel"].changes for one in change.said}
    assert {("Setting", "How the commune works"), ("Value", "online"), ("From", "11 June 2014")} <= told


def test_the_history_of_an_account_shows_no_secret(client: Client, db: None) -> None:
    it, commune = named("it"), named("commune")
    with scope(it):
        Officer.objects.filter(pk=commune.pk).update(name_latin="Sok Another", password="argon2$secret")
        RoleAssignment.objects.create(officer=commune, role="case_manager", unit_code="1701", valid_from=DAY)
    Officer.objects.update(language="en")
    text = of(client, "it", reverse("desk:record-history", args=["staff.officer", commune.pk])).content.decode()
    assert "argon2" not in text and "secret" not in text
    assert "Case manager" in text and "case_manager" not in text


def test_the_doors_show_nothing_of_a_walled_table(home: Household) -> None:
    with scope(named("it")):
        assert lines_about(home) == []
        assert (
            list(
                JournalEntry.objects.raw(
                    "SELECT * FROM journal_open_lines('registry.household', %s, 9)", [str(home.pk)]
                )
            )
            == []
        )
        raw = JournalEntry.objects.raw("SELECT id FROM journal_open_history('registry_household', %s, 9)", [home.pk])
        assert list(raw) == []


def test_who_opened_the_folder_is_told_by_day_with_numbers_on_paper_and_names_for_the_clerk(
    client: Client, home: Household
) -> None:
    for _visit in range(3):
        of(client, "commune", reverse("desk:folder", args=[home.pk]))
    text = of(client, "district", reverse("desk:who-opened", args=[home.pk])).content.decode()
    commune = named("commune")
    assert commune.name_latin in text and officer_number(commune.pk) in text
    assert "Commune assistant" in text and ">3<" in text
    answer = of(client, "district", reverse("desk:who-opened-paper", args=[home.pk]), post=True)
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    with scope(named("district")):
        printed = Printout.objects.get()
        rows = printed.values["rows"]
        assert [row[3:] for row in rows if "Commune assistant" in row[2]] == [
            [officer_number(commune.pk), "opened for the office's work", "3"]
        ]
        assert commune.name_latin not in str(printed.values)
        district = named("district")
        assert district.office is not None and district.office.holder in str(printed.values["closing"])
        assert str(printed.values["closing"]).startswith("This paper is yours.") and printed.values["is_handed_over"]
        assert printed.reference[:4] == "2014"
        line = JournalEntry.objects.get(verb=PRINTED, subject_id=str(home.pk))
        assert "អ្នកណា" in line.note and "Who opened this folder" in line.note  # whatever the officer's language was
    assert of(client, "it", reverse("desk:who-opened", args=[home.pk])).status_code == 403


def test_a_list_that_was_handed_out_with_the_household_on_it_is_told_with_purpose_and_recipient(
    client: Client, home: Household
) -> None:
    district = named("district")
    with scope(district):
        disclose(
            purpose=next(iter(purposes())), recipient="village chief of Char", form="chief", content="HEF",
            unit_code="1701", by=district, households=[(home.pk, home.unit_code)],
        )  # fmt: skip
    text = of(client, "district", reverse("desk:who-opened", args=[home.pk])).content.decode()
    assert "on a list that was handed out" in text and "village chief of Char" in text
    # of the district: the commune tells that it was, and whom to ask
    text = of(client, "commune", reverse("desk:who-opened", args=[home.pk])).content.decode()
    assert "a list of a wider area" in text and "village chief of Char" not in text


def test_a_reader_of_a_protected_service_is_an_officer_of_the_district_and_no_more(
    client: Client, home: Household
) -> None:
    assert pack().roles["technical_health"].compartments
    with scope(named("district")):
        enrolment(member(home, "head"), "HEF", by=named("district"))
    of(client, "health", reverse("desk:folder", args=[home.pk]))
    health = named("health")
    with scope(named("district")):
        assert is_closed(["technical_health"], current()) and not is_closed(["commune_assistant"], current())
    text = of(client, "district", reverse("desk:who-opened", args=[home.pk])).content.decode()
    assert "an office of the district" in text
    assert health.name_latin not in text and officer_number(health.pk) not in text and "Technical officer" not in text
    own = of(client, "health", reverse("desk:who-opened", args=[home.pk])).content.decode()
    assert health.name_latin in own


@pytest.mark.browser
def test_the_pages_are_sound(committed_database: dict[str, str], site: Site) -> None:
    home = made()
    district = signed_in(named("district"))
    site.assert_sound(reverse("desk:who-opened", args=[home.pk]), cookies=district)
    site.assert_sound(reverse("desk:record-history", args=["registry.household", home.pk]), cookies=district)
    office = Office.objects.get(code="ANGKOR_CHUM")
    site.assert_sound(reverse("desk:record-history", args=["staff.office", office.pk]), cookies=signed_in(named("it")))


def test_a_family_of_two_hundred_changes_is_told_in_as_few_statements_as_one_of_two(
    client: Client, home: Household
) -> None:
    """Who and where a change names is fetched once for all of them, not for each line."""
    district = named("district")
    with scope(district):
        heads = [register_person(NewPersonFactory(), unit_code=home.unit_code, by=district).pk for _ in range(2)]

    def change(times: int) -> None:
        with scope(district):
            for turn in range(times):
                Household.objects.filter(pk=home.pk).update(head_id=heads[turn % 2])

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            page = of(client, "district", reverse("desk:record-history", args=["registry.household", home.pk]))
        assert page.status_code == 200
        return len(asked)

    change(2)
    statements()
    few = statements()
    change(198)
    assert statements() <= few
    assert few <= 60, few


@pytest.mark.parametrize("page", ["desk:history", "desk:folder"])
def test_a_line_of_half_past_eleven_at_night_in_greenwich_is_told_under_the_next_day(
    client: Client, home: Household, page: str
) -> None:
    """23:30 UTC is half past six the next morning in Phnom Penh."""
    evening = datetime(2014, 6, 10, 23, 30, tzinfo=UTC)
    with scope(named("district")):
        line = JournalEntry(
            verb=PRINTED, officer=named("district"), at=evening, unit_code=home.unit_code,
            unit_code_then=home.unit_code, subject_kind=Household._meta.label_lower, subject_id=str(home.pk),
        )  # fmt: skip
        line.save(force_insert=True)
    text = of(client, "district", reverse(page, args=[home.pk])).content.decode()
    assert "11 June 2014" in text and "10 June 2014" not in text


def test_the_history_does_not_name_a_reader_of_a_protected_service_either(client: Client, home: Household) -> None:
    """What the paper keeps from the kitchen table, no other page of the office tells."""
    with scope(named("district")):
        enrolment(member(home, "head"), "HEF", by=named("district"))
    of(client, "health", reverse("desk:folder", args=[home.pk]))
    of(client, "health", reverse("desk:who-opened-paper", args=[home.pk]), post=True)
    health = named("health")
    for url in (
        history_url("registry.household", home.pk),
        reverse("desk:history", args=[home.pk]),
        reverse("desk:folder", args=[home.pk]),
    ):
        text = of(client, "district", url).content.decode()
        assert health.name_latin not in text and health.name_km not in text, url
        assert "an office of the district" in text, url
        assert health.name_latin in of(client, "health", url).content.decode(), url


def test_who_left_the_household_is_read_without_its_knowing_where(client: Client, home: Household) -> None:
    """The paper would tell a husband at which office his wife is now."""
    district = named("district")
    with scope(district):
        wife = register_person(NewPersonFactory(given_name_latin="Sopheap"), unit_code=home.unit_code, by=district)
        add_member(home, wife, relation="spouse", on=date(2013, 1, 1), by=district)
        read(wife, on=date(2014, 3, 1), note="while at home")
        refuge = HouseholdFactory(by=district, unit_code="17010204", members=[NewPersonFactory(head=True)])
        move_person(wife, refuge, relation="other_relative", on=date(2014, 5, 1), by=district)
        read(wife, on=date(2014, 6, 1), note="at the refuge")
        disclose(
            purpose=next(iter(purposes())), recipient="chief of the refuge", form="chief", content="HEF",
            unit_code="170102", by=district, persons=[(wife.pk, "17010204")],
        )  # fmt: skip
    text = of(client, "district", reverse("desk:who-opened", args=[home.pk])).content.decode()
    assert "while at home" in text
    assert "at the refuge" not in text and "chief of the refuge" not in text
    text = of(client, "district", reverse("desk:who-opened", args=[home.pk]) + "?on=2014-03-01").content.decode()
    assert "at the refuge" not in text and "chief of the refuge" not in text
    text = of(client, "district", reverse("desk:who-opened", args=[refuge.pk])).content.decode()
    assert "at the refuge" in text and "chief of the refuge" in text


@pytest.mark.parametrize("way", ["desk:history", "desk:folder", "desk:record-history"])
def test_who_is_read_in_the_folder_of_a_household_left_long_ago_hears_of_it(
    client: Client, home: Household, way: str
) -> None:
    district = named("district")
    with scope(district):
        wife = register_person(NewPersonFactory(given_name_latin="Sopheap"), unit_code=home.unit_code, by=district)
        add_member(home, wife, relation="spouse", on=date(2013, 1, 1), by=district)
        refuge = HouseholdFactory(by=district, unit_code="17010204", members=[NewPersonFactory(head=True)])
        move_person(wife, refuge, relation="other_relative", on=date(2014, 5, 1), by=district)
    finance = named("finance")
    url = reverse(way, args=["registry.household", home.pk] if way == "desk:record-history" else [home.pk])
    opened = reverse("desk:who-opened", args=[refuge.pk])
    of(client, "finance", reverse("desk:folder", args=[home.pk]))
    assert finance.name_latin not in of(client, "district", opened).content.decode()
    asked = {"desk:history": f"?of={wife.pk}", "desk:folder": "?on=2014-03-01"}.get(way, "")
    assert "Sopheap" in of(client, "finance", url + asked).content.decode()
    assert finance.name_latin in of(client, "district", opened).content.decode()


def read(person: Person, *, on: date, note: str) -> None:
    """A line of a day gone by: somebody read the person."""
    line = JournalEntry(
        verb=READ, officer=named("district"), at=datetime(on.year, on.month, on.day, 5, tzinfo=UTC),
        unit_code=person.unit_code, unit_code_then=person.unit_code, note=note,
        subject_kind=Person._meta.label_lower, subject_id=str(person.pk),
    )  # fmt: skip
    line.save(force_insert=True)
