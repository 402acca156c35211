"""Accounts made, moved, suspended and helped by who makes accounts, in their own area, and never for themselves."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.keys import uuid7
from onestop.journal.models import JournalEntry
from onestop.staff import accounts, accounts_factor
from onestop.staff.accounts_factor import account_of
from onestop.staff.accounts_secrets import open_sealed
from onestop.staff.models import Account, Office, Officer, OfficerSession, RoleAssignment
from onestop.staff.scope import scope, system_scope
from onestop.staff.tests.test_signing_in import OWN, PASSWORD, code_of, enter, is_in, secret_on, set_up
from tests.officers import Named

pytestmark = [pytest.mark.django_db, pytest.mark.urls("onestop.staff.tests.pages")]
SINCE = date(2000, 1, 1)
NAMES = {"name_km": "សុខ ចាន់", "name_latin": "Sok Chan", "language": "km"}


@pytest.fixture(autouse=True)
def home(settings: Any) -> None:
    """The home page stands in a higher room."""
    settings.LOGIN_REDIRECT_URL = "/anybody/"


def made(username: str, role: str, unit: str, office: str) -> Officer:
    where = Office.objects.get(code=office)
    officer = Officer(username=username, name_km="ឈ្មោះ", name_latin=username.title(), office=where)
    officer.set_password(PASSWORD)
    officer.save()
    RoleAssignment.objects.create(officer=officer, role=role, unit_code=unit, valid_from=SINCE)
    return officer


@pytest.fixture
def chief() -> Officer:
    """The IT officer of the district."""
    return made("it.1701", "it_officer", "1701", "ANGKOR_CHUM")


@pytest.fixture
def at_work(client: Client, chief: Officer) -> Client:
    """The IT officer, signed in, having shown again who it is."""
    enter(client, chief.username, PASSWORD)
    answer = client.post("/my-account/show-again/", {"password": PASSWORD, "next": "/accounts/"})
    assert answer.headers["Location"] == "/accounts/"
    return client


def told() -> list[str]:
    with system_scope("system.console"):
        return list(JournalEntry.objects.order_by("at", "id").values_list("verb", flat=True))


def test_the_whole_life_of_an_account(at_work: Client, settings: Any) -> None:
    """Made, given a role, first sign-in with telephone, suspended, opened again, telephone lost."""
    office = Office.objects.get(code="CHAR_CHHUK")
    page = at_work.post("/accounts/new/", {"username": "Sok.Chan", "office": office.pk, **NAMES})
    first = re.search(r'class="code-words strong">([a-z0-9-]+)<', page.content.decode())
    assert page.status_code == 200 and first
    chan = Officer.objects.get(username="sok.chan")
    base = f"/accounts/{chan.pk}/"
    role = {"role": "commune_assistant", "unit_code": "170101", "valid_from": "2014-06-01"}
    seen = at_work.post(f"{base}roles/", role)
    assert "170101" in seen.content.decode() and not chan.assignments.exists()
    assert at_work.post(f"{base}roles/", {**role, "seen": "1"}).status_code == 302
    assert chan.assignments.get().role == "commune_assistant"

    settings.SECOND_FACTOR = True
    there = Client()
    assert enter(there, "sok.chan", first[1]).headers["Location"] == "/sign-in/own-password/"
    chosen = {"new_password": OWN, "new_password_again": OWN}
    assert there.post("/sign-in/own-password/", chosen).headers["Location"] == "/sign-in/telephone/"
    secret = secret_on(there.get("/sign-in/telephone/"))
    assert there.post("/sign-in/telephone/", {"code": code_of(secret)}).status_code == 200
    assert is_in(there)
    settings.SECOND_FACTOR = False

    assert at_work.post(f"{base}suspend/", {"because": ""}).status_code == 422
    assert at_work.post(f"{base}suspend/", {"because": "left the commune"}).status_code == 302
    assert there.get("/my-account/").status_code == 302
    assert enter(Client(), "sok.chan", OWN).status_code == 422
    reopened = at_work.post(f"{base}reopen/", {"because": "came back"})
    again = re.search(r'class="code-words strong">([a-z0-9-]+)<', reopened.content.decode())
    assert again and enter(Client(), "sok.chan", OWN).status_code == 422

    settings.SECOND_FACTOR = True
    back = Client()
    # a reset is no way round the second factor: the telephone is asked before anything else
    assert enter(back, "sok.chan", again[1]).headers["Location"] == "/sign-in/code/"
    settings.SECOND_FACTOR = False
    lost = at_work.post(f"{base}telephone/remove/", {"because": "stands before me with an identity card"})
    new = re.search(r'class="code-words strong">([a-z0-9-]+)<', lost.content.decode())
    settings.SECOND_FACTOR = True
    assert new and not Account.objects.get(officer=chan).has_second_factor
    assert enter(Client(), "sok.chan", again[1]).status_code == 422
    assert enter(back, "sok.chan", new[1]).headers["Location"] == "/sign-in/own-password/"
    verbs = {"staff.account_made", "staff.account_suspended", "staff.account_reopened", "staff.factor_removed"}
    assert verbs | {"role.given"} <= set(told())


def test_an_officer_is_put_under_another_and_under_nobody_again(at_work: Client) -> None:
    """ORG-27 on the page of the account, not only in the spreadsheet; no ring, nobody from elsewhere."""
    clerk, district = Officer.objects.get(username="commune"), Officer.objects.get(username="district")
    planning = Officer.objects.get(username="planning")
    elsewhere = made("far", "district_assistant", "1712", "SREI_SNAM")
    address = f"/accounts/{clerk.pk}/supervisor/"
    assert f'<option value="{district.pk}" selected' in at_work.get(f"/accounts/{clerk.pk}/").content.decode()
    for chosen, above in ((planning, planning), (None, None), (district, district)):
        sent = {"supervisor": chosen.pk if chosen else "", "idempotency_key": str(uuid7())}
        assert at_work.post(address, sent).status_code == 302
        clerk.refresh_from_db()
        assert clerk.supervisor == above
    ring = at_work.post(f"/accounts/{district.pk}/supervisor/", {"supervisor": clerk.pk})
    assert ring.status_code == 422 and "គ្រប់គ្រងគ្នាទៅវិញទៅមក" in ring.content.decode()
    for stranger in (clerk, elsewhere):
        assert at_work.post(address, {"supervisor": stranger.pk}).status_code == 422
    assert told().count("officer.put_under") == 3
    late = at_work.post(address, {"supervisor": planning.pk, "seen": "None"})  # when the form was opened, it was nobody
    assert late.status_code == 422 and "វាត្រូវបានកែក្រោយពេលអ្នកបើក" in late.content.decode()
    assert f'<option value="{planning.pk}" selected' in late.content.decode()  # the own choice is not lost
    seen = re.search(r'name="seen" value="([^"]+)"', late.content.decode().split('supervisor/" novalidate')[1])
    assert seen and at_work.post(address, {"supervisor": planning.pk, "seen": seen[1]}).status_code == 302


def test_names_that_somebody_else_changed_meanwhile_are_shown_side_by_side_and_nothing_is_lost(at_work: Client) -> None:
    clerk = Officer.objects.get(username="commune")
    address, office = f"/accounts/{clerk.pk}/", clerk.office
    assert office
    opened = re.search(r'name="seen" value="([0-9a-f]+)"', at_work.get(address).content.decode())
    assert opened
    mine = {"name_km": clerk.name_km, "name_latin": "Mine", "office": office.pk, "seen": opened[1]}
    assert at_work.post(f"{address}names/", {**mine, "name_latin": "Theirs"}).status_code == 302
    refused = at_work.post(f"{address}names/", mine)
    shown = refused.content.decode()
    assert refused.status_code == 422 and "Theirs" in shown and 'value="Mine"' in shown
    assert "It.1701 changed it" in shown or "ឈ្មោះ បានកែវា" in shown
    assert Officer.objects.get(pk=clerk.pk).name_latin == "Theirs"
    newest = re.search(r'name="seen" value="([0-9a-f]+)"', shown)
    assert newest and at_work.post(f"{address}names/", {**mine, "seen": newest[1]}).status_code == 302
    assert Officer.objects.get(pk=clerk.pk).name_latin == "Mine"


@pytest.mark.parametrize("which", ["own", "second"])
def test_nobody_changes_their_own_account_there(at_work: Client, chief: Officer, which: str) -> None:
    about = chief if which == "own" else made("it.second", "it_officer", "1701", "ANGKOR_CHUM")
    Officer.objects.filter(pk=about.pk).update(human=chief.human)
    base = f"/accounts/{about.pk}/"
    for where, form in {
        "suspend/": {"because": "x"},
        "first-password/": {},
        "telephone/remove/": {"because": "x"},
        "sessions/end/": {},
        "names/": {"office": str(Office.objects.get(code="CHAR_CHHUK").pk), **NAMES},
    }.items():
        assert at_work.post(base + where, form).status_code == 403, where
    wide = {"role": "commune_assistant", "unit_code": "170101", "valid_from": "2014-06-01", "seen": "1"}
    assert at_work.post(f"{base}roles/", wide).status_code == 422
    own = about.assignments.get()
    assert at_work.post(f"{base}roles/{own.pk}/end/").status_code == 403
    assert Officer.objects.get(pk=about.pk).is_active and about.assignments.count() == 1


@pytest.mark.parametrize("username", ["province", "national"])
def test_accounts_outside_the_own_area_are_not_there(at_work: Client, named: Named, username: str) -> None:
    pk = named(username).pk
    assert at_work.get(f"/accounts/{pk}/").status_code == 404
    assert at_work.post(f"/accounts/{pk}/suspend/", {"because": "x"}).status_code == 404
    assert f">{username}</a>" not in at_work.get("/accounts/").content.decode()
    session = Client()
    enter(session, username, PASSWORD)
    number = OfficerSession.objects.get(officer=named(username)).number
    assert at_work.post(f"/my-account/sessions/{number}/end/").status_code == 404
    assert session.get("/my-account/").status_code == 200


def test_who_also_works_elsewhere_is_seen_and_left_alone(at_work: Client, named: Named, chief: Officer) -> None:
    finance = named("finance")
    RoleAssignment.objects.create(officer=finance, role="finance_officer", unit_code="1712", valid_from=SINCE)
    page = at_work.get(f"/accounts/{finance.pk}/").content.decode()
    assert "telephone/remove" not in page and "/suspend/" not in page
    assert at_work.post(f"/accounts/{finance.pk}/first-password/").status_code == 403
    with scope(chief), pytest.raises(PermissionDenied):
        accounts.suspend(finance, by=chief, because="x")


@pytest.mark.parametrize(
    ("role", "unit"),
    [("commune_assistant", "171201"), ("provincial_statistics", "17"), ("national_board", ""), ("nonsense", "1701")],
)
def test_no_role_is_given_wider_than_the_own_area(at_work: Client, named: Named, role: str, unit: str) -> None:
    wanted = {"role": role, "unit_code": unit, "valid_from": "2014-06-01", "seen": "1"}
    assert at_work.post(f"/accounts/{named('commune').pk}/roles/", wanted).status_code == 422
    assert named("commune").assignments.count() == 1


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("commune_assistant", "persons and their data"),
        ("commune_clerk", "figures only"),
        ("delivery_point", "neither persons nor figures about them"),
    ],
)
def test_before_a_role_is_given_it_says_what_it_sees(at_work: Client, named: Named, role: str, sees: str) -> None:
    Officer.objects.update(language="en")
    wanted = {"role": role, "unit_code": "170101", "valid_from": "2014-06-01"}
    page = at_work.post(f"/accounts/{named('finance').pk}/roles/", wanted).content.decode()
    assert f"<dt>Sees</dt><dd>{sees}</dd>" in page


def test_an_account_is_made_in_the_own_area_only(at_work: Client) -> None:
    office = Office.objects.get(code="STATISTICS_SIEM_REAP")
    answer = at_work.post("/accounts/new/", {"username": "new.one", "office": office.pk, **NAMES})
    assert answer.status_code == 422
    assert not Officer.objects.filter(username="new.one").exists()


def test_without_the_right_there_are_no_accounts(client: Client, named: Named) -> None:
    enter(client, "district", PASSWORD)
    pk = named("commune").pk
    for where in ("/accounts/", "/accounts/new/", f"/accounts/{pk}/"):
        assert client.get(where).status_code == 403, where
    assert client.post(f"/accounts/{pk}/suspend/", {"because": "x"}).status_code == 403
    assert "/accounts/" not in client.get("/my-account/").content.decode()


def test_what_matters_asks_again_who_it_is_and_loses_nothing(client: Client, chief: Officer, named: Named) -> None:
    enter(client, chief.username, PASSWORD)
    pk = named("commune").pk
    role = {"role": "commune_clerk", "unit_code": "170101", "valid_from": "2014-06-01", "valid_to": ""}
    asked = client.post(f"/accounts/{pk}/roles/", role, HTTP_REFERER=f"http://testserver/accounts/{pk}/")
    assert asked.headers["Location"].startswith("/my-account/show-again/?next=%2Fkept%2F")
    assert client.post("/my-account/show-again/", {"password": "wrong"}).status_code == 422
    wanted = re.search(r"next=(.*)", asked.headers["Location"])
    assert wanted
    proof = {"password": PASSWORD, "next": wanted[1].replace("%2F", "/")}
    back = client.post("/my-account/show-again/", proof, follow=True)
    assert '<option value="commune_clerk" selected>' in back.content.decode()
    assert named("commune").assignments.count() == 1
    elsewhere = client.post("/my-account/show-again/", {"password": PASSWORD, "next": "https://evil.example/"})
    assert elsewhere.headers["Location"] == "/my-account/"


def test_the_form_that_was_kept_while_one_showed_who_it_is_is_done_when_it_is_sent_again(
    client: Client, chief: Officer, named: Named
) -> None:
    """Its key was used by the sending that led to the question, and nothing was done by that."""
    enter(client, chief.username, PASSWORD)
    pk = named("commune").pk
    role = {"role": "commune_clerk", "unit_code": "170101", "valid_from": "2014-06-01", "seen": "1"}
    role["idempotency_key"] = str(uuid7())
    assert "show-again" in client.post(f"/accounts/{pk}/roles/", role).headers["Location"]
    client.post("/my-account/show-again/", {"password": PASSWORD})
    assert client.post(f"/accounts/{pk}/roles/", role).headers["Location"] == f"/accounts/{pk}/"
    assert named("commune").assignments.filter(role="commune_clerk").count() == 1
    assert client.post(f"/accounts/{pk}/roles/", role).headers["Location"] == f"/accounts/{pk}/"
    assert named("commune").assignments.filter(role="commune_clerk").count() == 1


def test_a_new_role_that_reads_persons_ends_sessions_without_a_second_factor(
    at_work: Client, chief: Officer, settings: Any
) -> None:
    clerk = made("clerk.one", "commune_clerk", "170101", "CHAR_CHHUK")
    there = Client()
    enter(there, "clerk.one", PASSWORD)
    settings.SECOND_FACTOR = True
    assert there.get("/my-account/").status_code == 200
    RoleAssignment.objects.create(officer=clerk, role="commune_assistant", unit_code="170101", valid_from=SINCE)
    accounts.roles_changed(clerk)
    assert there.get("/my-account/").status_code == 302


def test_the_list_is_filtered_and_pages(at_work: Client) -> None:
    everything = at_work.get("/accounts/").content.decode()
    assert all(f">{name}</a>" in everything for name in ("commune", "district", "finance", "it.1701"))
    found = at_work.get("/accounts/", {"q": "soche"}).content.decode()
    assert ">commune</a>" in found and ">district</a>" not in found
    assert ">finance</a>" in at_work.get("/accounts/", {"role": "finance_officer"}).content.decode()
    nobody = at_work.get("/accounts/", {"q": "xyzxyz"}).content.decode()
    assert "គ្មានគណនីត្រូវនឹងលក្ខខណ្ឌ" in nobody
    office = Officer.objects.get(username="commune").office
    # none of them signs in, so no password is hashed
    Officer.objects.bulk_create(
        Officer(username=f"many.{number:02}", name_km="-", name_latin="-", office=office, password="!")
        for number in range(30)
    )
    page = at_work.get("/accounts/")
    assert 'rel="next"' in page.content.decode() or "after=" in page.content.decode()


def test_ones_own_telephone_and_codes_are_renewed_after_showing_who_it_is(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    secret, _codes = set_up(client, "district")
    assert client.get("/my-account/telephone/").headers["Location"].startswith("/my-account/show-again/")
    wrong = {"password": PASSWORD, "code": "000000"}
    assert client.post("/my-account/show-again/", wrong).status_code == 422
    proof = {"password": PASSWORD, "code": code_of(secret, 1), "next": "/my-account/telephone/"}
    assert client.post("/my-account/show-again/", proof).headers["Location"] == "/my-account/telephone/"
    new = secret_on(client.get("/my-account/telephone/"))
    assert new != secret
    assert client.post("/my-account/telephone/", {"code": code_of(secret, 1)}).status_code == 422
    assert client.post("/my-account/telephone/", {"code": code_of(new)}).status_code == 200
    account = Account.objects.get(officer__username="district")
    assert open_sealed(account.totp_secret or b"", purpose=f"totp {account.officer_id}") == new
    before = set(account.recovery_codes.values_list("digest", flat=True))
    assert client.post("/my-account/recovery-codes/").status_code == 200
    assert not before & set(account.recovery_codes.values_list("digest", flat=True))


def test_a_secret_does_not_open_in_another_s_account(named: Named) -> None:
    secret = accounts_factor.new_secret()
    accounts_factor.confirm(account_of(named("district")), secret, step=0, at=clock.now())
    stolen = Account.objects.get(officer=named("district")).totp_secret or b""
    with pytest.raises(Exception, match="does not open"):
        open_sealed(stolen, purpose=f"totp {named('finance').pk}")


def test_the_history_of_an_account_holds_no_secret(named: Named) -> None:
    accounts_factor.confirm(account_of(named("district")), b"x" * 20, step=0, at=clock.now())
    with system_scope("system.console"):
        from_history = JournalEntry.objects.model._meta.apps.get_model("journal", "RowHistory")
        rows = list(from_history.objects.filter(table_name="staff_account").values_list("row", flat=True))
    assert rows and not any("totp_secret" in row for row in rows)


def test_the_first_account_of_an_office_comes_from_the_server(capsys: Any) -> None:
    with pytest.raises(CommandError, match="needs --name-km"):
        call_command("officers", "first", "it.first")
    names = ["--name-km", "សុខ", "--name-latin", "Sok"]
    with pytest.raises(CommandError, match="another level"):
        call_command("officers", "first", "it.first", *names, "--office", "CHAR_CHHUK")
    call_command("officers", "first", "it.first", *names, "--office", "ANGKOR_CHUM")
    password = capsys.readouterr().out.strip().rpartition(" ")[2]
    client = Client()
    assert enter(client, "it.first", password).headers["Location"] == "/sign-in/own-password/"
    call_command("officers", "close", "it.first")
    assert enter(Client(), "it.first", password).status_code == 422
    account = Account.objects.get(officer__username="it.first")
    assert account.suspended_at and "officers close" in account.suspended_because
    call_command("officers", "first", "it.first")
    account.refresh_from_db()
    assert account.suspended_at is None and account.suspended_because == ""
    assert pack().roles["it_officer"].rights & {"account.write"}
