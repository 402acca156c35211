"""The forms of this room: looking for a programme, and trying a rule."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.check import CRITERIA_LIMIT
from criteria.tokens import LENGTH_LIMIT
from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.dates import read_date
from onestop.areas.models import AdministrativeUnit
from onestop.areas.scope import Scope
from onestop.eligibility.guarantees import named
from onestop.eligibility.words import PROVIDERS
from onestop.programmes.choices import Status, Unit
from onestop.ui.fields import PartialDateField
from onestop.ui.widgets import SearchBox


def areas(unit: AdministrativeUnit, scope: Scope, language: str, right: str) -> list[tuple[str, str]]:
    """The areas to choose from under a right: those above in scope, those beside, those below that are no villages."""
    units = AdministrativeUnit.objects.on(clock.today())
    path = [one for one in units.above(unit.code) if scope.covers_all_of(one.code, right)]
    parent = unit.parent_code
    around = units.filter(parent_code__in=[unit.code, *([parent] if parent and len(path) > 1 else [])])
    others = [one for one in around.in_order_for(language) if one.level < len(pack().levels)]
    known = dict.fromkeys([*path, *others])
    return [(one.code, one.full_name) for one in known]


class ProgrammeSearch(forms.Form):
    """Words and lists; all may stay empty."""

    q = forms.CharField(
        label=gettext_lazy("Name, benefit, course or provider"), required=False, max_length=100, widget=SearchBox
    )
    guarantee = forms.ChoiceField(label=gettext_lazy("Guarantee"), required=False)
    sector = forms.ChoiceField(label=gettext_lazy("Sector"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *Status.choices]
    )
    provider = forms.ChoiceField(
        label=gettext_lazy("Provider"), required=False, choices=[("", gettext_lazy("All")), *PROVIDERS.items()]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = pack().node("country.yaml").each("sectors")
        self.fields["guarantee"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("All")),
            *((one.code, in_words(dict(one.names))) for one in named()),
        ]
        self.fields["sector"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            *((node.text("code"), in_words(node.names("name"))) for node in sectors),
        ]


class TrialForm(forms.Form):
    """Criteria one a line, for persons or households, an area, a day, and a programme to compare with."""

    rules = forms.CharField(
        label=gettext_lazy("Criteria, one on each line; all are needed"),
        max_length=LENGTH_LIMIT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocapitalize": "none", "class": "code"}),
        error_messages={"required": gettext_lazy("Write at least one criterion, such as person.age >= 60")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Who is asked"),
        choices=[(Unit.PERSON, gettext_lazy("each person")), (Unit.HOUSEHOLD, gettext_lazy("each household"))],
        widget=forms.RadioSelect,
        initial=Unit.PERSON,
    )
    unit = forms.ChoiceField(label=gettext_lazy("Area"))
    on = PartialDateField(label=gettext_lazy("As of"), read=read_date, required=False)
    against = forms.ChoiceField(label=gettext_lazy("Compare with"), required=False)

    def __init__(
        self, *args: Any, areas: Iterable[tuple[str, str]], programmes: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = list(areas)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["against"].choices = [("", _("no programme")), *programmes]  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        """The day asked: today unless another is given, whole, and not after today."""
        given = self.cleaned_data["on"]
        if given is None:
            return clock.today()
        if given.precision != "day":
            raise ValidationError(_("Give the day, the month and the year."))
        if given.value > clock.today():
            raise ValidationError(_("This day is still to come. Give today or an earlier day."))
        found: date = given.value
        return found

    def clean_rules(self) -> str:
        text: str = self.cleaned_data["rules"].replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            raise ValidationError(_("Write at least one criterion, such as person.age >= 60"))
        if len(lines(text)) > CRITERIA_LIMIT:
            raise ValidationError(_("At most %(most)s criteria can be tried together.") % {"most": CRITERIA_LIMIT})
        return text


def lines(text: str) -> list[tuple[int, str]]:
    """The criteria of a text with the number of the line each stands on; empty lines are none."""
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
