"""Form fields that read what a Khmer clerk types. Parsing lives higher (areas.dates, areas.text) and is handed in."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onestop.ui.formats import khmer
from onestop.ui.widgets import DateParts, NumberBox


class PartialDateField(forms.Field):
    """A date of day, month or year. `read` turns "14/6/2561" into its own value or raises ValueError with words.

    With ask_precision the answer to "how sure" is handed to `read` as its second argument.
    """

    default_error_messages = {
        "required": _("Give at least the year. If nobody knows it, ask for the age and choose “estimated”."),
        "invalid": _("This is not a date: %(text)s. Give day, month and year, or the year alone."),
    }

    def __init__(self, *, read: Callable[..., Any], ask_precision: bool = False, **options: Any) -> None:
        options.setdefault("widget", DateParts(ask_precision=ask_precision))
        self.read = read
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        """The reader's value; None for nothing."""
        if value in self.empty_values:
            return None
        if not isinstance(value, str):
            return value
        text, _bar, precision = value.partition("|")
        try:
            return self.read(text, precision) if precision else self.read(text)
        except ValueError as error:
            words = str(error)
            if words:
                raise ValidationError(words, code="invalid") from error
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"text": text}) from error


class WholeNumberField(forms.IntegerField):
    """A whole number, also in Khmer digits and with commas or spaces at the thousands."""

    widget = NumberBox
    default_error_messages = {"invalid": _("Give a whole number, such as 12.")}

    def to_python(self, value: Any) -> int | None:
        """Khmer digits and separators first, then as Django does."""
        if isinstance(value, str):
            value = value.translate(khmer.ASCII_DIGITS).replace(",", "").replace("\u00a0", "").replace(" ", "")
        number: int | None = super().to_python(value)
        return number
