"""Reviews of emergency openings as a task, and the check that refuses a start with tasks that lead nowhere."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks

from onestop.areas import clock, country
from onestop.areas.terms import due_on
from onestop.staff import tasks
from onestop.staff.break_glass import break_glass, review
from onestop.staff.checks import tasks_resolve
from onestop.staff.models import BreakGlass, Officer, RoleAssignment
from onestop.staff.scope import scope
from onestop.staff.tasks import GLASS_REVIEWS, Counted, TaskSource, Waiting
from tests.officers import Named

WHY = "A woman of that village stands here and needs care today."
THERE = "17120101"


@pytest.fixture
def director(db: None) -> Officer:
    made: Officer = Officer.objects.create(username="director", name_km="នាយក", name_latin="Director")
    RoleAssignment.objects.create(officer=made, role="district_director", unit_code="1701", valid_from=date(2000, 1, 1))
    return made


@pytest.fixture
def opened(named: Named, db: None) -> BreakGlass:
    """A village of another district opened by the district assistant, who here is under the planning officer."""
    district = named("district")
    Officer.objects.filter(pk=district.pk).update(supervisor=named("planning"))
    district.refresh_from_db()
    with scope(district):
        return break_glass(THERE, reason=WHY, by=district)


def line_of(officer: Officer, source: TaskSource = GLASS_REVIEWS) -> Waiting | None:
    with scope(officer) as held:
        return next((line for line in tasks.waiting(officer, held) if line.source is source), None)


# -- reviews -----------------------------------------------------------------------------------------------------------


def test_an_opening_waits_for_who_reviews_by_right_and_for_the_supervisor_by_name(
    named: Named, director: Officer, opened: BreakGlass
) -> None:
    day = clock.local(opened.opened_at).date()
    for officer in (director, named("planning")):
        line = line_of(officer)
        assert line is not None
        assert line.counted == Counted(1, oldest=day, due=due_on("glass_review", day), late=0)
        assert line.url == "/emergency/reviews/"
    for username in ("district", "finance", "commune", "it", "province"):
        assert line_of(named(username)) is None, username


def test_who_opened_it_waits_for_the_review_and_it_leads_to_the_own_page(named: Named, opened: BreakGlass) -> None:
    district = named("district")
    with scope(district):
        (line,) = tasks.handed_on(district)
        assert (line.source, line.counted.count, line.url) == (GLASS_REVIEWS, 1, "/emergency/")
    with scope(named("planning")):
        assert tasks.handed_on(named("planning")) == []


def test_a_review_that_is_not_done_in_its_working_days_is_late(director: Officer, opened: BreakGlass) -> None:
    day = clock.local(opened.opened_at).date()
    until = due_on("glass_review", day)
    assert until is not None
    for today, late in ((until, 0), (until + timedelta(days=1), 1)):
        with clock.fixed(today):
            line = line_of(director)
            assert line is not None and line.counted.late == late


def test_reviewed_it_waits_for_nobody_and_the_supervisor_without_the_right_has_no_empty_line(
    named: Named, director: Officer, opened: BreakGlass
) -> None:
    with scope(director):
        review(opened, finding="in_order", note="", by=director)
    line = line_of(director)
    assert line is not None and line.counted == Counted(0)
    assert line_of(named("planning")) is None
    with scope(named("district")):
        assert tasks.handed_on(named("district")) == []


def test_nothing_is_older_than_the_day_on_which_the_demonstration_stands(director: Officer, opened: BreakGlass) -> None:
    with clock.fixed(date(2014, 6, 11)):
        line = line_of(director)
        assert line is not None
        assert (line.counted.oldest, line.counted.due) == (date(2014, 6, 11), due_on("glass_review", date(2014, 6, 11)))


# -- the check at start ------------------------------------------------------------------------------------------------

NO_PAGE = TaskSource("made_up.nowhere", "x", "y", "", ("ORG-51",), "made_up:nowhere", lambda officer: Counted(0))


def said(errors: list[CheckMessage]) -> str:
    assert {error.id for error in errors} <= {"onestop_staff.E003"}
    assert all(error.hint for error in errors)
    return " ".join(error.msg for error in errors)


def test_the_tasks_of_this_installation_lead_somewhere() -> None:
    assert tasks_resolve() == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("onestop.nowhere.TASK", "onestop.nowhere.TASK, which cannot be loaded"),
        ("onestop.staff.tasks.NO_SUCH", "cannot be loaded"),
        ("onestop.staff.tasks.queue", "which is no kind of task but a function"),
        ("onestop.staff.tasks.HELP_ANSWERS", "has its key 'staff.help_answers' already"),
        (f"{__name__}.NO_PAGE", "names the page made_up:nowhere, which does not exist"),
    ],
)
def test_a_wrong_entry_is_refused_at_start_with_what_is_wrong(settings: Any, path: str, words: str) -> None:
    """Asked as every start asks, so that a check nobody registered would be seen here."""
    settings.TASK_SOURCES = [*settings.TASK_SOURCES, path]
    found = [error for error in run_checks() if error.id == "onestop_staff.E003"]
    assert words in said(found)


def test_a_task_of_the_pack_without_its_source_is_refused_at_start(settings: Any) -> None:
    settings.TASK_SOURCES = [path for path in settings.TASK_SOURCES if not path.endswith("GLASS_REVIEWS")]
    assert "the task glass_reviews is counted by 'staff.glass_reviews', which no entry" in said(tasks_resolve())


@pytest.fixture
def torn(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A pack whose task names a page that is not there."""
    packed = tasks.packed_tasks()
    bad = next(task for task in packed.values() if task.page)
    wrong = tasks.PackedTask(**{**bad.__dict__, "page": "made_up:nowhere"})
    monkeypatch.setattr("onestop.staff.checks.packed_tasks", lambda: {**packed, bad.key: wrong})
    yield


def test_a_task_of_the_pack_with_a_page_that_is_not_there_is_refused_at_start(torn: None) -> None:
    assert country.pack().has("tasks.yaml")
    assert "names the page made_up:nowhere, which does not exist" in said(tasks_resolve())
