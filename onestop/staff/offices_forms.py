"""The forms of the organisation: offices, how they work, committees and their members, partners."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.dates import read_date
from onestop.areas.models import within
from onestop.areas.phones import PhoneField
from onestop.areas.scope import current
from onestop.staff.bodies import BodyKind, body_kinds, labels
from onestop.staff.models import Committee, CommitteeMember, Office, Officer, Partner
from onestop.staff.modes import modes
from onestop.staff.staffing.reading import BIGGEST
from onestop.staff.units import read_unit
from onestop.ui.fields import PartialDateField, WholeNumberField
from onestop.ui.widgets import SearchBox

__all__ = [
    "ClosingForm",
    "CommitteeForm",
    "MemberForm",
    "OfficeForm",
    "OfficeSearch",
    "OpeningForm",
    "PartnerForm",
    "SettingForm",
    "VoidForm",
]


def chosen(what: Mapping[str, Mapping[str, str]], first: Any = None) -> list[tuple[str, Any]]:
    """A list of the country pack as choices."""
    entries = [(code, in_words(dict(label))) for code, label in what.items()]
    return ([("", first)] if first is not None else []) + entries


def whole_day(text: str) -> date:
    """A day, written in full. Raises ValueError with words."""
    read = read_date(text)
    if read.precision != "day":
        raise ValueError(str(_("Give the day, the month and the year.")))
    day: date = read.value
    return day


def day_field(label: Any, *, required: bool = True) -> PartialDateField:
    return PartialDateField(
        read=whole_day, label=label, required=required, error_messages={"required": _("Give the day.")}
    )


class UnitField(forms.CharField):
    """A place by name or code, in the areas where the officer may change the organisation."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Unit"))
        options.setdefault("help_text", _("Name or code, as in 170101"))
        super().__init__(max_length=120, widget=SearchBox(), **options)

    def prepare_value(self, value: Any) -> Any:
        return value if value else (pack().code if value == "" else value)

    def clean(self, value: Any) -> str:
        read = read_unit(
            str(super().clean(value) or ""), inside=current().where("office.write"), empty=str(_("Give the unit."))
        )
        if read.problem:
            raise ValidationError(read.problem, code="unit")
        return read.code


class Versioned(forms.Form):
    """A form over a record that is there already: it carries the version its reader saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def fields_given(self) -> dict[str, Any]:
        """What is to be saved: everything but the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class AliasField(forms.CharField):
    """Other names, separated by commas."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Also called"))
        options.setdefault("help_text", _("Other names, with commas between"))
        super().__init__(required=False, max_length=600, **options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [name.strip() for name in str(super().clean(value) or "").split(",") if name.strip()]


def officers_of_area() -> Any:
    """The officers who work or hold a role where the officer may change the organisation."""
    ranges = current().where("office.write")
    mine = Officer.objects.who_sign_in()
    return mine.filter(within(ranges, "office__unit_code")) | mine.filter(within(ranges, "assignments__unit_code"))


class OfficerChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An officer of the area, or nobody."""

    def __init__(self, label: Any) -> None:
        super().__init__(Officer.objects.none(), required=False, label=label, empty_label=_("– nobody with an account"))

    def label_from_instance(self, obj: Officer) -> str:
        return f"{obj.name} ({obj.username})"


class OfficeSearch(forms.Form):
    """The list of offices: a name or code, and the kind."""

    q = forms.CharField(label=_("Name, code or unit"), required=False, max_length=100, widget=SearchBox)
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = chosen(labels("office_kinds"), _("All"))  # type: ignore[attr-defined]


class OfficeForm(Versioned):
    """An office and who answers for it (ORG-08, ORG-14)."""

    code = forms.RegexField(
        r"^[A-Z0-9_]+$",
        label=_("Code"),
        max_length=40,
        help_text=_("Capital Latin letters, digits and _; it stays"),
        error_messages={"invalid": _("Only capital Latin letters, digits and _, as in CHAR_CHHUK.")},
    )
    name_km = forms.CharField(label=_("Name in Khmer"), max_length=200)
    name_latin = forms.CharField(label=_("Name in Latin letters"), max_length=200)
    aliases = AliasField()
    unit_code = UnitField()
    kind = forms.ChoiceField(label=_("Kind"))
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    phone = PhoneField(label=_("Telephone"), help_text=_("Other offices call it about people of both areas"))
    accountable = OfficerChoice(_("Accountable officer"))
    holder_km = forms.CharField(
        label=_("Or a person without an account: name in Khmer"), required=False, max_length=120
    )
    holder_latin = forms.CharField(label=_("The same in Latin letters"), required=False, max_length=120)
    holder_title = forms.ChoiceField(label=_("Is there as"), required=False)

    def __init__(self, *args: Any, office: Office | None = None, **kwargs: Any) -> None:
        if office is not None:
            kwargs["initial"] = {name: getattr(office, name) for name in self.base_fields} | {
                "accountable": office.accountable_id
            }
        super().__init__(*args, **kwargs)
        titles = {role.code: role.label for role in pack().roles.values() if role.level < len(pack().levels)}
        for name, choices in {
            "kind": chosen(labels("office_kinds")),
            "sector": chosen(labels("sectors"), _("– none")),
            "holder_title": chosen(titles, "–"),
        }.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["accountable"].queryset = officers_of_area().distinct()  # type: ignore[attr-defined]
        if office is not None:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("accountable") and answers.get("holder_km"):
            self.add_error("holder_km", _("Choose an officer or write a name, not both."))
        if answers.get("holder_latin") and not answers.get("holder_km"):
            self.add_error("holder_km", _("Write the name in Khmer too."))
        return answers


class OpeningForm(Versioned):
    """The first day of an office."""

    opened_on = day_field(_("Open from"))


class ClosingForm(Versioned):
    """The day from which an office serves no more."""

    closed_on = day_field(_("Closed from"))


class VoidForm(Versioned):
    """Why a record is taken out."""

    reason = forms.CharField(
        label=_("Why"), max_length=400, error_messages={"required": _("Write why it is taken out.")}
    )


class SettingForm(forms.Form):
    """How a unit works from a day on."""

    value = forms.ChoiceField(label=_("From then on"), widget=forms.RadioSelect)
    unit_code = UnitField(label=_("For"))
    valid_from = day_field(_("From"))
    reference = forms.CharField(
        label=_("Delegation or agreement"), required=False, max_length=200, help_text=_("Number and date")
    )

    def __init__(self, *args: Any, key: str, office: Office, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"unit_code": office.unit_code, "valid_from": clock.today()})
        super().__init__(*args, **kwargs)
        self.fields["value"].choices = chosen(modes()[key].values)  # type: ignore[attr-defined]
        if not modes()[key].with_reference:
            del self.fields["reference"]


class CommitteeForm(Versioned):
    """A committee, council, board or village body."""

    kind = forms.ChoiceField(label=_("Kind"))
    unit_code = UnitField()
    name_km = forms.CharField(label=_("Own name in Khmer"), required=False, max_length=200)
    name_latin = forms.CharField(label=_("Own name in Latin letters"), required=False, max_length=200)
    aliases = AliasField()
    meets_every = WholeNumberField(
        label=_("Meets every (months)"),
        required=False,
        min_value=1,
        max_value=60,
        help_text=_("Empty: as its kind does"),
    )
    valid_from = day_field(_("Set up on"))

    def __init__(self, *args: Any, committee: Committee | None = None, **kwargs: Any) -> None:
        if committee is not None:
            kwargs["initial"] = {name: getattr(committee, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = chosen({code: kind.label for code, kind in body_kinds().items()})  # type: ignore[attr-defined]
        if committee is not None:
            del self.fields["kind"], self.fields["unit_code"]


class MemberForm(Versioned):
    """Somebody who sits in a committee: an officer or a name, as what, since when."""

    officer = OfficerChoice(_("Officer"))
    name_km = forms.CharField(label=_("Or a name in Khmer"), required=False, max_length=120)
    name_latin = forms.CharField(label=_("The same in Latin letters"), required=False, max_length=120)
    sex = forms.ChoiceField(label=_("Sex"), choices=[("F", _("woman")), ("M", _("man"))], widget=forms.RadioSelect)
    position = forms.ChoiceField(label=_("Position"))
    capacity = forms.ChoiceField(
        label=_("Sits there for"), error_messages={"required": _("Say in which capacity the member sits there.")}
    )
    mandate = WholeNumberField(label=_("Which mandate"), min_value=1, max_value=20, initial=1)
    valid_from = day_field(_("From"))
    valid_to = day_field(_("To"), required=False)

    def __init__(self, *args: Any, kind: BodyKind, member: CommitteeMember | None = None, **kwargs: Any) -> None:
        if member is not None:
            kwargs["initial"] = {name: getattr(member, name) for name in self.base_fields} | {
                "officer": member.officer_id
            }
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers_of_area().distinct()  # type: ignore[attr-defined]
        for name, codes, what in (
            ("position", list(kind.seats), "positions"),
            ("capacity", list(kind.capacities), "capacities"),
        ):
            words = labels(what)
            self.fields[name].choices = chosen({code: words[code] for code in codes}, "–")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not answers.get("officer") and not answers.get("name_km"):
            self.add_error("name_km", _("Choose an officer or write a name."))
        return answers


class PartnerForm(Versioned):
    """A partner with its contact (ORG-50)."""

    code = forms.RegexField(
        r"^[a-z0-9-]+$",
        label=_("Code"),
        max_length=60,
        help_text=_("Small Latin letters, digits and -; it stays"),
        error_messages={"invalid": _("Only small Latin letters, digits and -, as in village-ngo.")},
    )
    kind = forms.ChoiceField(label=_("Kind"))
    name_km = forms.CharField(label=_("Name in Khmer"), max_length=200)
    name_latin = forms.CharField(label=_("Name in Latin letters"), max_length=200)
    aliases = AliasField()
    unit_code = UnitField()
    contact_name = forms.CharField(label=_("Contact person or desk"), required=False, max_length=200)
    contact_phone = PhoneField(label=_("Telephone"))
    contact_email = forms.EmailField(label=_("E-mail"), required=False, max_length=200)
    contact_address = forms.CharField(label=_("Address"), required=False, max_length=400)

    def __init__(self, *args: Any, partner: Partner | None = None, **kwargs: Any) -> None:
        if partner is not None:
            kwargs["initial"] = {name: getattr(partner, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = chosen(labels("partner_kinds"))  # type: ignore[attr-defined]
        if partner is not None:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        given = any(answers.get(name) for name in ("contact_phone", "contact_email", "contact_address"))
        if not given and not {"contact_phone", "contact_email"} & self.errors.keys():
            self.add_error("contact_phone", _("Give a contact: a telephone, an e-mail or an address."))
        return answers


class WorkbookForm(forms.Form):
    """The filled workbook of a district; whatever refuses it stands at its box."""

    file = forms.FileField(
        label=_("The filled workbook (.xlsx, at most 10 MB)"),
        allow_empty_file=True,  # an empty one is told what it is, not that it is missing
        error_messages={"required": _("Choose the filled workbook.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > BIGGEST:
            raise ValidationError(
                _("The file is larger than 10 MB. A district needs less than 1 MB: take out pictures.")
            )
        return file
