"""What a clerk types in a form, and what is made of it."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.utils import translation

from onestop.ui.fields import PartialDateField, WholeNumberField


def read(text: str, precision: str = "day") -> tuple[str, str]:
    """Stands for the reader of areas: refuses what lies in the future."""
    if text.endswith("2571"):
        raise ValueError("Year 2571 is in the future.")
    if "?" in text:
        raise ValueError
    return text, precision


class BirthForm(forms.Form):
    """A form with the fields of this room."""

    born = PartialDateField(read=read, ask_precision=True)
    rooms = WholeNumberField(required=False)


def sent(**data: str) -> BirthForm:
    return BirthForm(QueryDict("&".join(f"{name}={value}" for name, value in data.items())))


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ({"born_0": "14", "born_1": "6", "born_2": "2018", "born_3": "day"}, ("14/6/2018", "day")),
        ({"born_0": "", "born_1": "6", "born_2": "2018", "born_3": "month"}, ("6/2018", "month")),
        ({"born_2": "២៥៦១", "born_3": "estimated"}, ("២៥៦១", "estimated")),
        ({"born": "14 June 2018"}, ("14 June 2018", "day")),
    ],
)
def test_the_parts_of_a_date_are_handed_to_the_reader(parts: dict[str, str], value: tuple[str, str]) -> None:
    form = sent(**parts)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == value


def test_the_readers_words_become_the_message_and_what_was_typed_stays() -> None:
    form = sent(born_0="14", born_1="6", born_2="2571", born_3="day")
    assert form.errors["born"] == ["Year 2571 is in the future."]
    with translation.override("en"):
        text = Template("{% load onestop_ui %}{% error_summary form %}{% field form.born %}").render(
            Context({"form": form})
        )
    assert 'value="2571"' in text and '<option value="6" selected>' in text
    assert '<a href="#id_born_0">Born: Year 2571 is in the future.</a>' in text
    assert 'id="id_born-error"' in text and 'aria-describedby="id_born-error"' in text


def test_a_refusal_without_words_says_what_was_understood() -> None:
    with translation.override("en"):
        assert sent(born_2="20??").errors["born"] == [
            "This is not a date: 20??. Give day, month and year, or the year alone."
        ]
        assert "at least the year" in sent().errors["born"][0]


@pytest.mark.parametrize(
    ("precision", "boxes"), [("day", ["14", "6", "2018"]), ("month", ["", "6", "2018"]), ("year", ["", "", "2018"])]
)
def test_a_stored_date_fills_only_the_boxes_that_are_known(precision: str, boxes: list[str]) -> None:
    stored: Any = SimpleNamespace(value=date(2018, 6, 14), precision=precision)
    widget = BirthForm.base_fields["born"].widget
    assert [box["value"] for box in widget.boxes("born", stored, "id_born")][:3] == boxes


@pytest.mark.parametrize(("typed", "number"), [("១២", 12), ("1,200", 1200), ("", None)])
def test_a_number_may_be_typed_in_khmer_digits(typed: str, number: int | None) -> None:
    form = sent(born_2="2018", rooms=typed)
    assert form.is_valid() and form.cleaned_data["rooms"] == number


def test_a_number_in_words_is_refused_and_stays() -> None:
    form = sent(born_2="2018", rooms="two")
    with translation.override("km"):
        text = Template("{% load onestop_ui %}{% field form.rooms width=2 %}").render(Context({"form": form}))
    assert 'value="two"' in text and 'aria-invalid="true"' in text and "width-2" in text
