"""Widgets beyond Django's own: a date in three boxes, because no office here knows every birth to the day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.renderers import get_default_renderer
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onestop.ui.format import MONTHS, partial

PRECISIONS = (
    ("day", gettext_lazy("exact day")),
    ("month", gettext_lazy("month known")),
    ("year", gettext_lazy("year only")),
    ("estimated", gettext_lazy("estimated")),
)


class DateParts(forms.Widget):
    """Day, month by name, year; with ask_precision also how sure. Its value is the text the parts make, day first.

    "14/6/2018", "6/2018" or "2018": what areas.dates.read_date reads, Khmer digits and Buddhist years included. What
    was typed stays in the boxes after an error. With a precision the value is "TEXT|PRECISION".
    """

    def __init__(self, attrs: dict[str, Any] | None = None, *, ask_precision: bool = False) -> None:
        super().__init__(attrs)
        self.ask_precision = ask_precision

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> str:
        """The parts joined by slashes from the first one given; a whole text in NAME itself is taken as it is."""
        if data.get(name):
            return str(data[name]).strip()
        day, month, year = (str(data.get(f"{name}_{part}", "")).strip() for part in range(3))
        text = f"{day}/{month}/{year}" if day else f"{month}/{year}" if month else year
        precision = str(data.get(f"{name}_3", "")).strip() if self.ask_precision else ""
        return f"{text}|{precision}" if text and precision else text

    def value_omitted_from_data(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> bool:
        """Whether no part of it was sent."""
        return not any(key in data for key in (name, *(f"{name}_{part}" for part in range(4))))

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The first box."""
        return f"{id_}_0" if id_ else id_

    def use_required_attribute(self, initial: Any) -> bool:
        """Never: a day or a month may stay empty."""
        return False

    def split(self, value: Any) -> tuple[str, str, str, str]:
        """Day, month, year, precision as texts, from what was typed or from a stored (partial) date."""
        if isinstance(value, str):
            text, _bar, precision = value.partition("|")
            parts = text.split("/")
            day, month, year = ["", "", *parts][-3:] if len(parts) <= 3 else (text, "", "")
            return day, month, year, precision
        when, precision = partial(value)
        if not isinstance(when, date):
            return "", "", "", ""
        day = str(when.day) if precision == "day" else ""
        month = str(when.month) if precision in ("day", "month") else ""
        return day, month, str(when.year), precision

    def boxes(self, name: str, value: Any, html_id: str) -> list[dict[str, Any]]:
        """What the template needs for each box, in the order of reading."""
        day, month, year, precision = self.split(value)
        months = [("", "–"), *((str(number), str(text)) for number, text in enumerate(MONTHS, start=1))]
        given: list[tuple[str, str, list[tuple[str, Any]]]] = [
            (_("Day"), day, []),
            (_("Month"), month, months),
            (_("Year"), year, []),
        ]
        if self.ask_precision:
            given.append((_("How sure"), precision or "day", list(PRECISIONS)))
        return [
            {"id": f"{html_id}_{at}", "name": f"{name}_{at}", "label": label, "value": text, "choices": choices}
            for at, (label, text, choices) in enumerate(given)
        ]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """For a form that is shown without {% field %}."""
        context = super().get_context(name, value, attrs)
        context["boxes"] = self.boxes(name, value, (attrs or {}).get("id", f"id_{name}"))
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        """The boxes alone, without label and error."""
        renderer = renderer or get_default_renderer()
        return renderer.render("ui/parts/date_boxes.html", self.get_context(name, value, attrs))


class SearchBox(forms.TextInput):
    """A search field: no spelling, no suggestions of the browser, in either script."""

    input_type = "search"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})})


class NumberBox(forms.TextInput):
    """A whole number as text, so that Khmer digits can be typed and nothing is lost; the field reads them."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})
