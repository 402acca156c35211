"""Two people, or one person twice, at the same moment: on a database in which they may commit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from onestop.journal import once
from onestop.journal.audit import verify
from onestop.journal.models import JournalEntry
from onestop.journal.seal import seal_lines
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_scope

pytestmark = pytest.mark.urls("onestop.staff.tests.pages")


def post(at_once: Barrier, form: dict[str, str]) -> str:
    """Send the form as the district's officer, from a thread with a connection of its own."""
    try:
        client = Client()
        client.force_login(Officer.objects.get(username="district"))
        at_once.wait(20)
        return client.post("/write/", form).headers["Location"]
    finally:
        connection.close()


def in_threads(forms: list[dict[str, str]]) -> list[str]:
    at_once = Barrier(len(forms))
    with ThreadPoolExecutor(len(forms)) as pool:
        return [answer.result(60) for answer in [pool.submit(post, at_once, form) for form in forms]]


def test_a_double_click_is_one_deed(committed_database: dict[str, str]) -> None:
    form = {"note": "clicked", "idempotency_key": str(uuid4())}
    assert in_threads([form] * 4) == ["/done/1/"] * 4
    with system_scope("system.console"):
        assert JournalEntry.objects.filter(note="clicked").count() == 1


def test_a_second_click_waits_for_a_form_that_takes_its_time(committed_database: dict[str, str]) -> None:
    """Longer than for another lock, else it is told that nothing was saved while the first is saving it."""
    officer, key, claimed = Officer.objects.get(username="district"), uuid4(), Event()

    def first() -> None:
        try:
            with scope(officer):
                assert once.claim(key, officer=officer.pk, path="/slow/") is None
                claimed.set()
                sleep(1)
                once.keep(key, "/slow/done/")
        finally:
            connection.close()

    def second() -> str | None:
        try:
            claimed.wait(20)
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            with scope(officer):
                return once.claim(key, officer=officer.pk, path="/slow/")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        slow, led = pool.submit(first), pool.submit(second)
        slow.result(60)
        assert led.result(60) == "/slow/done/"


def test_eight_writers_leave_eight_lines_and_a_chain_that_holds(committed_database: dict[str, str]) -> None:
    in_threads([{"note": f"writer {number}", "idempotency_key": str(uuid4())} for number in range(8)])
    with ThreadPoolExecutor(2) as pool:
        sealed = [seal.result(60) for seal in [pool.submit(seal_and_close) for _ in range(2)]]
    assert sum(sealed) == 8
    with system_scope("system.console"):
        assert JournalEntry.objects.filter(note__startswith="writer").count() == 8
        assert list(verify()) == []


def seal_and_close() -> int:
    try:
        return seal_lines()
    finally:
        connection.close()
