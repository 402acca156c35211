"""This room's lines in the journal."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare

NOT_KNOWN: Final = declare("desk.not_known", _("{officer} asked {subject} a question; the answer is not known."))
