"""Work that waits for somebody: until when, with whom, and who stands in for whom.

**Worked** is the abstract model of every record that a workflow moves (workflow.py): since when it is in its state,
until when the next step is due, and which officer has taken it. A piece of work belongs to whoever holds the right of
its next step at its unit, that is to a role at a unit; an officer may take it or be handed it. An **Absence** says
from when to when an officer is away and who stands in. A **HelpRequest** asks the IT officer of the district for help
with a page: the page's name and the officer's own words, and nothing about the people shown on it (ORG-53).
"""

from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import today
from onestop.areas.country import pack
from onestop.areas.models import Edited, HasKey, Keyed, UnitCodeField, within
from onestop.areas.scope import NATION, current
from onestop.staff.choices import HelpState
from onestop.staff.models.officers import Officer, RoleAssignment
from onestop.staff.models.organisation import BOTH_ENDS, Days

__all__ = ["Absence", "HelpRequest", "Worked"]


class Worked(models.Model):
    """What the runner keeps of every record it moves. To be named beside Personal or Edited: (Worked, Personal)."""

    since_on = models.DateField(_("since"), default=today, editable=False)
    due_on = models.DateField(_("due"), null=True, blank=True, editable=False)
    assigned_to = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("with")
    )

    class Meta:
        abstract = True


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences in the office's words."""

    def on(self, day: date) -> Self:
        """Those of the day; both ends belong to it."""
        return self.filter(from_on__lte=day, to_on__gte=day)

    def to_come(self, day: date) -> Self:
        """Those that have not ended on the day, the next first."""
        return self.filter(to_on__gte=day).order_by("from_on")


class Absence(Keyed):
    """An officer is away from one day to another. The reason is nobody's business and is not kept.

    The stand-in sees the work that lies with the officer and may take it, with the stand-in's own rights and no others.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="absences", verbose_name=_("officer"))
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"))
    stand_in = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("stand-in")
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="staff_absence_period",
                condition=models.Q(to_on__gte=models.F("from_on")),
                violation_error_message=_("An absence does not end before it begins."),
            ),
            models.CheckConstraint(
                name="staff_absence_stand_in",
                condition=models.Q(stand_in=None) | ~models.Q(stand_in=models.F("officer")),
                violation_error_message=_("Somebody else must stand in."),
            ),
            ExclusionConstraint(
                name="staff_absence_once",
                expressions=[
                    ("officer", RangeOperators.EQUAL),
                    (Days("from_on", "to_on", BOTH_ENDS), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another absence is noted on some of these days. End that one first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} – {self.to_on}"


class HelpRequestQuerySet(models.QuerySet["HelpRequest"]):
    """Requests for help in the office's words. They name no person served, so no wall stands around them."""

    def visible_to(self, officer: HasKey) -> Self:
        """One's own, and those from places for which one gives help."""
        return self.filter(models.Q(asked_by=officer.pk) | within(current().where("help.answer")))

    def to_answer_by(self, officer: HasKey) -> Self:
        """Those this officer is to answer: from the places of the right, unless somebody nearer gives help there.

        Nobody answers a request of their own: an IT officer's goes one level up.
        """
        ranges = current().where("help.answer")
        if not ranges:
            return self.none()
        helpers = [role.code for role in pack().roles.values() if "help.answer" in role.rights]
        nearer = (
            RoleAssignment.objects.in_force(today())
            .annotate(
                here=models.ExpressionWrapper(models.OuterRef("unit_code"), output_field=models.CharField()),
                depth=Length("unit_code"),
            )
            .filter(role__in=helpers, here__startswith=models.F("unit_code"))
            .filter(officer__is_active=True)
            .exclude(officer=officer.pk)
            .exclude(officer__human=models.OuterRef("asked_by__human"))
        )
        mine = models.Q()
        for low, high in ranges:
            depth = 0 if (low, high) == NATION else len(low)
            mine |= within(((low, high),)) & ~models.Q(models.Exists(nearer.filter(depth__gt=depth)))
        human = Officer.objects.filter(pk=officer.pk).values("human")
        return self.open().filter(mine, voided_at=None).exclude(asked_by__human__in=human)

    def open(self) -> Self:
        """Not yet answered."""
        return self.filter(state__in=[HelpState.ASKED, HelpState.REOPENED])


class HelpRequest(Worked, Edited):
    """A question of an officer about a page, answered by the IT officer of the place."""

    unit_code = UnitCodeField(_("unit"), blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=HelpState.choices, editable=False)
    page = models.CharField(_("page"), max_length=100, db_collation="C", blank=True, default="")
    words = models.TextField(_("what you need help with"), max_length=2000)
    asked_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    answer = models.TextField(_("answer"), max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    again = models.TextField(_("what is still missing"), max_length=2000, blank=True, default="")

    objects: Any = HelpRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for help")
        verbose_name_plural = _("requests for help")
        indexes: ClassVar = [
            models.Index(fields=["unit_code", "state"], name="staff_help_unit"),
            models.Index(fields=["asked_by", "state"], name="staff_help_asked_by"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
