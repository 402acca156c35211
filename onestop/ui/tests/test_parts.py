"""The values behind the parts, and what the tags make of them."""

from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from onestop.ui.components import Bar, Cell, Change, Matrix, MatrixColumn, MatrixRow, Part, Question
from onestop.ui.sorting import Sorting
from onestop.ui.tests import showcase
from onestop.ui.timeline import Timeline
from onestop.ui.words import STATES


def drawn(source: str, **values: Any) -> str:
    """A template's text in English, with the tag library loaded."""
    with translation.override("en"):
        return Template("{% load onestop_ui %}" + source).render(Context(values))


def test_the_parts_of_a_bar_fill_it_and_nothing_is_no_part() -> None:
    bar = Bar([Part("receiving", 1), Part("applied", 0), Part("unknown", 3)])
    assert [(found.part.state, found.start, found.width) for found in bar.stretches()] == [
        ("receiving", "0.000%", "25.000%"),
        ("unknown", "25.000%", "75.000%"),
    ]
    assert Bar([]).stretches() == []


def test_a_bar_tells_its_numbers_to_those_who_do_not_see_it() -> None:
    text = drawn("{% bar bar %}", bar=Bar([Part("receiving", 1612), Part("no_programme", 2)]))
    assert 'aria-label="1,612 receiving, 2 no programme exists"' in text
    assert 'fill="url(#ground-no_programme)"' in text and "<title>1,612 receiving</title>" in text


@pytest.mark.parametrize("code", sorted(STATES))
def test_every_state_has_a_shape_in_the_sprite_and_a_word(code: str) -> None:
    text = drawn("{% include 'ui/parts/sprite.html' %}{% state code %}{% state code bare=True %}", code=code)
    assert f'id="shape-{STATES[code].shape}"' in text
    with translation.override("en"):
        word = str(STATES[code].short)
    assert text.count(f">{word}</span>") == 2, "the word may be hidden, never absent"


def test_a_cell_of_the_matrix_names_person_programme_and_state() -> None:
    matrix = Matrix(
        "Members",
        [MatrixColumn("Scholarship"), MatrixColumn("Ration")],
        [MatrixRow("Sok Rithy", [Cell("not_eligible", "/why", date(2027, 8, 20)), None])],
    )
    text = drawn("{% matrix matrix %}", matrix=matrix)
    assert "Sok Rithy, Scholarship: not eligible" in text and "from 08/2027" in text and "yes from 20 Aug 2027" in text
    assert '<td class="matrix-void"></td>' in text


def test_a_phone_folds_only_what_no_date_will_change() -> None:
    row = MatrixRow("x", [Cell("not_eligible"), Cell("not_eligible", from_on=date(2027, 1, 1)), Cell("eligible"), None])
    assert row.folded == 1


def test_a_row_with_a_cell_too_few_is_a_mistake_and_not_a_shorter_row() -> None:
    matrix = Matrix("x", [MatrixColumn("a"), MatrixColumn("b")], [MatrixRow("x", [None])])
    with pytest.raises(ValueError, match="shorter"):
        list(matrix.lines())


def test_dots_of_neighbouring_days_do_not_cover_each_other() -> None:
    changes = [Change(date(2027, 3, day), "x") for day in (3, 1, 2)]
    spots = Timeline(date(2026, 11, 23), changes).spots()
    assert [spot.change.on.day for spot in spots] == [1, 2, 3]
    assert all(after.x - before.x >= 22 for before, after in zip(spots, spots[1:], strict=False))


def test_the_strip_is_labelled_each_half_year() -> None:
    labels = [tick.label for tick in Timeline(date(2026, 11, 23), []).ticks()]
    assert labels == ["11/26", "5/27", "11/27", "5/28", "11/28"]


@pytest.mark.parametrize("kind", ["buttons", "radios", "select", "number", "date", "text"])
def test_every_question_can_be_answered_with_not_known(kind: Any) -> None:
    text = drawn("{% question question %}", question=Question("How many?", "/answer", kind, [("1", "one")]))
    assert "ot know" in text and 'name="idempotency_key"' in text and 'method="post"' in text


def test_a_sort_link_turns_round_and_begins_at_the_first_page() -> None:
    sorting = Sorting(QueryDict("sort=name&after=0193&state=eligible"), ["age", "name"])
    assert (sorting.chosen, sorting.direction("name"), sorting.direction("age")) == ("name", "ascending", "")
    assert sorting.link("name") == "?sort=-name&state=eligible"
    assert sorting.link("age") == "?sort=age&state=eligible"


def test_a_column_nobody_offered_is_not_sorted_by() -> None:
    sorting = Sorting(QueryDict("sort=-password"), ["age", "name"])
    assert (sorting.chosen, sorting.is_descending) == ("age", False)


class Ids(HTMLParser):
    """Ids of a page, and the ids its labels and descriptions point to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.named: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("for", "aria-describedby", "aria-labelledby") and value:
                self.named.update(value.split())


@pytest.mark.parametrize("language", ["km", "en"])
def test_labels_and_descriptions_of_all_components_point_to_one_place_each(language: str) -> None:
    with translation.override(language):
        request = RequestFactory().get("/ui/components/")
        text = showcase.components(request).content.decode()
    found = Ids()
    found.feed(text)
    assert not {name for name in found.named if found.ids.count(name) != 1}
