"""The pages of openings in an emergency, looked at by a browser in both languages and widths."""

from datetime import date

import pytest

from onestop.staff.break_glass import break_glass, review
from onestop.staff.models import BreakGlass, Officer, RoleAssignment
from onestop.staff.scope import scope
from tests.journeys.browser import Site, signed_in
from tests.officers import Named

WHY = "A woman of that village stands here and needs care today."


@pytest.mark.browser
def test_the_pages_are_sound(committed_database: dict[str, str], site: Site, named: Named) -> None:
    district = named("district")
    director = Officer.objects.create(username="director", name_km="នាយក", name_latin="Director")
    RoleAssignment.objects.create(
        officer=director, role="district_director", unit_code="1701", valid_from=date(2000, 1, 1)
    )

    def look(officer: Officer, *paths: str, state: str = "") -> None:
        for language in ("km", "en"):
            Officer.objects.filter(pk=officer.pk).update(language=language)
            for path in paths:
                site.assert_sound(f"{path}?now={state}", cookies=signed_in(officer), languages=[language])

    look(district, "/emergency/", state="closed")
    with scope(district):
        break_glass("17120101", reason=WHY, by=district)
    look(district, "/emergency/", "/people/", state="open")
    look(director, "/emergency/reviews/", state="waiting")
    with scope(director):
        review(BreakGlass.objects.get(), finding="not_in_order", note="It could have waited.", by=director)
    look(director, "/emergency/reviews/", state="reviewed")
