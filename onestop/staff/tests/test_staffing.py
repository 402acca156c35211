"""A district is set up from one spreadsheet: the preview finds what is wrong, and the saving does it once."""

import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onestop.areas import clock
from onestop.areas.models import AdministrativeUnit
from onestop.journal.models import JournalEntry
from onestop.staff import signing_in
from onestop.staff.models import Committee, CommitteeMember, Office, Officer, RoleAssignment, StaffingSheet
from onestop.staff.scope import scope, scope_of, system_scope
from onestop.staff.staffing import sheets
from tests.officers import Named

pytestmark = pytest.mark.django_db
Cells = Mapping[str, list[list[Any]]]
OFFICES = ["HALL_X", "សាលា", "Hall", "170103", "front", "", "មេឃុំ", "Chief", "commune_chief", "2014-06-02"]
OFFICER = ["sok.dara", "សុខ ដារ៉ា", "Sok Dara", "HALL_X", "km", ""]
ROLE = ["sok.dara", "commune_assistant", "170103", "2014-06-02", ""]
MEMBER = ["procurement", "1701", "ជា សុខា", "Chea Sokha", "F", "chair", "council", "2014-06-02"]


@pytest.fixture(autouse=True)
def day() -> Iterator[None]:
    with clock.fixed(date(2014, 6, 11)):
        yield


@pytest.fixture
def it(client: Client, named: Named) -> Client:
    """The browser of the IT officer of the district, in English."""
    officer = named("it")
    officer.language = "en"
    officer.save()
    client.force_login(officer)
    prove(client)
    return client


def prove(client: Client) -> None:
    """The officer has just shown again who it is."""
    session = client.session
    session[signing_in.PROVED] = clock.now().isoformat()
    session.save()


def workbook(cells: Cells, heads: Mapping[str, list[str]] | None = None) -> bytes:
    """A workbook as a clerk saves it: the sheets of the template with rows of text."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for key, sheet in sheets.SHEETS.items():
            if key not in cells:
                continue
            page = book.add_worksheet(sheet.name())
            page.write_row(0, 0, (heads or {}).get(key) or [column.heads() for column in sheet.columns])
            for number, row in enumerate(cells[key], start=1):
                page.write_row(number, 0, row)
    return file.getvalue()


def bring(client: Client, content: bytes, name: str = "staffing.xlsx") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("staff:staffing"), {"file": file}, follow=True)


def text(response: Any) -> str:
    return str(response.content.decode())


def save(client: Client) -> Any:
    waiting = StaffingSheet.objects.filter(confirmed_at=None).exclude(content=b"").get()
    return client.post(reverse("staff:save-staffing", args=[waiting.pk]))


def problems(response: Any) -> list[tuple[int, str, str]]:
    """Row, column as written, and words of each problem."""
    return [(number, str(head), words) for _sheet, number, head, _written, words in response.context["problems"]]


def a_district() -> dict[str, list[list[Any]]]:
    """Fifteen offices, sixty officers and forty roles in the seven communes of Angkor Chum, and a committee."""
    communes = [f"1701{number:02d}" for number in range(1, 8)]
    offices = [
        [f"OFFICE_{n}", f"ការិយាល័យ {n}", f"Office {n}", communes[n % 7], ["front", "back"][n % 2], "", "អ្នកគ្រប់គ្រង",
         f"Head {n}", "", date(2014, 6, 2)]
        for n in range(15)
    ]  # fmt: skip
    officers = [
        [
            f"new.officer{n}",
            f"មន្ត្រី {n}",
            f"Officer {n}",
            f"OFFICE_{n % 15}",
            "km",
            f"new.officer{n - 1}" if n % 4 else "",
        ]
        for n in range(60)
    ]
    front = [[f"new.officer{n}", "commune_assistant", communes[n % 7], "2014-06-02", ""] for n in range(20)]
    back = [[f"new.officer{n}", "technical_health", "1701", "2/6/2014", "31/12/2014"] for n in range(20, 35)]
    clerks = [[f"new.officer{n}", "Commune clerk", communes[n % 7], "2014-06-02", ""] for n in range(35, 40)]
    members = [["procurement", "1701", f"សមាជិក {n}", f"Member {n}", "FM"[n % 2], "member", "council", "2014-06-02"]
               for n in range(5)]  # fmt: skip
    return {"offices": offices, "officers": officers, "roles": front + back + clerks, "committees": members}


def test_the_telephone_of_an_office_is_read_as_people_write_it_and_may_be_brought_later(it: Client) -> None:
    """Khmer digits, a number that lost its 0 as Excel takes it away, and one that is no number."""
    for written, stored in (("០៦៣ ៩០០ ៩៩៩", "+85563900999"), (63900998, "+85563900998")):
        preview = bring(it, workbook({"offices": [[*OFFICES, written]]}))
        assert problems(preview) == [] and preview.context["counts"]["wrong"] == 0
        save(it)
        assert Office.objects.get(code="HALL_X").phone == stored
    assert bring(it, workbook({"offices": [[*OFFICES, "063 900 998"]]})).context["counts"]["same"] == 1
    assert bring(it, workbook({"offices": [OFFICES]})).context["counts"]["same"] == 1, "left empty, it stays"
    ((number, head, words),) = problems(bring(it, workbook({"offices": [[*OFFICES, "063 90"]]})))
    assert (number, head) == (2, str(sheets.SHEETS["offices"].column("phone").head)) and "digits" in words
    assert Office.objects.get(code="HALL_X").phone == "+85563900998"


def test_a_district_of_fifteen_offices_sixty_officers_and_forty_roles_is_set_up_from_one_file(
    it: Client, named: Named
) -> None:
    content = workbook(a_district())
    before = (Office.objects.count(), Officer.objects.count(), RoleAssignment.objects.count())
    preview = bring(it, content)
    assert preview.status_code == 200 and problems(preview) == []
    assert preview.context["counts"] == {"new": 15 + 60 + 40 + 5, "changed": 0, "same": 0, "wrong": 0}
    assert (Office.objects.count(), Officer.objects.count(), RoleAssignment.objects.count()) == before
    done = save(it)
    assert done.status_code == 200 and "The file is saved" in text(done)
    after = (Office.objects.count(), Officer.objects.count(), RoleAssignment.objects.count())
    assert tuple(now - then for now, then in zip(after, before, strict=True)) == (15, 60, 40)
    assert Office.objects.open_on(date(2014, 6, 11)).filter(code__startswith="OFFICE_").count() == 15
    assert CommitteeMember.objects.filter(committee__kind="procurement").count() == 5
    officer = Officer.objects.get(username="new.officer22")
    assert officer.supervisor is not None and officer.supervisor.username == "new.officer21"
    assert scope_of(officer).may("application.decide", "170105")
    assert not scope_of(officer).may("application.decide", "171201")
    assert not scope_of(officer, date(2015, 1, 1)).rights
    with system_scope("system.console"):
        assert JournalEntry.objects.filter(verb="role.given").count() == 40
        assert JournalEntry.objects.filter(verb="staffing.saved").count() == 1
    assert bytes(StaffingSheet.objects.get().content) == b""


def test_the_same_file_twice_makes_nothing_new(it: Client) -> None:
    district = a_district()
    district |= {"officers": district["officers"][:4], "roles": district["roles"][:4]}
    content = workbook(district)
    bring(it, content)
    assert save(it).status_code == 200
    counts = (Office.objects.count(), Officer.objects.count(), RoleAssignment.objects.count())
    again = bring(it, content)
    assert again.context["counts"] == {"new": 0, "changed": 0, "same": 15 + 4 + 4 + 5, "wrong": 0}
    assert "There is nothing new in this file" in text(again)
    save(it)
    assert (Office.objects.count(), Officer.objects.count(), RoleAssignment.objects.count()) == counts
    assert CommitteeMember.objects.filter(committee__kind="procurement").count() == 5


def test_before_it_is_saved_one_shows_again_who_one_is(it: Client) -> None:
    bring(it, workbook({"offices": [OFFICES], "officers": [OFFICER]}))
    session = it.session
    del session[signing_in.PROVED]
    session.save()
    sheet = StaffingSheet.objects.get()
    page = it.get(reverse("staff:staffing-sheet", args=[sheet.pk]))
    assert "Show again that it is you" in text(page) and "Save all of this" not in text(page)
    asked = it.post(reverse("staff:save-staffing", args=[sheet.pk]))
    assert asked.status_code == 302 and reverse("staff:prove") in asked.headers["Location"]
    assert not Office.objects.filter(code="HALL_X").exists()


def test_the_new_accounts_get_a_first_password_that_is_shown_once(it: Client) -> None:
    bring(it, workbook({"offices": [OFFICES], "officers": [OFFICER]}))
    done = save(it)
    officer = Officer.objects.get(username="sok.dara")
    (shown,) = [password for about, password in done.context["passwords"] if about == officer]
    assert officer.check_password(shown) and shown in text(done)
    assert officer.account.first_password_until is not None
    assert shown not in text(it.get(reverse("staff:staffing-sheet", args=[StaffingSheet.objects.get().pk])))


def test_a_confirmation_sent_twice_saves_once(it: Client) -> None:
    bring(it, workbook({"offices": [OFFICES], "officers": [OFFICER]}))
    sheet = StaffingSheet.objects.get()
    first = it.post(reverse("staff:save-staffing", args=[sheet.pk]))
    second = it.post(reverse("staff:save-staffing", args=[sheet.pk]))
    assert (first.status_code, second.status_code) == (200, 302)
    shown = text(it.get(second.headers["Location"]))  # whoever clicked twice sees no passwords: there is a way on
    assert f"{reverse('staff:accounts')}?state=waiting" in shown and "page of the account" in shown
    assert "state=waiting" not in text(first)
    assert Officer.objects.filter(username="sok.dara").count() == 1


@pytest.mark.parametrize(
    ("sheet", "row", "column", "says"),
    [
        ("roles", ["sok.dara", "commune_assistant", "Char Chuk", "2014-06-02", ""], "unit", "Chhuk Commune 170101"),
        ("roles", ["sok.dara", "commune_assistant", "170199", "2014-06-02", ""], "unit", "There is no place"),
        ("roles", ["sok.dara", "commune_assistant", "171205", "2014-06-02", ""], "unit", "lies outside your area"),
        ("roles", ["sok.dara", "commune_assistant", "1701", "2014-06-02", ""], "unit", "wanted is: Commune"),
        ("roles", ["sok.dara", "district_assistant", "170103", "2014-06-02", ""], "unit", "(1701?)"),
        ("roles", ["sok.dara", "national_board", "khm", "2014-06-02", ""], "unit", "not your area"),
        ("roles", ["sok.dara", "comune_assistant", "170103", "2014-06-02", ""], "role", "Perhaps: commune_assistant"),
        ("roles", ["sok.dar", "commune_assistant", "170103", "2014-06-02", ""], "username", "Perhaps: sok.dara"),
        ("roles", ["sok.dara", "commune_assistant", "170103", "2014-06-02", "2014-06-01"], "to", "before it begins"),
        ("roles", ["sok.dara", "commune_assistant", "170103", "31/2/2014", ""], "from", ""),
        ("roles", ["sok.dara", "commune_assistant", "170103", "1014-06-02", ""], "from", ""),
        ("roles", ["sok.dara", "commune_assistant", "170103", "", ""], "from", "must be filled"),
        ("roles", ["it", "planning_officer", "1701", "2014-06-02", ""], "username", "to themselves"),
        ("roles", ["health", "commune_assistant", "170103", "2014-06-02", ""], "role", "in one hand"),
        ("officers", ["sok.dara", "ក", "X", "HALL_X", "km", ""], "username", "stands in row 2 already"),
        ("officers", ["national", "ក", "X", "HALL_X", "km", ""], "username", "Perhaps: national2"),
        ("officers", ["it", "ក", "X", "ANGKOR_CHUM", "km", ""], "username", "This is you"),
        ("officers", ["Sok Dara", "ក", "X", "HALL_X", "km", ""], "username", "lower-case"),
        ("officers", ["kim.sok", "ក", "X", "HAL_X", "km", ""], "office", "Perhaps: HALL_X"),
        ("officers", ["kim.sok", "ក", "X", "PREI", "km", ""], "office", "outside your area"),
        ("officers", ["kim.sok", "ក", "X", "HALL_X", "km", "nobody"], "supervisor", "no officer"),
        ("offices", ["HALL_X", *OFFICES[1:]], "code", "stands in row 2 already"),
        ("offices", ["hall y", *OFFICES[1:]], "code", "Perhaps: HALL_Y"),
        ("offices", ["PREI", *OFFICES[1:]], "code", "another place"),
        ("offices", ["HALL_Y", "ក", "Y", "170103", "front", "", "", "", "", "2014-06-02"], "holder_km", "accountable"),
        ("offices", ["HALL_Y", "ក", "Y", "170103", "counter"], "kind", "not known"),
        ("committees", ["procurment", *MEMBER[1:]], "kind", "Perhaps: procurement"),
        ("committees", ["vdc", *MEMBER[1:6], "village", "2014-06-02"], "unit", "stands at"),
        ("committees", [*MEMBER[:6], "", "2014-06-02"], "capacity", "capacity in which"),
        ("committees", [*MEMBER[:4], "W", *MEMBER[5:]], "sex", "F for a woman"),
    ],
)  # fmt: skip
def test_a_mistake_is_seen_before_anything_is_saved(
    it: Client, sheet: str, row: list[str], column: str, says: str
) -> None:
    """Each with its sheet, row and column and, where there is one, a proposal; then nothing of the file is saved."""
    good = {"offices": [OFFICES], "officers": [OFFICER], "roles": [ROLE], "committees": [MEMBER]}
    cells = {key: [*rows, row] if key == sheet else rows for key, rows in good.items()}
    if sheet == "roles":
        cells["roles"] = [["dummy", *ROLE[1:]], row]
        cells["officers"] = [OFFICER, ["dummy", *OFFICER[1:]]]
    counts = (Office.objects.count(), Officer.objects.count(), RoleAssignment.objects.count())
    preview = bring(it, workbook(cells))
    found = problems(preview)
    heads = {one.key: str(one.head) for one in sheets.SHEETS[sheet].columns}
    assert [(number, head) for number, head, _words in found] == [(3, heads[column])], found
    assert says in found[0][2]
    assert "Save all of this" not in text(preview)
    assert save(it).status_code == 422
    assert (Office.objects.count(), Officer.objects.count(), RoleAssignment.objects.count()) == counts


def test_two_roles_of_one_file_may_not_be_in_one_hand_either(it: Client) -> None:
    roles = [ROLE, ["sok.dara", "technical_labour", "1701", "2014-06-02", ""]]
    preview = bring(it, workbook({"offices": [OFFICES], "officers": [OFFICER], "roles": roles}))
    head = str(sheets.SHEETS["roles"].column("role").head)
    assert [(number, where) for number, where, _words in problems(preview)] == [(3, head)]


def test_an_officer_who_works_elsewhere_is_answered_like_one_who_is_not_there(it: Client) -> None:
    """The file gives no role where the page of the account gives none, and does not tell who there is (ORG-44)."""
    answers = []
    for username in ("province", "nobody.here"):
        preview = bring(it, workbook({"roles": [[username, "commune_assistant", "170101", "2014-06-02", ""]]}))
        ((row, head, words),) = problems(preview)
        answers.append((row, head, words.replace(username, "…")))
        assert "Save all of this" not in text(preview)
    assert answers[0] == answers[1]
    assert "There is no officer" in answers[0][2]


def test_a_changed_row_is_shown_as_a_change_and_a_role_gets_its_last_day(it: Client) -> None:
    cells = {"offices": [OFFICES], "officers": [OFFICER], "roles": [ROLE]}
    bring(it, workbook(cells))
    save(it)
    changed = {
        "offices": [[*OFFICES[:2], "Great Hall", *OFFICES[3:]]],
        "officers": [["sok.dara", "សុខ ដារ៉ា", "Sok Dara", "KOUL", "km", "district"]],
        "roles": [[*ROLE[:4], "2014-12-31"]],
    }
    preview = bring(it, workbook(changed))
    assert preview.context["counts"] == {"new": 0, "changed": 3, "same": 0, "wrong": 0}
    assert save(it).status_code == 200
    officer = Officer.objects.select_related("office", "supervisor").get(username="sok.dara")
    assert officer.office is not None and officer.office.code == "KOUL"
    assert officer.supervisor is not None and officer.supervisor.username == "district"
    assert Office.objects.get(code="HALL_X").name_latin == "Great Hall"
    assert RoleAssignment.objects.get(officer=officer).valid_to == date(2014, 12, 31)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"name;office\nsok;hall", "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "old Excel file"),
        (b"PK\x03\x04" + b"0" * 300, "no Excel workbook"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_a_file_that_is_no_workbook_is_answered_with_what_to_do(it: Client, content: bytes, says: str) -> None:
    answer = bring(it, content)
    assert answer.status_code == 422 and says in text(answer)
    assert not StaffingSheet.objects.exists()


def test_a_workbook_of_another_kind_a_missing_column_and_an_empty_one_are_answered(it: Client) -> None:
    other = openpyxl.Workbook()
    other.active.append(["a", "b"])
    file = io.BytesIO()
    other.save(file)
    assert "None of the sheets is known" in text(bring(it, file.getvalue()))
    assert "these columns are missing" in text(
        bring(it, workbook({"offices": [OFFICES]}, {"offices": ["Code", "Name"]}))
    )
    many = [[f"officer{number}", *OFFICER[1:]] for number in range(151)]
    assert "150" in text(bring(it, workbook({"officers": many})))
    assert "no filled row" in text(bring(it, workbook({"offices": [], "officers": [], "roles": [], "committees": []})))


def test_the_same_file_again_waits_for_nobody(it: Client) -> None:
    content = workbook({"offices": [OFFICES]})
    bring(it, content)
    assert "A file waits to be looked over" in text(it.get(reverse("staff:staffing")))
    save(it)
    again = text(bring(it, content))
    assert "Everything it says is there already" in again and "Nothing is saved yet." not in again
    page = text(it.get(reverse("staff:staffing")))
    assert "A file waits to be looked over" not in page and "There is nothing new in this file" in page
    Office.objects.filter(code="HALL_X").update(name_latin="Another")
    assert "A file waits to be looked over" in text(it.get(reverse("staff:staffing"))), "now it would change something"


def test_the_workbook_to_fill_in_has_the_heads_in_both_languages_and_the_lists_of_the_area(it: Client) -> None:
    answer = it.get(reverse("staff:staffing-template"))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    page = book[sheets.SHEETS["roles"].name()]
    assert page["A1"].value == "ឈ្មោះគណនី / Username *"
    listed = {str(cell.value) for cell in book["lists"]["A"]}
    units = AdministrativeUnit.objects.on(date(2014, 6, 11)).under("1701")
    assert {entry.split(" ")[0] for entry in listed} == set(units.values_list("code", flat=True))
    assert len(page.data_validations.dataValidation) == 2
    for sheet in sheets.SHEETS.values():
        book[sheet.name()].append(["x"])
    file = io.BytesIO()
    book.save(file)
    needed = {str(column.head) for sheet in sheets.SHEETS.values() for column in sheet.columns[1:] if column.needed}
    assert {head for _number, head, _words in problems(bring(it, file.getvalue()))} >= needed


def test_a_row_chosen_from_the_lists_is_read_by_its_first_word(it: Client) -> None:
    role = ["sok.dara", "commune_assistant Commune assistant", "170103 Kouk Doung Commune", "2014-06-02", ""]
    preview = bring(it, workbook({"offices": [OFFICES], "officers": [OFFICER], "roles": [role]}))
    assert problems(preview) == []


@pytest.mark.parametrize("username", ["commune", "district", "planning", "province", "national"])
def test_who_makes_no_accounts_cannot_open_any_of_it(client: Client, named: Named, username: str) -> None:
    client.force_login(named(username))
    assert client.get(reverse("staff:staffing")).status_code == 403
    assert client.get(reverse("staff:staffing-template")).status_code == 403
    assert bring(client, workbook({"offices": [OFFICES]})).status_code == 403
    assert not StaffingSheet.objects.exists()


def test_a_file_is_seen_by_who_brought_it_alone_and_can_be_forgotten(it: Client, named: Named) -> None:
    bring(it, workbook({"offices": [OFFICES]}))
    sheet = StaffingSheet.objects.get()
    central = named("national")
    RoleAssignment.objects.create(officer=central, role="central_it", unit_code="", valid_from=date(2014, 1, 1))
    other = Client()
    other.force_login(central)
    prove(other)
    for name in ("save-staffing", "give-up-staffing"):
        assert other.post(reverse(f"staff:{name}", args=[sheet.pk])).status_code == 404
    assert other.get(reverse("staff:staffing-sheet", args=[sheet.pk])).status_code == 404
    it.post(reverse("staff:give-up-staffing", args=[sheet.pk]))
    assert bytes(StaffingSheet.objects.get().content) == b""
    assert not Office.objects.filter(code="HALL_X").exists()
    assert "nothing was saved" in text(it.get(reverse("staff:staffing-sheet", args=[sheet.pk])))


def test_what_another_did_meanwhile_stops_the_saving_of_the_whole_file(it: Client, named: Named) -> None:
    bring(it, workbook({"offices": [OFFICES], "officers": [OFFICER], "roles": [ROLE]}))
    with scope(named("it")):
        other = Officer.objects.create(
            username="sok.dara", name_km="ក", name_latin="Other", office=Office.objects.get(code="PREI")
        )
    refused = save(it)
    assert refused.status_code == 422 and "is taken by another officer" in text(refused)
    assert not Office.objects.filter(code="HALL_X").exists()
    assert other.pk == Officer.objects.get(username="sok.dara").pk


def test_a_committee_is_found_by_its_other_name(it: Client) -> None:
    row = [
        "children and women's consultation committee",
        "170104",
        "ក",
        "Member",
        "F",
        "chair",
        "council",
        "2014-06-02",
    ]
    bring(it, workbook({"committees": [row]}))
    assert save(it).status_code == 200
    assert Committee.objects.get(unit_code="170104").kind == "cwcc"


def test_the_other_account_of_the_same_human_is_looked_at_before_anything_is_saved(it: Client, named: Named) -> None:
    commune = named("commune")
    Officer.objects.create(
        username="second", name_km="ទីពីរ", name_latin="Second", office=commune.office, human=commune.human
    )
    preview = bring(it, workbook({"roles": [["second", "technical_labour", "1701", "2014-06-12", ""]]}))
    ((number, _head, words),) = problems(preview)
    assert number == 2 and "one hand" in words


def test_a_file_never_prolongs_a_role(it: Client, named: Named) -> None:
    """It would pass by what is asked of a new role: whether it may be in one hand with those given meanwhile."""
    officer = named("district")
    officer.assignments.update(valid_to=date(2014, 6, 20))
    RoleAssignment.objects.create(
        officer=officer, role="technical_labour", unit_code="1701", valid_from=date(2014, 6, 21)
    )
    preview = bring(it, workbook({"roles": [["district", "district_assistant", "1701", "2014-06-02", "2014-12-31"]]}))
    ((number, _head, words),) = problems(preview)
    assert number == 2 and "held until" in words
    assert "Save all of this" not in text(preview)


def test_a_role_of_a_file_that_reads_persons_ends_sessions_without_a_second_factor(
    it: Client, named: Named, settings: Any
) -> None:
    commune = named("commune")
    commune.assignments.update(role="commune_clerk")
    there = Client()
    there.force_login(commune)
    settings.SECOND_FACTOR = True
    assert there.get(reverse("staff:my-account")).status_code == 200
    bring(it, workbook({"roles": [["commune", "commune_assistant", "170101", "2014-06-02", ""]]}))
    assert save(it).status_code == 200
    assert there.get(reverse("staff:my-account")).status_code == 302
