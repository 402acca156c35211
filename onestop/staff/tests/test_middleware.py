"""A page runs in its officer's scope and transaction, and a form is done once."""

from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory

from onestop.areas.guards import signed_in
from onestop.areas.scope import current_or_none
from onestop.journal.actions import record
from onestop.journal.models import Idempotency, JournalEntry
from onestop.journal.verbs import READ
from onestop.staff.middleware import ScopeMiddleware
from onestop.staff.models import RoleAssignment
from onestop.staff.scope import system_scope
from tests.officers import Named

pytestmark = [pytest.mark.django_db, pytest.mark.urls("onestop.staff.tests.pages")]


def lines() -> list[str]:
    with system_scope("system.console"):
        return list(JournalEntry.objects.filter(verb="journal.read").values_list("note", flat=True))


@pytest.fixture
def district(client: Client, named: Named) -> Client:
    client.force_login(named("district"))
    client.raise_request_exception = False
    return client


def test_a_page_sees_with_the_eyes_of_its_officer(district: Client) -> None:
    district.post("/write/", {"note": "one"})
    assert district.get("/read/").content.decode() == "('1701', '1702') 1"
    assert current_or_none() is None


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Client) -> None:
    answer = client.get("/read/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=/read/"


def test_a_public_page_runs_without_a_scope(district: Client) -> None:
    assert district.get("/anybody/").content == b"None"


def test_without_the_right_the_page_says_whom_to_ask(client: Client, named: Named) -> None:
    client.force_login(named("province"))
    answer = client.get("/read/")
    assert answer.status_code == 403
    assert "ជំនួយការ យ.ផ.ស. ឃុំ" in answer.content.decode()


def test_a_role_that_ended_yesterday_opens_nothing(district: Client, named: Named) -> None:
    RoleAssignment.objects.filter(officer=named("district")).update(valid_to="2001-01-01")
    assert district.get("/read/").status_code == 403


def test_a_page_without_a_guard_is_refused(district: Client) -> None:
    district.raise_request_exception = True
    with pytest.raises(ImproperlyConfigured, match="carries no guard"):
        district.get("/unguarded/")


@pytest.mark.parametrize(("then", "status"), [("fail", 500), ("refuse", 403), ("miss", 404)])
def test_after_an_exception_nothing_is_written_and_the_error_page_is_drawn(
    district: Client, then: str, status: int
) -> None:
    answer = district.post("/write/", {"note": "lost", "then": then})
    assert answer.status_code == status
    assert b"<h1" in answer.content
    assert lines() == []
    assert current_or_none() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('onestop.hi', true), '')")
        assert cursor.fetchone() == ("",)


def test_a_page_that_reads_while_it_is_drawn_reads_in_its_scope(named: Named, rf: RequestFactory) -> None:
    request = rf.get("/lazy/")
    request.user = named("district")

    @signed_in
    def view(asked: HttpRequest) -> HttpResponse:
        record(READ, by=named("district"), unit_code="170101")
        template = engines["django"].from_string("{{ lines|length }} lines")
        return TemplateResponse(asked, template, {"lines": JournalEntry.objects.all()})

    answer = ScopeMiddleware(lambda asked: HttpResponse()).process_view(request, view, (), {})
    assert isinstance(answer, HttpResponse)
    assert answer.content == b"1 lines"


def test_an_answer_that_reads_after_the_scope_is_refused(district: Client) -> None:
    district.raise_request_exception = True
    with pytest.raises(ImproperlyConfigured, match="streams its answer"):
        district.get("/stream/")


def test_a_form_sent_twice_is_done_once_and_leads_to_the_first_result(district: Client) -> None:
    form = {"note": "once", "idempotency_key": str(uuid4())}
    first, second = district.post("/write/", form), district.post("/write/", form)
    assert first.headers["Location"] == second.headers["Location"] == "/done/1/"
    assert lines() == ["once"]


def test_two_forms_are_two_deeds(district: Client) -> None:
    for _ in range(2):
        district.post("/write/", {"note": "each", "idempotency_key": str(uuid4())})
    assert lines() == ["each", "each"]


@pytest.mark.parametrize("then", ["again", "fail"])
def test_a_form_that_was_not_accepted_may_be_sent_again(district: Client, then: str) -> None:
    key = str(uuid4())
    district.post("/write/", {"note": "first", "then": then, "idempotency_key": key})
    assert not Idempotency.objects.exists()
    answer = district.post("/write/", {"note": "mended", "idempotency_key": key})
    assert answer.status_code == 302
    assert "mended" in lines()


def test_a_key_of_another_officer_or_another_form_is_refused(district: Client, client: Client, named: Named) -> None:
    key = str(uuid4())
    district.post("/write/", {"idempotency_key": key})
    client.force_login(named("finance"))
    assert client.post("/write/", {"idempotency_key": key}).status_code == 403
    assert len(lines()) == 1


def test_a_form_without_a_key_or_with_nonsense_is_done_as_it_comes(district: Client) -> None:
    district.post("/write/", {})
    district.post("/write/", {"idempotency_key": "not a key"})
    assert len(lines()) == 2
