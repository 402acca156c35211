"""What is typed to ask whether somebody is registered at another office, and to settle a double."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import in_words, pack
from onestop.areas.dates import PartialDate, read_date
from onestop.registry.actions.papers import paper_kinds
from onestop.registry.choices import Sex
from onestop.registry.notices import door_purposes
from onestop.staff.workflow import Transition
from onestop.ui.fields import PartialDateField


class ElsewhereForm(forms.Form):
    """By what somebody may be known: a membership number, or a paper, or name with sex and whole date of birth."""

    number = forms.CharField(label=_("Membership number"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("Kind of paper"), required=False)
    paper = forms.CharField(label=_("Number of the paper"), max_length=60, required=False)
    family = forms.CharField(label=_("Family name"), max_length=100, required=False)
    given = forms.CharField(label=_("Given name"), max_length=100, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False, widget=forms.RadioSelect)
    birth = PartialDateField(label=_("Date of birth"), read=read_date, required=False)
    purpose = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        kinds, reasons = self.fields["kind"], self.fields["purpose"]
        assert isinstance(kinds, forms.ChoiceField) and isinstance(reasons, forms.ChoiceField)
        known = pack().documents
        kinds.choices = [("", "–"), *((code, in_words(known[code].label)) for code in paper_kinds(pack()))]
        reasons.choices = [(one.code, in_words(one.label)) for one in door_purposes().values()]
        if not reasons.choices:  # the country asks for none
            del self.fields["purpose"]
        for name in ("number", "paper", "family", "given"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_birth(self) -> PartialDate | None:
        """The whole date: a year would answer for everybody born in it."""
        birth: PartialDate | None = self.cleaned_data.get("birth")
        if birth is not None and birth.precision != "day":
            raise ValidationError(_("The whole date is needed: day, month and year."))
        return birth

    def clean(self) -> dict[str, Any]:
        """One of the three ways, and that one whole."""
        given = super().clean() or {}
        named = [name for name in ("family", "given", "sex", "birth") if given.get(name)]
        if self.errors.keys() - {"purpose"}:  # a purpose that is missing is told together with the rest
            return given
        if given["paper"] and not given["kind"]:
            self.add_error("kind", _("Choose the kind of paper from the list."))
        elif given["kind"] and not given["paper"]:
            self.add_error("paper", _("Copy the number of the paper."))
        elif named and len(named) < 4:
            self.add_error(None, _("To ask by name, give family name, given name, sex and the whole date of birth."))
        elif sum((bool(given["number"]), bool(given["paper"]), bool(named))) != 1:
            self.add_error(None, _("Ask in one of the three ways: by membership number, or by a paper, or by name."))
        return given

    def question(self) -> dict[str, Any]:
        """What `queries.known_elsewhere` takes."""
        given = self.cleaned_data
        asked: dict[str, Any] = {"purpose": given.get("purpose", "")}
        if given["number"]:
            return asked | {"number": given["number"]}
        if given["paper"]:
            return asked | {"document": (given["kind"], given["paper"])}
        return asked | {"name": (given["family"], given["given"]), "sex": given["sex"], "birth": given["birth"].value}


class ReopeningForm(forms.Form):
    """Why a settled double is opened again."""

    reason = forms.CharField(
        label=_("Why it is opened again"),
        max_length=400,
        help_text=_("Another paper that turned up, or what the call left out. The other office is not shown this."),
        error_messages={"required": _("Write why it is opened again.")},
    )


class SettlingForm(forms.Form):
    """What the two offices found."""

    outcome = forms.ChoiceField(
        label=_("What the two offices found"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Call the other office first, then choose what you found together.")},
    )

    def __init__(self, steps: Iterable[Transition], data: Any = None) -> None:
        super().__init__(data)
        outcomes = self.fields["outcome"]
        assert isinstance(outcomes, forms.ChoiceField)
        outcomes.choices = [(step.verb, step.label) for step in steps]
