from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from onestop.areas import clock
from onestop.areas.models import Installation
from onestop.areas.tests.lun import LUN


@pytest.fixture
def forgetful() -> Iterator[None]:
    clock.reset()
    yield
    clock.reset()


def at(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: instant)


def test_now_is_an_instant_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_today_is_the_day_of_the_country_not_of_the_server(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    at(monkeypatch, datetime(2014, 6, 10, 17, 30, tzinfo=UTC))
    assert clock.today() == date(2014, 6, 11)  # half past midnight in Phnom Penh
    settings.COUNTRY_PACK = LUN
    assert clock.today() == date(2014, 6, 10)
    assert clock.local(clock.now()).hour == 17  # the Azores in summer


def test_a_fixed_day_holds_inside_its_block_and_the_outer_one_after_it() -> None:
    with clock.fixed(date(2014, 6, 11)):
        with clock.fixed(date(2015, 1, 1)):
            assert clock.today() == date(2015, 1, 1)
        assert clock.today() == date(2014, 6, 11)
    assert clock.today() >= date(2026, 11, 1)


@pytest.mark.django_db
@pytest.mark.usefixtures("forgetful")
def test_the_demo_stands_on_its_own_day_and_reads_it_once(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Installation.objects.update_or_create(
        id=1,
        defaults={"country": "khm", "demo": True, "demo_on": date(2014, 6, 11), "made_by_version": "0.1.0"},
    )
    settings.DEMO = True
    with django_assert_num_queries(1):
        assert clock.today() == date(2014, 6, 11)
        assert clock.today() == date(2014, 6, 11)
    Installation.objects.update(demo_on=date(2014, 7, 1))
    assert clock.today() == date(2014, 6, 11)
    clock.reset()
    assert clock.today() == date(2014, 7, 1)


@pytest.mark.django_db
@pytest.mark.usefixtures("forgetful")
def test_a_real_office_never_stands_on_the_demo_s_day(settings: Settings) -> None:
    Installation.objects.update_or_create(
        id=1,
        defaults={"country": "khm", "demo": True, "demo_on": date(2014, 6, 11), "made_by_version": "0.1.0"},
    )
    settings.DEMO = False
    assert clock.today() > date(2026, 1, 1)
