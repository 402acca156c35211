"""The states of lists and counts are those of the family folder, which reads the same people step by step."""

from collections import Counter
from datetime import date

import pytest

from onestop.eligibility.explain import Folder
from onestop.eligibility.guarantees import book_for
from onestop.eligibility.listing import Wanted, listing
from onestop.eligibility.states import Counted, grouped, place_figures, together
from onestop.registry.models import Household
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from tests.pilot_database import Pilot

VILLAGE = "17010106"


@pytest.mark.parametrize("back", [0, 1])
def test_lists_counts_and_folders_show_the_same_states(pilot_database: Pilot, back: int) -> None:
    day = date(pilot_database.day.year - back, pilot_database.day.month, pilot_database.day.day)
    with scope(Officer.objects.get(username="district")) as opened:
        book = book_for(day, opened)
        folders: dict[str, dict[tuple[str, str], str]] = {version.code: {} for version in book.versions}
        for household in Household.objects.under(VILLAGE).kept():
            for cell in Folder.of(household, book).cells:
                folders[cell.version.code][str(household.pk), cell.member or ""] = cell.state
        figures = together(place_figures(Counted(book), VILLAGE, length=8))
        for version in book.versions:
            lines = listing(book, version.code, Wanted(VILLAGE), limit=None).lines
            shown = {
                (str(line.household_id), "" if version.counts_households else str(line.id)): line.state
                for line in lines
            }
            assert shown == folders[version.code], version.code
            counts = Counter(shown.values())
            four = figures.programmes[version.code]
            assert four.as_tuple == tuple(
                counts[state] for state in ("receiving", "eligible", "unknown", "not_eligible")
            )


def test_villages_add_up_to_communes_and_districts(pilot_database: Pilot) -> None:
    with scope(Officer.objects.get(username="district")) as opened:
        asked = Counted(book_for(pilot_database.day, opened))
        villages = place_figures(asked, "1701", length=8)
        assert grouped(villages, "1701", 6) == place_figures(asked, "1701", length=6)
        assert together(villages) == together(place_figures(asked, "1701", length=4))


def test_what_to_ask_is_missing_and_belongs_to_an_open_criterion(pilot_database: Pilot) -> None:
    with scope(Officer.objects.get(username="district")) as opened:
        book = book_for(pilot_database.day, opened)
        for version in book.versions:
            for line in listing(book, version.code, Wanted("170101", states=(1,))).lines[:3]:
                folder = Folder.of(Household.objects.get(pk=line.household_id), book)
                cell = folder.cell(version, str(line.id))
                matter = {one.name for one in folder.missing(cell)}
                shown = {"birth_date" if fact.type.is_age else fact.code for fact in line.ask}
                assert matter <= shown, (version.code, matter, shown)
