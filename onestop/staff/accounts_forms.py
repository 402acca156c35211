"""The forms of accounts: a new one, names and office, a role, a reason, and who is asking."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import today
from onestop.areas.country import in_words, pack
from onestop.areas.scope import Scope
from onestop.staff.accounts import names_seen
from onestop.staff.accounts_queries import accounts_seen, offices_for
from onestop.staff.models import Office, Officer
from onestop.staff.signing_in_forms import password_field
from onestop.staff.work_forms import OfficerField

__all__ = ["AccountFilter", "MadeForm", "NamesForm", "ProveForm", "ReasonForm", "RoleForm", "SupervisorForm"]

STATES = [
    ("", _("all")),
    ("open", _("open")),
    ("suspended", _("suspended")),
    ("waiting", _("waits for the first sign-in")),
    ("no_role", _("without a role today")),
]


class OfficeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An office by its name."""

    def label_from_instance(self, obj: Office) -> str:
        return f"{obj.name} ({obj.unit_code or '–'})"


def role_choices(*, signing_in: bool = False) -> list[tuple[str, str]]:
    """Every role of the country pack in words, by level."""
    roles = sorted(pack().roles.values(), key=lambda role: (role.level, in_words(role.label)))
    return [(role.code, in_words(role.label)) for role in roles if role.may_sign_in or not signing_in]


class AccountFilter(forms.Form):
    """What the list shows."""

    q = forms.CharField(label=_("Name or username"), max_length=60, required=False)
    office = forms.ChoiceField(label=_("Office"), required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = [(office.code, office.name) for office in offices_for(scope)]
        self.fields["office"].choices = [("", _("all")), *offices]  # type: ignore[attr-defined]
        self.fields["role"].choices = [("", _("all")), *role_choices()]  # type: ignore[attr-defined]


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """Names and office of an account."""

    office = OfficeField(queryset=Office.objects.none(), label=_("Office"))

    class Meta:
        model = Officer
        fields = ["name_km", "name_latin", "office"]
        labels = {"name_km": _("Name in Khmer"), "name_latin": _("Name in Latin letters")}

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = offices_for(scope)  # type: ignore[attr-defined]


class NamesForm(AccountForm):
    """Names and office of an account that stands, with the mark of what the form was opened on."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = names_seen(self.instance)


class MadeForm(AccountForm):
    """A new account."""

    language = forms.ChoiceField(label=_("Language of the pages"), choices=settings.LANGUAGES)

    class Meta(AccountForm.Meta):
        fields = ["username", "name_km", "name_latin", "office", "language"]
        labels = {**AccountForm.Meta.labels, "username": _("Username")}

    def clean_username(self) -> str:
        """Compared without regard to case."""
        return str(self.cleaned_data["username"]).strip().lower()


class SupervisorForm(forms.Form):
    """Under whom an officer works: somebody of the area, or whoever it is now. `seen`: who it was before."""

    supervisor = OfficerField(
        queryset=Officer.objects.none(), label=_("Supervisor"), required=False, empty_label=_("nobody")
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, officer: Officer, scope: Scope, **kwargs: Any) -> None:
        self.now = str(officer.supervisor_id)
        kwargs.setdefault("initial", {"supervisor": officer.supervisor_id, "seen": self.now})
        super().__init__(*args, **kwargs)
        others = Q(pk__in=accounts_seen(scope).filter(is_active=True)) | Q(pk=officer.supervisor_id)
        found = Officer.objects.filter(others).exclude(human=officer.human).select_related("office")
        self.fields["supervisor"].queryset = found.order_by("name_latin", "username")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Somebody else's choice is not written over unseen; sent again, it is (F3-16)."""
        answers = super().clean() or {}
        if (answers.get("seen") or self.now) != self.now:
            self.add_error("supervisor", _("It was changed after you opened the form."))
            self.data = {**self.data.dict(), "seen": self.now}  # type: ignore[attr-defined]  # a QueryDict
        return answers


class RoleForm(forms.Form):
    """A role over a place, from a day to a day."""

    role = forms.ChoiceField(label=_("Role"))
    unit_code = forms.CharField(label=_("Code of the place"), max_length=16, required=False)
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    valid_to = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("choose")), *role_choices()]  # type: ignore[attr-defined]
        self.fields["valid_from"].initial = today()


class ReasonForm(forms.Form):
    """Why something is done to another's account."""

    because = forms.CharField(label=_("Reason"), max_length=400, error_messages={"required": _("Write the reason.")})


class ProveForm(forms.Form):
    """The officer shows again who it is."""

    password = password_field(_("Your password"))
    code = forms.CharField(
        label=_("Code of your telephone"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Write the code.")},
    )

    def __init__(self, *args: Any, with_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["code"]
