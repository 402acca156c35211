"""Channels and states of a message."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare


class Channel(models.TextChoices):
    LETTER = "letter", _("letter")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


PRINTED: Final = declare("letters.printed", _("{officer} printed {note}."))
QUEUED: Final = declare("letters.queued", _("{officer} wrote a message to be sent."))
