"""This room's lines in the journal."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare

TRIED: Final = declare("eligibility.tried", _("{officer} tried a rule. {note}"))
