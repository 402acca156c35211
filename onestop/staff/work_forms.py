"""The forms of work: asking for help and answering, an absence, the hand-over of open work."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import today
from onestop.areas.text import ascii_digits
from onestop.staff.models import Absence, Officer
from onestop.staff.offices_forms import day_field

__all__ = [
    "AbsenceForm",
    "AgainForm",
    "AnswerForm",
    "AskForm",
    "HandOverForm",
    "OtherHumanForm",
    "SameHumanForm",
    "WhoseAbsenceForm",
]

# Six digits in a row, as membership numbers, folders, telephones and papers have them
_NUMBER: Final = re.compile(r"\d(?:[\s./-]?\d){5}")


def nobody_named(text: str) -> None:
    """Refuse what looks like the number of a person, paper or telephone."""
    if _NUMBER.search(ascii_digits(text)):
        raise ValidationError(
            _("This looks like the number of a person, a paper or a telephone. Leave it out and say what you did.")
        )


def words_field(label: Any) -> forms.CharField:
    """Some lines of text about the work, never about a person."""
    return forms.CharField(
        label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}), validators=[nobody_named]
    )


class AskForm(forms.Form):
    """A request for help; the page comes along by its name."""

    page = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)
    words = words_field(_("What do you need help with?"))


class AnswerForm(forms.Form):
    """The answer of whoever gives help."""

    answer = words_field(_("Your answer"))


class AgainForm(forms.Form):
    """What the answer did not settle."""

    again = words_field(_("What is still missing?"))


class OfficerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An officer by name and office."""

    def label_from_instance(self, obj: Officer) -> str:
        return f"{obj.name} ({obj.username}) · {obj.office.name}" if obj.office else f"{obj.name} ({obj.username})"


class AbsenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """From when to when, and who stands in."""

    stand_in = OfficerField(
        queryset=Officer.objects.none(), label=_("Who stands in"), required=False, empty_label=_("nobody")
    )

    from_on = day_field(_("From"))
    to_on = day_field(_("To"))

    class Meta:
        model = Absence
        fields = ("from_on", "to_on", "stand_in")

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"from_on": today()})
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].queryset = colleagues  # type: ignore[attr-defined]


class WhoseAbsenceForm(forms.Form):
    """Whose absence is entered: an officer in one's care."""

    officer = OfficerField(queryset=Officer.objects.none(), label=_("Officer"), empty_label=_("Choose one"))

    def __init__(self, *args: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers  # type: ignore[attr-defined]
        self.has_officers: bool = officers.exists()


class HandOverForm(forms.Form):
    """To whom, and why."""

    to = OfficerField(
        queryset=Officer.objects.none(), label=_("To whom"), required=False, empty_label=_("back to the office")
    )
    because = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]


class SameHumanForm(forms.Form):
    """Another account of the same human."""

    other = OfficerField(queryset=Officer.objects.none(), label=_("The other account"), empty_label=_("Choose one"))

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]


class OtherHumanForm(forms.Form):
    """The account is of somebody else after all."""

    because = forms.CharField(label=_("How did you make sure that these are two people?"), max_length=400)
