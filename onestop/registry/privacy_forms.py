"""What is typed to put a person's record right, to decide it, and to record the privacy notice."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onestop.areas.dates import PartialDate, read_date
from onestop.registry.actions.registering import NAMES
from onestop.registry.choices import CORRECTABLE, Sex, Telling
from onestop.registry.models import Person
from onestop.ui.fields import PartialDateField


class CorrectionForm(forms.Form):
    """The record as it is written, to be overwritten where it is wrong; what is left as it is, is not asked."""

    family_name_km = forms.CharField(label=CORRECTABLE["family_name_km"], max_length=100, required=False)
    given_name_km = forms.CharField(label=CORRECTABLE["given_name_km"], max_length=100, required=False)
    family_name_latin = forms.CharField(label=CORRECTABLE["family_name_latin"], max_length=100, required=False)
    given_name_latin = forms.CharField(label=CORRECTABLE["given_name_latin"], max_length=100, required=False)
    sex = forms.ChoiceField(
        label=CORRECTABLE["sex"], choices=[*Sex.choices, ("", _("not known"))], required=False, widget=forms.RadioSelect
    )
    birth = PartialDateField(label=CORRECTABLE["birth"], read=read_date, required=False)
    proof = forms.CharField(
        label=_("What shows it"),
        max_length=400,
        help_text=_("The paper you saw, with its number, or who told it. The second officer decides by this."),
    )

    def __init__(self, person: Person, data: Any = None) -> None:
        written = {name: getattr(person, name) for name in (*NAMES, "sex")}
        self.written_birth = (
            PartialDate(person.birth_date, person.birth_precision) if person.birth_date else None  # type: ignore[arg-type]
        )
        super().__init__(data, initial=written | {"birth": self.written_birth})

    def wanted(self) -> dict[str, Any]:
        """The values asked for; a birth left as it was keeps its precision."""
        return {name: self.cleaned_data[name] for name in CORRECTABLE}


class DecisionForm(forms.Form):
    """The reason of a refusal, or of taking a request back."""

    reason = forms.CharField(
        label=_("Reason"), max_length=400, help_text=_("The person is told this. Needed when you refuse or withdraw.")
    )

    def __init__(self, data: Any = None, *, needs_reason: bool = True) -> None:
        super().__init__(data)
        self.fields["reason"].required = needs_reason


class TellingForm(forms.Form):
    """How a person was told the notice."""

    how = forms.ChoiceField(label=_("How it was told"), choices=Telling.choices, widget=forms.RadioSelect)
