"""The filters of cross-table 1, as they stand in its address and in the form that exports it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.catalogue import OLDEST_YEARS
from onestop.areas.country import pack
from onestop.areas.models import AdministrativeUnit
from onestop.areas.scope import Scope, range_of
from onestop.eligibility.guarantees import own_area
from onestop.eligibility.listing import Wanted
from onestop.eligibility.states import STATES
from onestop.registry.choices import Sex
from onestop.registry.notices import purposes
from onestop.ui import languages
from onestop.ui.fields import WholeNumberField
from onestop.ui.sorting import Sorting
from onestop.ui.templatetags.onestop_ui import state as shape_and_word

CODES = {name: number for number, name in STATES.items()}
BY_DEFAULT = "eligible"
PERSON_ORDERS = ("name", "age", "village", "state")
HOUSEHOLD_ORDERS = ("name", "members", "village", "state")


class ExportForm(forms.Form):
    """For what and for whom a list leaves the office: asked every time, and written down (GOV-43)."""

    purpose = forms.ChoiceField(label=gettext_lazy("For what"))
    recipient = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=200,
        help_text=gettext_lazy("An office or a programme, for example the village chief."),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        listed = [(one.code, languages.one(one.label)) for one in purposes().values()]
        self.fields["purpose"].choices = [("", _("Choose")), *listed]  # type: ignore[attr-defined]  # a ChoiceField


class CrosstableForm(forms.Form):
    """Place, sex, age, state. For a programme of households sex and age are not asked."""

    unit = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    village = forms.ChoiceField(label=gettext_lazy("Village"), required=False)
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        required=False,
        choices=[("", gettext_lazy("All")), *Sex.choices, ("none", gettext_lazy("not known"))],
    )
    age_from = WholeNumberField(label=gettext_lazy("Age from"), required=False, min_value=0, max_value=OLDEST_YEARS)
    age_to = WholeNumberField(label=gettext_lazy("to (years)"), required=False, min_value=0, max_value=OLDEST_YEARS)
    state = forms.MultipleChoiceField(label=gettext_lazy("State"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, data: QueryDict, *, areas: Iterable[tuple[str, str]], villages: Iterable[Any], of_persons: bool
    ) -> None:
        data = data.copy()
        if not data.getlist("state"):
            data.setlist("state", [BY_DEFAULT])
        super().__init__(data)
        self.fields["unit"].choices = list(areas)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["village"].choices = [("", _("All")), *villages]  # type: ignore[attr-defined]
        self.fields["state"].choices = [(code, shape_and_word(code)) for code in CODES]  # type: ignore[attr-defined]
        if not of_persons:
            for name in ("sex", "age_from", "age_to"):
                del self.fields[name]

    @property
    def ticked(self) -> list[str]:
        """The states that are asked, as the boxes show them."""
        return [code for code in self.data.getlist("state") if code in CODES]  # type: ignore[attr-defined]  # QueryDict

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        low, high = answers.get("age_from"), answers.get("age_to")
        if low is not None and high is not None and low > high:
            self.add_error("age_to", _("The second age is below the first. Write the lower one first."))
        return answers


@dataclass(frozen=True)
class Place:
    """The area asked: a unit, and a village in it when one is chosen."""

    unit: AdministrativeUnit
    village: AdministrativeUnit | None

    @property
    def narrowest(self) -> AdministrativeUnit:
        return self.village or self.unit


def place_of(query: QueryDict, scope: Scope) -> Place | None:
    """The place of an address, by default the officer's own area; None for one that is out of scope or unknown.

    A village outside the chosen area is dropped: that is what the list of villages was before the area was changed.
    """
    code = query.get("unit") or own_area(scope, "crosstable.read")
    village = query.get("village") or ""
    if code is None or not scope.covers_all_of(code, "crosstable.read"):
        return None
    found = AdministrativeUnit.objects.in_bulk([code, village])
    if code not in found:
        return None
    below = found.get(village)
    return Place(found[code], below if below is not None and village.startswith(code) and village != code else None)


def villages_of(place: Place, language: str) -> list[Any]:
    """The villages of the area, in groups by commune where there are several; older ones only where chosen."""
    levels = pack().levels
    if place.unit.level >= len(levels):
        return []
    low, high = range_of(place.unit.code)
    units = AdministrativeUnit.objects.filter(code__gte=low, code__lt=high, level__gte=len(levels) - 1)
    units = units.in_order_for(language)
    lowest = [unit for unit in units if unit.level == len(levels)]
    if place.unit.level == len(levels) - 1:
        return [(unit.code, unit.name) for unit in lowest]
    if place.unit.level < len(levels) - 2:
        return []  # a province has a thousand: choose a district first
    groups = [unit for unit in units if unit.level == len(levels) - 1]
    return [
        (group.full_name, [(unit.code, unit.name) for unit in lowest if unit.parent_code == group.code])
        for group in groups
    ]


def wanted(form: CrosstableForm, place: Place, query: QueryDict, *, of_persons: bool) -> Wanted:
    """What the list asks for; a filter that is wrong is left out, and stands in the form with its error."""
    form.full_clean()
    answers = form.cleaned_data
    order = sorting(query, of_persons=of_persons)
    return Wanted(
        unit=place.narrowest.code,
        states=tuple(CODES[code] for code in form.ticked),
        sex=answers.get("sex") or "",
        age_from=answers.get("age_from"),
        age_to=answers.get("age_to"),
        order=order.chosen,
        is_descending=order.is_descending,
    )


def sorting(query: QueryDict, *, of_persons: bool) -> Sorting:
    return Sorting(query, PERSON_ORDERS if of_persons else HOUSEHOLD_ORDERS)
