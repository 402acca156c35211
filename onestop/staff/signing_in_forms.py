"""The forms of signing in: name and password, the code, a password of one's own."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onestop.staff.models import Officer

__all__ = ["CodeForm", "OwnPasswordForm", "SignInForm"]


def password_field(label: Any, *, is_new: bool = False) -> forms.CharField:
    """A box for a password; the browser's own keeper may fill it in."""
    return forms.CharField(
        label=label,
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if is_new else "current-password"}),
        error_messages={"required": _("Write the password.")},
    )


class SignInForm(forms.Form):
    """Username and password."""

    username = forms.CharField(
        label=_("Username"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Write your username.")},
    )
    password = password_field(_("Password"))
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """Six digits of the telephone, or a recovery code where `or_recovery`."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Write the code.")},
    )

    def __init__(self, *args: Any, or_recovery: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if or_recovery:
            self.fields["code"].widget.attrs.pop("inputmode")


class OwnPasswordForm(forms.Form):
    """A password the officer chooses; `with_old` asks for the present one as well."""

    old_password = password_field(_("Present password"))
    new_password = password_field(_("New password"), is_new=True)
    new_password_again = password_field(_("The new password once more"), is_new=True)

    def __init__(self, *args: Any, officer: Officer, with_old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer = officer
        if not with_old:
            del self.fields["old_password"]

    def clean_new_password(self) -> str:
        """Long enough, not common, not the one somebody else handed over."""
        chosen: str = self.cleaned_data["new_password"]
        validate_password(chosen, self.officer)
        if self.officer.check_password(chosen):
            raise ValidationError(_("This is the present password. Choose another."), code="same")
        return chosen

    def clean(self) -> dict[str, Any]:
        """Typed twice alike."""
        answers = super().clean() or {}
        first, again = answers.get("new_password"), answers.get("new_password_again")
        if first and again and first != again:
            self.add_error("new_password_again", _("This is not what you wrote above. Write both once more."))
        return answers
