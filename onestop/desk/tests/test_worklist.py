"""The worklist of the home page: each role's own tasks, the most urgent first, and a new kind by one entry."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.staff import help as helping
from onestop.staff import tasks
from onestop.staff.help import HELP
from onestop.staff.models import HelpRequest, Officer, RoleAssignment
from onestop.staff.scope import scope
from onestop.staff.tasks import Counted, TaskSource, packed_tasks, queue

pytestmark = pytest.mark.django_db
DAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def _the_day(db: None) -> Iterator[None]:
    with clock.fixed(DAY):
        Officer.objects.update(language="en")
        yield


@pytest.fixture
def home() -> Callable[[str], str]:
    def open_home(username: str) -> str:
        client = Client()
        client.force_login(Officer.objects.get(username=username))
        return client.get(reverse("desk:home")).content.decode()

    return open_home


def ask(username: str, words: str = "The page does not open") -> HelpRequest:
    by = Officer.objects.get(username=username)
    with scope(by):
        return helping.ask(page="desk:folder", words=words, by=by)


# A kind of task that a room of tomorrow may bring
BOOKS = TaskSource(
    key="made_up.books",
    words="Put books back",
    then="The reader may borrow them",
    right="registry.read",
    rows=("ORG-51",),
    url="desk:search",
    waiting=lambda officer: Counted(3, oldest=DAY - timedelta(days=2), due=DAY - timedelta(days=1), late=2),
    handed=lambda officer: Counted(1, oldest=DAY),
    handed_words="books to bind",
    handed_to="Binder",
)


def test_a_new_kind_of_task_is_one_entry(settings: object, home: Callable[[str], str]) -> None:
    settings.TASK_SOURCES = [*settings.TASK_SOURCES, f"{__name__}.BOOKS"]  # type: ignore[attr-defined]
    text = home("district")
    assert "Put books back" in text and "The reader may borrow them" in text and "2 are late" in text
    assert "Binder · books to bind" in text
    assert "Put books back" not in home("province")  # figures only: without the right the task is nobody's


@pytest.mark.parametrize(
    "path", ["onestop.nowhere.TASK", "onestop.staff.tasks.queue", "onestop.staff.tasks.HELP_ANSWERS"]
)
def test_a_wrong_entry_fails_loudly(settings: object, path: str) -> None:
    settings.TASK_SOURCES = [*settings.TASK_SOURCES, path]  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured):
        tasks.sources()


def test_a_request_for_help_stands_on_the_right_pages_until_it_is_closed(home: Callable[[str], str]) -> None:
    request = ask("commune")
    commune, it = (Officer.objects.get(username=name) for name in ("commune", "it"))
    assert "Answer requests for help" in home("it") and "The officer who asked reads the answer" in home("it")
    assert "IT officer · my request for help" in home("commune")
    assert "Answer requests for help" not in home("district")
    with scope(it):
        HELP.move(request, "answer", by=it, answer="Press Search first")
    assert '<b class="big">1</b>' not in home("it")
    assert "Read the answer to my request for help" in home("commune")
    assert "Handed on and waiting" not in home("commune")
    with scope(commune):
        HELP.move(HelpRequest.objects.get(pk=request.pk), "close", by=commune)
    assert "Nothing waits for you" in home("commune")


def test_what_is_late_comes_first() -> None:
    ask("commune")
    it = Officer.objects.get(username="it")
    with clock.fixed(DAY + timedelta(days=30)), scope(it) as held:
        lines = tasks.waiting(it, held)
        first = [line for line in lines if line.counted.late]
        assert lines[: len(first)] == first and {line.source for line in first} == {tasks.HELP_REQUESTS, tasks.MANDATES}
    calm = TaskSource("a.b", "x", "y", "", ("ORG-51",), "desk:home", lambda officer: Counted(9, due=DAY))
    late = TaskSource("a.c", "x", "y", "", ("ORG-51",), "desk:home", lambda officer: Counted(1, due=DAY, late=1))
    shown = sorted((tasks.Waiting(one, one.waiting(it), "") for one in (calm, late)), key=lambda line: line.order)
    assert [line.source for line in shown] == [late, calm]


def test_each_source_answers_with_one_statement() -> None:
    ask("commune")
    it = Officer.objects.get(username="it")
    with scope(it):
        for source in tasks.sources():
            for count in (source.waiting, source.handed):
                if count is not None:
                    with CaptureQueriesContext(
                        connection,
                    ) as asked:
                        count(it)
                    assert len(asked) <= 1, source.key


@pytest.mark.parametrize("username", ["commune", "district", "it", "province", "national"])
def test_home_asks_the_database_at_most_twenty_times(username: str) -> None:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    client.get(reverse("desk:home"))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("desk:home"))
    statements = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(statements) <= 20, statements


@pytest.mark.parametrize("role", sorted(code for code, role in pack().roles.items() if role.may_sign_in))
def test_each_role_sees_exactly_its_tasks_of_the_country_pack(role: str) -> None:
    """ORG-51: of the tasks of tasks.yaml those of the role whose rooms exist, and no other."""
    level = pack().roles[role].level
    unit = {0: "", 1: "17", 2: "1701", 3: "170101", 4: "17010101"}[level]
    officer = Officer.objects.create(username="one.role", name_km="-", name_latin="-")
    RoleAssignment.objects.create(officer=officer, role=role, unit_code=unit, valid_from=date(2000, 1, 1))
    mine = [task for task in packed_tasks().values() if role in task.roles]
    with scope(officer) as held:
        shown = {line.source.key for line in tasks.waiting(officer, held)}
        assert shown == {task.source for task in mine if task.source}
        links = {one.url for one in tasks.standing(held)}
        assert links == {reverse(task.page) for task in mine if task.page}


def test_queue_knows_days_and_instants() -> None:
    request = ask("commune")
    it = Officer.objects.get(username="it")
    count = queue(lambda officer: HelpRequest.objects.filter(pk=request.pk), since="since_on", due="created_at")
    with scope(it):
        day = clock.local(request.created_at).date()
        assert count(it) == Counted(1, oldest=DAY, due=day, late=1)
