"""Very many guesses at the way in, each committed as in an office.

In one transaction a counter written ten thousand times is a chain of ten thousand dead rows: the time would be the
test's, not the office's.
"""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from onestop.staff import signing_in, signing_in_throttle
from onestop.staff.models import Officer
from onestop.staff.signing_in_places import Place
from onestop.staff.tests.test_signing_in import ELSEWHERE, PASSWORD, enter, verbs

pytestmark = pytest.mark.urls("onestop.staff.tests.pages")


@pytest.mark.long
def test_after_ten_thousand_guesses_from_elsewhere_the_officer_gets_in_at_once_from_the_usual_place(
    committed_database: dict[str, str], settings: Any
) -> None:
    client, settings.LOGIN_REDIRECT_URL = Client(), "/anybody/"
    assert enter(client, "district", PASSWORD).status_code == 302
    client.post("/sign-out/")
    stranger, began = Client(), time.monotonic()
    answers = Counter(enter(stranger, "district", f"guess {n}", ELSEWHERE).status_code for n in range(400))
    assert set(answers) == {422, 429}
    factory, looked = RequestFactory(), Counter[str]()
    for number in range(9_600):
        request = factory.post("/sign-in/", REMOTE_ADDR=f"10.{number % 200}.{number % 7}.1")
        looked[signing_in.look(request, "district", f"guess {number}").why] += 1
    read = answers[422] + looked["wrong"]
    print(f"10,000 guesses in {time.monotonic() - began:.0f} s; {read} passwords looked at")
    assert read < 80  # the rate the limits allow in these seconds, not ten thousand
    assert verbs()["staff.sign_in_wrong"] == read
    # the same device, the same network without its cookie, and right away
    assert enter(client, "district", PASSWORD).status_code == 302
    assert enter(Client(), "district", PASSWORD).status_code == 302
    # from elsewhere also a right password waits: nobody learns that it was right
    refused = enter(Client(), "district", PASSWORD, ELSEWHERE)
    assert refused.status_code == 429
    assert Officer.objects.get(username="district").is_active


@pytest.mark.long
@pytest.mark.parametrize(("networks", "most"), [(1, 120), (50, 1_500)], ids=["from one network", "from fifty networks"])
def test_a_patient_stranger_gets_a_bounded_number_of_guesses_a_day(
    committed_database: dict[str, str], networks: int, most: int
) -> None:
    at, end, read, turn = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), 0, 0
    while at < end:
        place = Place("", f"10.{turn % networks}.0.0/24")
        waits = signing_in_throttle.guess(signing_in_throttle.counters("district", place, usual=""), at=at)
        read, turn = read + (waits is None), turn + 1
        # a stranger who knows the limits: asks again when the wait is over, with the next network
        at = at + timedelta(seconds=1) if waits is None else min(waits.until, at + timedelta(seconds=61))
    assert 50 < read <= most
