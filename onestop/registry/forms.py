"""Form fields made from the declarations of facts: a fact the country adds has its field at once.

A field's cleaned value is what `actions.answer` takes; an empty field is an unanswered question (None) and is left out.
"""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import in_words
from onestop.registry.declared import Declared
from onestop.registry.values import NONE, AnswerRefused, value_of, written

YES: Final = "yes"
NO: Final = "no"


class FactField(forms.Field):
    """Any fact: reads what the widget gives, checks it as `values.written` does, gives the written form."""

    def __init__(self, fact: Declared, **options: Any) -> None:
        self.fact = fact
        options.setdefault("required", False)
        options.setdefault("label", in_words(fact.question or fact.label))
        options.setdefault("help_text", in_words(fact.hint) if fact.hint else in_words(fact.measure))
        options.setdefault("widget", widget_of(fact))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        """The written form of the answer; None when the question was left open."""
        if value in self.empty_values and not (self.fact.type == "set" and value == []):
            return None
        if self.fact.type == "bool":
            value = {YES: True, NO: False}.get(value, value)
        if self.fact.type == "set":
            if not value:
                return None
            value = [one for one in value if one != NONE]
        try:
            return written(self.fact, value)
        except AnswerRefused as refused:
            raise ValidationError(str(refused.message), code="answer") from None

    def prepare_value(self, value: Any) -> Any:
        """What the widget shows of a stored answer."""
        if isinstance(value, bool):
            return YES if value else NO
        if self.fact.type == "set" and value == []:
            return [NONE]
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


def widget_of(fact: Declared) -> forms.Widget:
    """The widget the declaration asks for, or the usual one of its type."""
    match fact.type:
        case "bool":
            return forms.RadioSelect(choices=[(YES, _("Yes")), (NO, _("No"))])
        case "code":
            choices = choices_of(fact)
            if fact.shown_as == "select" or (not fact.shown_as and len(choices) > 7):
                return forms.Select(choices=[("", "–"), *choices])
            return forms.RadioSelect(choices=choices)
        case "set":
            return forms.CheckboxSelectMultiple(choices=[*choices_of(fact), (NONE, _("None of these"))])
        case "whole" | "decimal":
            return forms.TextInput(
                {"inputmode": "numeric" if fact.type == "whole" else "decimal", "autocomplete": "off"}
            )
        case "date":
            return forms.TextInput({"autocomplete": "off", "placeholder": "14/6/2014"})
    return forms.TextInput({"autocomplete": "off"})


def choices_of(fact: Declared) -> list[tuple[str, str]]:
    """Codes and their labels in the reader's language, in the order of the declaration."""
    return [(code.code, in_words(code.label)) for code in fact.codes]


def shown(fact: Declared, value: Any, language: str | None = None) -> str:
    """A Python value of a fact in words; '–' for none. Dates and numbers in plain form, for the templates to dress."""
    language = language or get_language()
    match value:
        case None:
            return "–"
        case True | False:
            return str(_("Yes") if value else _("No"))
        case frozenset():
            return ", ".join(in_words(one.label, language) for one in fact.codes if one.code in value) or "–"
        case tuple():
            first, last = value
            return str(_("does not apply")) if first.year == 1 else f"{first}" if first == last else f"{first} – {last}"
    if fact.type == "code":
        return next((in_words(one.label, language) for one in fact.codes if one.code == str(value)), str(value))
    if fact.type == "date" and value.year == 1:
        return str(_("does not apply"))
    return str(value)


def fact_field(fact: Declared, **options: Any) -> FactField:
    """The field of one fact."""
    return FactField(fact, **options)


class FactForm(forms.Form):
    """A form of facts: the questions of a topic, or one question in place. `answers()` is what was answered."""

    def __init__(self, facts: Iterable[Declared], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.facts = list(facts)
        for fact in self.facts:
            self.fields[fact.code] = fact_field(fact)

    def answers(self) -> dict[str, Any]:
        """{fact: value} of the questions that were answered, for `actions.answer`."""
        return {
            fact.code: value_of(fact, self.cleaned_data[fact.code])
            for fact in self.facts
            if self.cleaned_data.get(fact.code) is not None
        }
