"""The spreadsheet by which a district is set up, between its preview and its confirmation.

A **StaffingSheet** is one uploaded workbook of offices, officers, roles and committees (staff.staffing). It is seen by
the officer who brought it alone; once it is confirmed, or given up, its contents are emptied and only the digest stays.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import Keyed

__all__ = ["StaffingSheet"]


class StaffingSheet(Keyed):
    """An uploaded workbook, read but not yet saved (or saved: `confirmed_at`)."""

    brought_by = models.ForeignKey("staff.Officer", models.PROTECT, related_name="+", verbose_name=_("brought by"))
    brought_at = models.DateTimeField(db_default=Now(), editable=False)
    file_name = models.CharField(_("file name"), max_length=200)
    digest = models.CharField(max_length=64)
    content = models.BinaryField(_("contents"), editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    outcome = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("staffing sheet")
        verbose_name_plural = _("staffing sheets")
        ordering = ["-brought_at"]

    def __str__(self) -> str:
        return self.digest[:12]
