"""States and units of a programme, as its file names them."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare


class Status(models.TextChoices):
    PLANNED = "planned", _("planned")
    INFORMATION_ONLY = "information_only", _("information only")
    ACTIVE = "active", _("active")
    CLOSED = "closed", _("closed")


class Unit(models.TextChoices):
    PERSON = "person", _("person")
    HOUSEHOLD = "household", _("household")


LOADED: Final = declare("programmes.loaded", _("{officer} loaded the programme {note}."))
