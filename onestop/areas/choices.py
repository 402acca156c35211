"""Short lists of words this room chooses from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RowOutcome(models.TextChoices):
    """What became of one row or unit of a gazetteer when it was loaded."""

    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    CLOSED = "closed", _("closed")
    REOPENED = "reopened", _("opened again")
    SKIPPED = "skipped", _("skipped")
