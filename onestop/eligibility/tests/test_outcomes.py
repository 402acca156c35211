"""What an answer would change, whose facts decide, and why a cell turns."""

from collections.abc import Iterator
from datetime import date

import pytest

from onestop.areas import clock
from onestop.areas.scope import current
from onestop.eligibility.causes import causes
from onestop.eligibility.explain import Folder
from onestop.eligibility.outcomes import deciding, outcomes
from onestop.eligibility.rulebook import rulebook
from onestop.registry import actions
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer
from onestop.staff.scope import scope

pytestmark = pytest.mark.django_db
TODAY = date(2014, 6, 11)


@pytest.fixture
def officer(db: None) -> Iterator[Officer]:
    one = Officer.objects.get(username="district")
    with clock.fixed(TODAY), scope(one):
        yield one


def family(officer: Officer, *grades: int | None) -> tuple[Household, list[Person]]:
    """A poor household with a head and pupils in these grades; None: nobody has asked for the grade."""
    home: Household = HouseholdFactory(
        by=officer,
        members=[
            NewPersonFactory(head=True, birth=born(1975, 4, 28)),
            *(NewPersonFactory(child=True, birth=born(2003, 3, number + 1)) for number in range(len(grades))),
        ],
    )
    actions.record_poverty_status(home, level=1, valid_from=date(2012, 1, 1), valid_to=date(2014, 12, 31), by=officer)
    pupils = list(Person.objects.filter(memberships__household=home, birth_from__year=2003).order_by("birth_from"))
    assert home.head_id is not None
    head = Person.objects.get(pk=home.head_id)
    actions.answer(head, {"in_school": False}, observed_on=TODAY, by=officer)
    for pupil, grade in zip(pupils, grades, strict=True):
        given = {"in_school": True} if grade is None else {"in_school": True, "grade": grade}
        actions.answer(pupil, given, observed_on=TODAY, by=officer)
    return home, pupils


def opened(home: Household) -> Folder:
    return Folder.of(home, rulebook(TODAY, current()))


def test_the_pupil_decides_and_the_others_do_not(officer: Officer) -> None:
    home, (pupil, sibling) = family(officer, 5, 2)
    folder = opened(home)
    ration = folder.cell(folder.book.get("THR"), str(pupil.pk))  # type: ignore[arg-type]  # it is in the tables
    assert ration.state == "eligible"
    assert deciding(folder, ration) == {str(pupil.pk)}
    assert str(sibling.pk) in folder.members


def test_two_pupils_decide_both_though_each_would_do(officer: Officer) -> None:
    home, pupils = family(officer, 5, 6)
    folder = opened(home)
    ration = folder.cell(folder.book.get("THR"), "")  # type: ignore[arg-type]
    assert deciding(folder, ration) == {str(pupil.pk) for pupil in pupils}


def test_of_a_cannot_tell_those_decide_whose_facts_are_missing(officer: Officer) -> None:
    home, (pupil, asked) = family(officer, 2, None)
    folder = opened(home)
    ration = folder.cell(folder.book.get("THR"), "")  # type: ignore[arg-type]
    assert ration.state == "unknown" and deciding(folder, ration) == {str(asked.pk)}


def test_an_answer_is_told_by_stretches_that_come_to_the_same(officer: Officer) -> None:
    home, (pupil,) = family(officer, None)
    folder = opened(home)
    grade = next(one for one in folder.questions() if one.name == "grade" and one.of == str(pupil.pk))
    ration = next(cell for cell in grade.cells if cell.version.code == "THR")
    told = outcomes(folder, grade)
    yes = [one for one in told if ration in one.eligible]
    assert {value for one in yes for value in one.values} == {4, 6}
    assert told[0].opens and told[-1].closes and 0 in told[0].values
    assert all(ration in one.not_eligible for one in told if one not in yes)


def test_a_card_that_runs_out_is_the_cause_of_the_turn(officer: Officer) -> None:
    home, _pupils = family(officer, 5)
    folder = opened(home)
    turns = [turn for turn in folder.outlook() if turn.on == date(2015, 1, 1)]
    assert ("HEF", "eligible", "unknown") in [(turn.cell.version.code, turn.before, turn.after) for turn in turns]
    found = causes(folder, date(2015, 1, 1), [turn.cell for turn in turns])
    assert [(cause.kind, cause.fact.code if cause.fact else "") for cause in found] == [("status_ends", "id_poor")]
