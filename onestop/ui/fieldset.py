"""How one field of a form is laid out: which template, which classes, which ids belong together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from onestop.ui import languages
from onestop.ui.widgets import DateParts


@dataclass(frozen=True)
class FieldError:
    """An error of a form: the field's label, the words, the id to jump to (empty when it is of the whole form)."""

    label: str
    text: str
    anchor: str


class FieldParts:
    """The parts of one bound field. Every option of {% field %} is an argument here."""

    def __init__(
        self, bound: BoundField, *, width: int = 0, hint: Any = "", label: Any = "", large: bool = False,
        column: bool = False, optional: bool = False, hide_label: bool = False, lang: str = "",
    ) -> None:  # fmt: skip
        self.bound = bound
        self.width, self.large, self.column, self.optional, self.hide_label = width, large, column, optional, hide_label
        self.lang = lang
        self.label = languages.one(label) or str(bound.label)
        self.hint = languages.one(hint) or str(bound.help_text or "")
        self.errors = [str(error) for error in bound.errors]

    @property
    def template(self) -> str:
        """The template of this kind of widget."""
        widget = self.bound.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "ui/parts/field_check.html"
        if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
            return "ui/parts/field_choices.html"
        if isinstance(widget, DateParts):
            return "ui/parts/field_date.html"
        return "ui/parts/field_box.html"

    @property
    def hint_id(self) -> str:
        """Id of the hint; empty without one."""
        return f"{self.bound.auto_id}-hint" if self.hint else ""

    @property
    def error_id(self) -> str:
        """Id of the error; empty without one."""
        return f"{self.bound.auto_id}-error" if self.errors else ""

    @property
    def described_by(self) -> str:
        """The ids that describe the box, for aria-describedby."""
        return " ".join(filter(None, [self.hint_id, self.error_id]))

    def box(self) -> SafeString:
        """The input, select or text area with its classes and its descriptions."""
        widget = self.bound.field.widget
        kind = "govuk-input"
        if isinstance(widget, forms.Textarea):
            kind = "govuk-textarea"
        elif isinstance(widget, forms.Select):
            kind = "govuk-select"
        elif isinstance(widget, forms.FileInput):
            kind = "govuk-file-upload"
        classes = [kind, widget.attrs.get("class", "")]
        if self.errors:
            classes.append(f"{kind}--error")
        if self.width:
            classes.append(f"width-{self.width}")
        attributes = {"class": " ".join(filter(None, classes)), "aria-describedby": self.described_by or None}
        if self.errors:
            attributes["aria-invalid"] = "true"
        if self.lang:
            attributes["lang"] = self.lang
        return self.bound.as_widget(attrs={key: value for key, value in attributes.items() if value is not None})

    def tick(self) -> SafeString:
        """A single box to tick, described by our hint and error and not by Django's, which are not on the page."""
        return self.bound.as_widget(attrs={"aria-describedby": self.described_by or False})

    def choices(self) -> list[Any]:
        """The single radios or boxes of a choice, each with its tag, label and id."""
        return list(self.bound.subwidgets)

    def date_boxes(self) -> list[dict[str, Any]]:
        """Day, month, year (and how sure): name, value, id, label, choices, for the template."""
        widget = self.bound.field.widget
        assert isinstance(widget, DateParts)
        return widget.boxes(self.bound.html_name, self.bound.value(), self.bound.auto_id)

    @staticmethod
    def errors_of(form: "forms.BaseForm | forms.BaseFormSet[Any]") -> Iterator[FieldError]:
        """Every error of a form, its fields' first in the order of the form; of a formset, form by form."""
        if isinstance(form, forms.BaseFormSet):
            yield from (FieldError("", str(error), "") for error in form.non_form_errors())
            for member in form.forms:
                yield from FieldParts.errors_of(member)
            return
        yield from (FieldError("", str(error), "") for error in form.non_field_errors())
        for bound in form:
            yield from (FieldError(str(bound.label), str(error), anchor(bound)) for error in bound.errors)


def anchor(bound: BoundField) -> str:
    """The id of the first box of a field: the link in the error summary moves the cursor there."""
    widget = bound.field.widget
    if isinstance(widget, (DateParts, forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return f"{bound.auto_id}_0"
    return str(bound.auto_id)
