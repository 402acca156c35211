"""Committees, councils, boards and village roles, and who sits in them as what.

A **Committee** is any standing body at a unit: what kinds there are, how often each meets, how large it is and for how
long its members serve is data of the country pack (committees.yaml), so that a further kind needs no code (ORG-39). A
**CommitteeMember** sits in it in a capacity (council, technical office, workers' representative: ORG-20) and a position
(chair, secretary), from one day to another: the mandate. A member is an officer, or somebody named who has no account:
a village chief, a volunteer (ORG-33), a governor. What is amiss with a roster is said by `staff.rosters`.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import Edited, UnitCodeField, dates_in_order
from onestop.staff.models.organisation import OrganisedQuerySet, in_script

__all__ = ["Committee", "CommitteeMember"]


class Committee(Edited):
    """A standing body at a unit; '' is the nation. Without names of its own it is called after its kind."""

    kind = models.CharField(_("kind"), max_length=40, db_collation="C")
    unit_code = UnitCodeField(_("unit"), blank=True, default="")
    name_km = models.CharField(_("name"), max_length=200, blank=True, default="")
    name_latin = models.CharField(_("name in Latin letters"), max_length=200, blank=True, default="")
    aliases = ArrayField(models.CharField(max_length=200), verbose_name=_("also called"), default=list, blank=True)
    meets_every = models.PositiveSmallIntegerField(_("meets every (months)"), null=True, blank=True)
    valid_from = models.DateField(_("set up on"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    objects: Any = OrganisedQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        ordering = ["unit_code", "kind"]
        constraints = [
            dates_in_order("staff_committee_period", _("A committee does not end before it begins.")),
            models.CheckConstraint(
                name="staff_committee_interval",
                condition=models.Q(meets_every=None) | models.Q(meets_every__gte=1),
                violation_error_message=_("A committee meets every month or more seldom."),
            ),
            models.UniqueConstraint(
                name="staff_committee_once",
                fields=["kind", "unit_code"],
                condition=models.Q(voided_at=None, valid_to=None),
                violation_error_message=_("This unit already has a committee of this kind."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_code or '*'}"


class CommitteeMember(Edited):
    """Somebody sits in a committee from a day to a day, in a capacity that must be named."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="members", verbose_name=_("committee"))
    unit_code = UnitCodeField(_("unit"), blank=True, default="")
    officer = models.ForeignKey(
        "staff.Officer", models.PROTECT, null=True, blank=True, related_name="seats", verbose_name=_("officer")
    )
    name_km = models.CharField(_("name"), max_length=120, blank=True, default="")
    name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True, default="")
    sex = models.CharField(_("sex"), max_length=1, blank=True, default="")
    position = models.CharField(_("position"), max_length=40, db_collation="C")
    capacity = models.CharField(_("capacity"), max_length=40, db_collation="C")
    mandate = models.PositiveSmallIntegerField(_("mandate number"), default=1)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: Any = OrganisedQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a committee")
        verbose_name_plural = _("members of committees")
        ordering = ["valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                name="staff_committeemember_named",
                condition=models.Q(officer__isnull=False) | ~models.Q(name_km="", name_latin=""),
                violation_error_message=_("Choose an officer or write a name."),
            ),
            models.CheckConstraint(
                name="staff_committeemember_capacity",
                condition=~models.Q(capacity="") & ~models.Q(position=""),
                violation_error_message=_("Say in which capacity and position the member sits there."),
            ),
            models.CheckConstraint(
                name="staff_committeemember_sex",
                condition=models.Q(sex__in=["", "F", "M"]),
                violation_error_message=_("Sex is F or M, or not known."),
            ),
            dates_in_order("staff_committeemember_period", _("A mandate does not end before it begins.")),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.name_latin or self.name_km or self.officer_id}"

    @property
    def name(self) -> str:
        """The member's name in the reader's script."""
        return self.officer.name if self.officer else in_script(self.name_km, self.name_latin)
