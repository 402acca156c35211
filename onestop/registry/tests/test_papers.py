"""Identity documents, and the ID-Poor status on a past date (DATA-10)."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from criteria.family import in_force
from onestop.registry import actions
from onestop.registry.factories import HouseholdFactory, member
from onestop.registry.models import PovertyStatus
from onestop.registry.read_family import family
from onestop.registry.tests.conftest import TODAY
from onestop.registry.tests.test_answering import row
from onestop.staff.models import Officer

pytestmark = pytest.mark.django_db


def test_the_status_of_a_past_date_can_be_asked(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    for level, begin, end in (
        (1, date(2008, 1, 1), date(2010, 12, 31)),
        (2, date(2011, 1, 1), date(2013, 12, 31)),
        (0, date(2014, 3, 1), None),
    ):
        actions.record_poverty_status(home, level=level, valid_from=begin, valid_to=end, round="r", by=district)
    levels = {}
    for day in (date(2007, 12, 31), date(2008, 1, 1), date(2010, 12, 31), date(2012, 5, 1), date(2014, 1, 1), TODAY):
        status = in_force(family(home, day).statuses["id_poor"], day)
        levels[day.isoformat()] = status.level if status else None
    assert levels == {
        "2007-12-31": None,
        "2008-01-01": "1",
        "2010-12-31": "1",
        "2012-05-01": "2",
        "2014-01-01": None,
        "2014-06-11": "0",
    }


def test_of_two_statuses_begun_the_same_day_the_later_recorded_counts(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    for level in (1, 2):
        actions.record_poverty_status(home, level=level, valid_from=date(2011, 1, 1), by=district)
    status = in_force(family(home, TODAY).statuses["id_poor"], TODAY)
    assert status is not None and status.level == "2"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"level": 4, "valid_from": date(2011, 1, 1)}, "level"),
        ({"level": 1, "valid_from": date(2011, 1, 1), "valid_to": date(2010, 12, 31)}, "before the first"),
        ({"level": 1, "valid_from": date(2014, 6, 12)}, "future"),
    ],
)
def test_a_status_that_cannot_be_is_refused(fields: dict[str, Any], words: str, district: Officer) -> None:
    home = HouseholdFactory(by=district)
    with pytest.raises(ValidationError, match=words):
        actions.record_poverty_status(home, by=district, **fields)
    assert not PovertyStatus.objects.exists()


def test_a_papers_number_is_stored_in_one_form_and_checked(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    paper = actions.record_document(head, kind="citizen_id", number="១២៣ 456-789", by=district)
    assert paper.number == "123456789"
    for kind, number, words in (
        ("citizen_id", "12345678", "9 digits"),
        ("family_book", "1", "kind of paper"),
        ("tea_card", "1", "kind of paper"),
    ):
        with pytest.raises(ValidationError, match=words):
            actions.record_document(head, kind=kind, number=number, by=district)
    with pytest.raises(ValidationError, match="future"):
        actions.record_document(head, kind="passport", by=district, valid_from=date(2014, 6, 12))
    with pytest.raises(ValidationError, match="ends before"):
        actions.record_document(
            head, kind="passport", by=district, valid_from=date(2014, 1, 2), valid_to=date(2014, 1, 1)
        )


def test_a_paper_proves_its_fact_while_it_is_valid(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    assert row(head, "has_id_card", "has_id_card_until") == (None, None)
    actions.answer(head, {"has_id_card": False}, observed_on=date(2009, 5, 1), by=district)
    actions.record_document(
        head, kind="citizen_id", by=district, valid_from=date(2010, 1, 1), valid_to=date(2014, 6, 10)
    )
    assert row(head, "has_id_card", "has_id_card_until", "latest_on") == (False, date(2014, 6, 10), date(2010, 1, 1))
    seen = {
        day: family(head.memberships.get().household, day).member(str(head.pk)).answers["has_id_card"].value
        for day in (date(2009, 12, 31), date(2010, 1, 1), date(2014, 6, 10), TODAY)
    }
    assert list(seen.values()) == [False, True, True, False]
