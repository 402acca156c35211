"""What a password may be: long, not on the list of common ones, not made of this office's own words. Nothing else.

No letters, digits or signs are demanded and none is forbidden (ASVS 6.2.5), and nobody must change one because of its
age (6.2.10). Twelve characters at least; ASVS demands eight and recommends fifteen: decisions/015-signing-in.md.
"""

import secrets
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from onestop.staff.models import Officer

__all__ = ["FIRST_PASSWORD_FOR", "LongestPasswordValidator", "OfficeWordsValidator", "first_password"]

LONGEST: Final = 128
FIRST_PASSWORD_FOR: Final = timedelta(hours=72)
_OWN_WORDS: Final = ("onestop", "one-stop", "one stop", "password", "welcome")
_LEAST_OTHER: Final = 6
# Syllables that are read aloud and typed without mistake: ten of 64 and four digits are 73 bits
_FIRST: Final = "bdfghklmnprstvjz"
_SECOND: Final = "aeio"


def first_password() -> str:
    """A password made by the machine, to be handed over in the office: such as 'mako-tiri-peso-lagi-bode-2731'."""
    groups = [
        "".join(secrets.choice(_FIRST) + secrets.choice(_SECOND) for _syllable in range(2)) for _group in range(5)
    ]
    return "-".join([*groups, f"{secrets.randbelow(10_000):04}"])


class LongestPasswordValidator:
    """Refuses what is so long that only a machine would send it."""

    def validate(self, password: str, user: Officer | None = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(_("A password has at most %d characters.") % LONGEST, code="password_too_long")

    def get_help_text(self) -> str:
        return _("A password has at most %d characters.") % LONGEST


class OfficeWordsValidator:
    """Refuses a word everybody tries first here, with little beside it, and one letter over and over (ASVS 6.2.11)."""

    def validate(self, password: str, user: Officer | None = None) -> None:
        plain = password.lower()
        own = [
            *_OWN_WORDS,
            *((user.office.name_latin.lower(), user.office.code.lower()) if user and user.office else ()),
        ]
        for word in sorted((word for word in own if word), key=len, reverse=True):
            plain = plain.replace(word, "")
        if len(plain) < _LEAST_OTHER or len(set(password)) < _LEAST_OTHER:
            raise ValidationError(
                _("A stranger would try this among the first. Take three or four words that do not belong together."),
                code="password_expected",
            )

    def get_help_text(self) -> str:
        return _("Three or four words that do not belong together are best.")
