"""The daily look for people registered at two offices: whom it looks at, when, and again after it was cut off."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from onestop.journal.models import JournalEntry
from onestop.registry import actions, sweeping
from onestop.registry.factories import NewPersonFactory
from onestop.registry.models import DoubleNotice, DoubleSweep, Person
from onestop.registry.sweeping import sweep, sweep_once_a_day
from onestop.registry.tests.doubles import HERE, NAMED, THERE
from onestop.staff.models import Officer
from onestop.staff.scope import system_scope

pytestmark = pytest.mark.django_db


def loaded(by: Officer, unit: str, **given: Any) -> Person:
    """Written down from a file: the door is not asked."""
    return actions.register_person(NewPersonFactory(**(NAMED | {"sex": "M"} | given)), unit_code=unit, by=by)


def long_ago() -> None:
    """As if every look so far had been a day earlier."""
    for done in DoubleSweep.objects.all():
        DoubleSweep.objects.filter(pk=done.pk).update(begun_at=done.begun_at - timedelta(days=1))


def test_the_first_look_is_through_everybody_and_tells_both_offices_once(loader: Officer) -> None:
    pair = {loaded(loader, HERE).pk, loaded(loader, THERE).pk}
    assert not DoubleNotice.objects.exists()
    done = sweep()
    assert done.found == 1 and done.persons == Person.objects.kept().count()
    assert {side.person_id for side in DoubleNotice.objects.all()} == pair
    assert sweep(everybody=True).found == 0
    with system_scope("system.doubles"):
        line = JournalEntry.objects.filter(verb="registry.doubles_swept").earliest("id")
        assert line.officer.username == "system.doubles" and line.note == "1"


def test_later_looks_are_through_who_was_written_down_changed_or_got_a_paper_since(loader: Officer) -> None:
    here, there, third = (
        loaded(loader, unit, given_name_km=name, given_name_latin=name)
        for unit, name in ((HERE, "Bora"), (THERE, "Botum"), ("17010301", "Phirun"))
    )
    sweep()
    long_ago()
    assert sweep().persons == 0
    long_ago()
    actions.change_person(there, version=there.version, by=loader, given_name_km="Bora", given_name_latin="Bora")
    assert (done := sweep()).found == 1 and done.persons == 1
    long_ago()
    for person in (here, third):
        actions.record_document(person, kind="citizen_id", number="123456780", by=loader)
    assert (done := sweep()).found == 1 and done.persons == 2
    assert {one.person_id for one in DoubleNotice.objects.filter(sign="paper")} == {here.pk, third.pk}


def test_what_was_being_written_during_a_look_is_looked_at_by_the_next(loader: Officer) -> None:
    """Its images have numbers below the newest one the look saw: so a look that is too young is not built upon."""
    sweep()
    long_ago()
    loaded(loader, HERE)
    sweep()
    assert sweep().persons == 1
    long_ago()
    assert sweep().persons == 0


def test_a_look_that_was_cut_off_is_done_again_and_tells_nothing_twice(
    loader: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        for unit in (HERE, THERE):
            loaded(loader, unit, given_name_km=f"ទី{number}", given_name_latin=f"Ti {number}")
    monkeypatch.setattr(sweeping, "BATCH", 2)

    def killed(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(progress=killed)
    assert DoubleNotice.objects.exists() and not DoubleSweep.objects.exists()
    seen: list[int] = []
    told = DoubleNotice.objects.count() // 2
    assert sweep(progress=seen.append).found == 3 - told
    assert seen == sorted(seen) and seen[-1] == Person.objects.kept().count() and DoubleNotice.objects.count() == 6


def test_the_job_looks_once_a_day(loader: Officer) -> None:
    loaded(loader, HERE)
    loaded(loader, THERE)
    assert sweep_once_a_day() == 1
    assert sweep_once_a_day() is None
    long_ago()
    assert sweep_once_a_day() == 0


def test_the_command_says_through_how_many_it_looked(loader: Officer) -> None:
    loaded(loader, HERE)
    loaded(loader, THERE)
    told = StringIO()
    call_command("registry", "doubles", "--everybody", stdout=told)
    assert told.getvalue().strip() == (
        f"Looked through {Person.objects.kept().count()} people. Told to both offices: 1 doubles."
    )
