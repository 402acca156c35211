"""Forms of the pages of a household: one question, a birth date, a poverty status, the search."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onestop.areas.dates import DateNotUnderstood, PartialDate, read_date
from onestop.desk.asking import Asked
from onestop.registry.choices import Precision, Sex
from onestop.registry.declared import Declared
from onestop.registry.forms import choices_of, fact_field
from onestop.registry.values import value_of
from onestop.ui.fields import PartialDateField, WholeNumberField
from onestop.ui.widgets import SearchBox


def read_birth(text: str, precision: str = "") -> PartialDate:
    """A birth date as typed, with the precision that was chosen beside it. Raises ValueError with words."""
    try:
        found = read_date(text)
    except DateNotUnderstood as error:
        raise ValueError(str(error.message)) from error
    if precision == Precision.ESTIMATED:
        return PartialDate(found.value, "estimated")
    return found


class OneAnswer(forms.Form):
    """One fact as the catalogue declares it."""

    def __init__(self, fact: Declared, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fact = fact
        self.fields["answer"] = fact_field(fact, required=True, label=fact.name())

    def clean_answer(self) -> Any:
        """What `registry.actions.answer` takes."""
        return value_of(self.fact, self.cleaned_data["answer"])

    def answer(self) -> dict[str, Any]:
        return {"value": self.cleaned_data["answer"]}


class Birth(forms.Form):
    """The date of birth with how much of it is known."""

    answer_date = PartialDateField(label=_("Date of birth"), read=read_birth, ask_precision=True)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def answer(self) -> dict[str, Any]:
        return {"value": self.cleaned_data["answer_date"]}


class SexOfPerson(forms.Form):
    """The sex of a person."""

    answer_sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def answer(self) -> dict[str, Any]:
        return {"value": self.cleaned_data["answer_sex"]}


class PovertyCard(forms.Form):
    """What a card or a list says of the poverty of a household."""

    level = forms.ChoiceField(label=_("Level"), widget=forms.RadioSelect)
    card_number = forms.CharField(label=_("Card number"), max_length=40, required=False)
    valid_from = PartialDateField(label=_("Valid from"), read=read_date)
    valid_to = PartialDateField(
        label=_("Valid to"), read=read_date, required=False, help_text=_("Leave it open when no end is written.")
    )
    source = forms.CharField(
        label=_("Where this was seen"), max_length=200, required=False, help_text=_("for example: card seen")
    )

    def __init__(self, fact: Declared, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)
        level.choices = choices_of(fact)

    def clean_valid_from(self) -> date:
        return _whole_day(self.cleaned_data["valid_from"])

    def clean_valid_to(self) -> date | None:
        given = self.cleaned_data.get("valid_to")
        return _whole_day(given) if given else None

    def answer(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {**given, "level": int(given["level"])}


def _whole_day(given: PartialDate) -> date:
    if given.precision != "day":
        raise ValidationError(_("The whole date is needed: day, month and year."))
    return given.value


class Search(forms.Form):
    """What the clerk knows: a name or number, the place, the year of birth.

    It is sent by POST, since a name has no place in an address. Without data it is the box of the home page.
    """

    q = forms.CharField(
        label=_("Find a person or household"),
        max_length=200,
        required=False,
        widget=SearchBox({"class": "govuk-input", "aria-describedby": "search-hint"}),
    )
    place = forms.ChoiceField(label=_("Lives in"), required=False)
    born = WholeNumberField(label=_("Year of birth"), required=False, min_value=1870, max_value=2700)

    def __init__(self, data: Any = None, *, places: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(data)
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = [("", _("the whole area")), *places]

    def clean_born(self) -> int | None:
        """A year; one of the Buddhist era is brought to the common one."""
        year = self.cleaned_data.get("born")
        if year is None:
            return None
        try:
            return read_date(str(year)).value.year
        except DateNotUnderstood as error:
            raise ValidationError(str(error.message)) from error


def form_of(what: Asked, data: Any = None, **initial: Any) -> OneAnswer | Birth | SexOfPerson | PovertyCard:
    """The form that answers a question."""
    assert what.stored is not None
    match what.way:
        case "birth":
            return Birth(data, initial=initial)
        case "sex":
            return SexOfPerson(data, initial=initial)
        case "status":
            return PovertyCard(what.stored, data)
    return OneAnswer(what.stored, data)
