"""Cross-table 1: filters, pages, what stands on exports, and for whom."""

import csv
import io
import re
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onestop.desk import crosstable_papers
from onestop.eligibility.queries import listed
from onestop.journal.models import JournalEntry
from onestop.letters.models import Printout
from onestop.registry.models import Disclosure, Household
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_scope
from tests.officers import SignIn
from tests.pilot_database import Pilot

LIST = "/who-may-have-what/"
EXPORT = "/who-may-have-what/export/"
WHY = {"purpose": "invite", "recipient": "ប្រធានភូមិ"}
ALL = ["receiving", "eligible", "unknown", "not_eligible"]


@pytest.fixture
def as_officer(pilot_database: Pilot, signed_in_as: SignIn) -> SignIn:
    return signed_in_as


def lines(client: Client, **asked: Any) -> list[Any]:
    """Every line of every page, in order, by the pager's own links."""
    response = client.get(LIST, asked)
    found = list(response.context["lines"])
    while response.context["page"].next_link:
        response = client.get(LIST + response.context["page"].next_link)
        found += response.context["lines"]
    return found


def test_without_a_programme_the_programmes_are_to_choose(as_officer: SignIn) -> None:
    text = as_officer("district").get(LIST).content.decode()
    assert "?programme=HEF" in text and "CLMS" not in text


def test_the_task_of_questions_leads_to_whom_cannot_be_told_and_what_to_ask(as_officer: SignIn) -> None:
    """Not to the lists of whom it is clear: those are no work."""
    clerk = as_officer("commune")
    waiting = re.search(r'href="(/who-may-have-what/[^"]*)">', clerk.get("/").content.decode().split("<main")[1])
    assert waiting
    chosen = re.search(r'href="(\?programme=HEF[^"]*)"', clerk.get(waiting[1]).content.decode())
    assert chosen
    text = clerk.get(LIST + unescape(chosen[1])).content.decode()
    assert re.findall(r'name="state" value="(\w+)"[^>]* checked', text) == ["unknown"]


@pytest.mark.parametrize(
    ("username", "asked", "status"),
    [
        ("commune", {"programme": "HEF"}, 200),
        ("commune", {"programme": "HEF", "unit": "1701"}, 404),
        ("commune", {"programme": "HEF", "unit": "170102"}, 404),
        ("district", {"programme": "HEF", "unit": "170102"}, 200),
        ("district", {"programme": "HEF", "unit": "1712"}, 404),
        ("district", {"programme": "CLMS"}, 404),
        ("district", {"programme": "NOBODY"}, 404),
        ("health", {"programme": "HEF"}, 200),
        ("health", {"programme": "THR"}, 404),
        ("health", {"programme": "CLMS"}, 404),
        ("province", {"programme": "HEF"}, 403),
        ("national", {}, 403),
    ],
)
def test_who_may_list_whom(as_officer: SignIn, username: str, asked: dict[str, str], status: int) -> None:
    assert as_officer(username).get(LIST, asked).status_code == status


def test_the_first_list_is_of_those_eligible_and_not_yet_receiving(as_officer: SignIn) -> None:
    found = lines(as_officer("commune"), programme="HEF", unit="170101")
    assert found and {one.line.state for one in found} == {"eligible"}


def test_the_states_are_those_of_the_cross_table_with_the_enrolled_taken_out(
    as_officer: SignIn, pilot_database: Pilot
) -> None:
    officer = Officer.objects.get(username="district")
    with scope(officer) as opened:
        verdicts = {one.person: one.verdict for one in listed("17010106", pilot_database.day, opened, "HEF")}
    found = lines(as_officer("district"), programme="HEF", unit="17010106", state=ALL)
    assert {one.line.number for one in found} == set(verdicts)
    for one in found:
        assert one.line.state in {verdicts[one.line.number], "receiving"}
    assert any(one.line.state == "receiving" for one in found)


@pytest.mark.parametrize("order", ["name", "-name", "age", "-age", "village", "state"])
def test_the_pages_hold_everybody_once_in_order(as_officer: SignIn, order: str) -> None:
    client = as_officer("commune")
    found = lines(client, programme="MCHN", unit="170101", state=["eligible"], sort=order)
    keys = [one.line.id for one in found]
    assert len(keys) == len(set(keys)) == client.get(LIST, {"programme": "MCHN"}).context["total"] > 100
    if order == "-age":
        births = [one.line.birth_date for one in found if one.line.birth_precision == "day"]
        assert births == sorted(births)


def test_the_page_before_is_the_page_one_came_from(as_officer: SignIn) -> None:
    client = as_officer("commune")
    first = client.get(LIST, {"programme": "HEF", "state": ALL})
    second = client.get(LIST + first.context["page"].next_link)
    back = client.get(LIST + second.context["page"].previous_link)
    assert [one.line.id for one in back.context["lines"]] == [one.line.id for one in first.context["lines"]]


def test_a_row_that_has_gone_leads_back_to_the_first_page(as_officer: SignIn) -> None:
    client = as_officer("commune")
    first = client.get(LIST, {"programme": "HEF"})
    gone = client.get(LIST, {"programme": "HEF", "after": "0197a000-0000-7000-8000-000000000000"})
    assert [one.line.id for one in gone.context["lines"]] == [one.line.id for one in first.context["lines"]]
    assert not gone.context["page"].previous_link


@pytest.mark.parametrize("username", ["commune", "district", "health"])
def test_the_own_area_stands_among_those_to_choose(as_officer: SignIn, username: str) -> None:
    """Also of who may list and not try a rule: for them no area stood there, and the own one was a wrong choice."""
    own = "170101" if username == "commune" else "1701"
    shown = as_officer(username).get(LIST, {"programme": "HEF", "unit": own})
    assert shown.context["form"].errors == {} and own in dict(shown.context["form"].fields["unit"].choices)


@pytest.mark.parametrize(("youngest", "in_part"), [("", True), ("90", False)])
def test_a_sheet_that_holds_one_page_of_the_list_says_so(as_officer: SignIn, youngest: str, in_part: bool) -> None:
    shown = as_officer("commune").get(LIST, {"programme": "HEF", "state": ALL, "age_from": youngest})
    assert shown.context["lines"] and bool(shown.context["page"].next_link) is in_part
    assert ("One page of the list stands on this paper." in shown.content.decode()) is in_part


@pytest.mark.parametrize("path", ["/places/170101/", f"{LIST}?programme=HEF&unit=170101", "/programmes/HEF/"])
def test_who_may_have_it_and_has_it_not_is_called_by_one_word_everywhere(as_officer: SignIn, path: str) -> None:
    text = as_officer("commune").get(path).content.decode()
    assert "eligible, not receiving" in text and "not applied" not in text and "not covered" not in text


def test_bar_and_table_share_the_filters(as_officer: SignIn) -> None:
    client = as_officer("commune")
    asked = {"programme": "HEF", "village": "17010106", "sex": "F", "age_from": "20", "age_to": "៤០", "state": ALL}
    response = client.get(LIST, asked)
    found = lines(client, **asked)
    assert response.context["everybody"] == len(found) == response.context["total"]
    assert {one.line.sex for one in found} == {"F"}
    assert {one.line.unit_code for one in found} == {"17010106"}
    day = response.context["day"]
    for one in found:
        if one.line.birth_precision == "day":
            born = one.line.birth_date
            years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
            assert 20 <= years <= 40


def test_a_wrong_filter_says_so_and_keeps_what_was_typed(as_officer: SignIn) -> None:
    text = as_officer("commune").get(LIST, {"programme": "HEF", "age_from": "70", "age_to": "20"}).content.decode()
    assert "The second age is below the first" in text and 'value="70"' in text and 'value="20"' in text


def test_a_village_of_another_commune_is_dropped(as_officer: SignIn) -> None:
    response = as_officer("district").get(LIST, {"programme": "HEF", "unit": "170101", "village": "17010205"})
    assert response.context["place"].village is None


def test_of_whom_it_cannot_be_told_the_missing_facts_are_named(as_officer: SignIn) -> None:
    found = lines(as_officer("commune"), programme="HEF", unit="17010106", state=["unknown"])
    assert found and {tuple(one.ask) for one in found} == {("ID-Poor level",)}


def test_a_programme_of_households_lists_households(as_officer: SignIn) -> None:
    client = as_officer("commune")
    response = client.get(LIST, {"programme": "THR", "state": ALL})
    found = lines(client, programme="THR", state=ALL)
    assert len({one.line.household_id for one in found}) == len(found) == response.context["everybody"]
    assert all(one.line.members >= 1 for one in found)
    assert "Head of household" in response.content.decode() and 'name="sex"' not in response.content.decode()


def test_a_household_without_a_head_has_a_link_that_says_so(as_officer: SignIn) -> None:
    client = as_officer("commune")
    asked = {"programme": "THR", "village": "17010106", "state": ALL}
    headless = lines(client, **asked)[0].line.household_id
    with system_scope("system.loader"):
        Household.objects.filter(pk=headless).update(head=None)
    text = client.get(LIST, asked).content.decode()
    assert "no head recorded</a>" in text and not re.findall(r"<a [^>]*></a>", text)


def test_the_statements_do_not_grow_with_the_list(as_officer: SignIn) -> None:
    def statements(**asked: Any) -> int:
        client = as_officer("district")
        client.get(LIST, asked)
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST, asked)
        return len(seen)

    small = statements(programme="MCHN", village="17010106", unit="170101", state=["unknown"])
    assert statements(programme="MCHN", state=ALL) <= 20
    assert statements(programme="MCHN", state=["unknown"]) <= max(small, 20)


def whole(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def send(client: Client, kind: str, **asked: Any) -> HttpResponse:
    return client.post(
        EXPORT, {"programme": "HEF", "unit": "170101", "state": ["eligible"], "kind": kind, **WHY, **asked}
    )  # type: ignore[return-value]


def test_the_files_hold_what_the_page_lists(as_officer: SignIn) -> None:
    client = as_officer("commune")
    page = [one.line.number for one in lines(client, programme="HEF", village="17010106", state=ALL, sort="-age")]
    asked = {"village": "17010106", "state": ALL, "sort": "-age"}
    text = whole(send(client, "csv", **asked)).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert [row["Membership number"] for row in rows] == page
    sheet = openpyxl.load_workbook(io.BytesIO(whole(send(client, "xlsx", **asked))))["List"]
    heads = [cell.value for cell in sheet[1]]
    place = heads.index("Membership number")
    assert [row[place] for row in sheet.iter_rows(min_row=2, values_only=True)] == page


def test_a_workbook_says_by_what_its_list_was_chosen(as_officer: SignIn) -> None:
    asked = {"village": "17010106", "state": ALL, "sex": "F", "age_from": "20", "age_to": "40"}
    book = openpyxl.load_workbook(io.BytesIO(whole(send(as_officer("commune"), "xlsx", **asked))))
    said = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    for label, value in (("Sex", "Female"), ("Age from", "20"), ("to (years)", "40")):
        assert (label, value) in zip(said, said[1:], strict=False), label


def test_each_export_is_recorded_without_a_name(as_officer: SignIn) -> None:
    client = as_officer("commune")
    send(client, "csv")
    send(client, "chief", village="17010106")
    with scope(Officer.objects.get(username="commune")):
        notes = list(JournalEntry.objects.filter(verb="journal.exported").order_by("id").values_list("note", flat=True))
    assert len(notes) == 2
    assert re.fullmatch(r"HEF 170101: \d+ \(csv\)", notes[0]) and re.fullmatch(r"HEF 17010106: \d+ \(chief\)", notes[1])


def test_a_list_leaves_only_with_a_purpose_and_each_person_on_it_is_written_down(
    as_officer: SignIn,
) -> None:
    client = as_officer("commune")
    for missing in WHY:
        refused = send(client, "csv", village="17010106", **{missing: ""})
        assert refused.status_code == 422
        assert 'value="17010106" selected' in refused.content.decode()  # the filters stay
    rows = list(csv.DictReader(io.StringIO(whole(send(client, "csv", village="17010106")).decode()[1:])))
    with scope(Officer.objects.get(username="commune")):
        listed = Disclosure.objects.get()
        numbers = set(listed.records.values_list("person__number", flat=True))
    assert numbers == {row["Membership number"] for row in rows} and len(numbers) > 20
    assert (listed.purpose, listed.recipient, listed.form, listed.content) == (
        *WHY.values(),
        "csv",
        "HEF 17010106",
    )


def test_the_chiefs_list_holds_names_and_villages_and_nothing_else(as_officer: SignIn) -> None:
    response = send(as_officer("commune"), "chief", village="17010106")
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF")
    with scope(Officer.objects.get(username="commune")):
        paper = Printout.objects.get()
    assert [column["head"] for column in paper.values["columns"]] == ["", "Name", "Village", "Family folder", "Came on"]
    assert all(len(row) == 5 and row[4] == "" for row in paper.values["rows"]) and len(paper.values["rows"]) > 20
    assert "ID-Poor" not in str(paper.values)


@pytest.mark.parametrize(("username", "status"), [("finance", 403), ("intersector", 403), ("health", 403)])
def test_who_may_not_export_is_refused(as_officer: SignIn, username: str, status: int) -> None:
    client = as_officer(username)
    assert send(client, "csv").status_code == status
    assert EXPORT not in client.get(LIST, {"programme": "HEF"}).content.decode()


def test_no_export_leaves_the_officers_area(as_officer: SignIn) -> None:
    assert send(as_officer("commune"), "csv", unit="170102").status_code == 404


def test_a_list_too_long_for_its_file_is_refused_in_words(as_officer: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = as_officer("commune")
    monkeypatch.setattr(crosstable_papers, "MOST", 5)
    response = client.post(EXPORT, {"programme": "HEF", "unit": "170101", "kind": "chief", **WHY}, follow=True)
    assert "do not fit one paper" in response.content.decode()
    empty = {"programme": "HEF", "unit": "170101", "kind": "chief", "age_from": "119", **WHY}
    assert "Nobody stands on this list" in client.post(EXPORT, empty, follow=True).content.decode()
