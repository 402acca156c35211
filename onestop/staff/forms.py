"""The form of the sign-in page."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onestop.staff.models import Officer


class SignInForm(forms.Form):
    """Username and password. One answer for an unknown name, a wrong password and a closed account."""

    username = forms.CharField(
        label=_("Username"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Write your username.")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Write your password.")},
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.officer: Officer | None = None

    def clean(self) -> dict[str, Any]:
        """Find the officer; the same words whatever was wrong, so that no username can be found out."""
        answers = super().clean() or {}
        if answers.get("username") and answers.get("password"):
            found = authenticate(self.request, username=answers["username"], password=answers["password"])
            if not isinstance(found, Officer):
                raise ValidationError(
                    _("Username and password do not belong together. Check both and write the password once more."),
                    code="sign_in",
                )
            self.officer = found
        return answers
