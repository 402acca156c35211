"""A place opened in an emergency: one officer, one village or commune outside the own area, one hour, with a reason.

Read only, no list, no export, no compartment. The supervisor is told, everybody who may review it has it on the list
until somebody else than the officer has looked at it, and each read meanwhile is marked in the journal. It is looked up
before there is a scope, so it stands behind no wall; it names officers, places and reasons, and no person.
"""

from datetime import timedelta
from typing import Any, ClassVar, Final, Self

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import HasKey, Keyed, UnitCodeField, within
from onestop.areas.scope import ScopeMissing, current

__all__ = ["LASTS", "REVIEW", "BreakGlass", "Finding"]

LASTS: Final = timedelta(hours=1)
REVIEW: Final = "break_glass.review"
LEAST_REASON: Final = 20  # characters: a word is no reason


class Finding(models.TextChoices):
    """What the reviewer found."""

    IN_ORDER = "in_order", _("in order")
    NOT_IN_ORDER = "not_in_order", _("not in order")


class BreakGlassQuerySet(models.QuerySet[Any]):
    """Openings in the office's words."""

    def open_now(self) -> Self:
        """Those that are open in this transaction, by the server's clock."""
        return self.filter(closed_at=None, ends_at__gt=TransactionNow())

    def of(self, officer: HasKey) -> Self:
        return self.filter(officer=officer.pk)

    def reviewable_by(self, officer: Any) -> Self:
        """Those of others that this officer may review: as supervisor, or by right at the place or at their office.

        Two accounts of one human are one pair of eyes.
        """
        scope = current()
        if scope.officer_id != officer.pk:
            raise ScopeMissing(f"The open scope is that of officer {scope.officer_id}, not of {officer.pk}.")
        ranges = scope.where(REVIEW)
        mine = models.Q(told=officer.pk)
        if ranges:
            mine |= within(ranges) | within(ranges, "officer__office__unit_code")
        return self.filter(mine).exclude(officer__human=officer.human)

    def waiting(self) -> Self:
        """Not reviewed yet."""
        return self.filter(reviewed_at=None)


class BreakGlass(Keyed):
    """One opening. `told` is the supervisor it was told to, if there is one."""

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("officer"))
    unit_code = UnitCodeField(_("place"))
    reason = models.TextField(_("reason"))
    told = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("supervisor")
    )
    opened_at = models.DateTimeField(_("opened"), editable=False)
    ends_at = models.DateTimeField(_("ends"), editable=False)
    closed_at = models.DateTimeField(_("closed early"), null=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, editable=False)
    finding = models.CharField(_("finding"), max_length=20, choices=Finding.choices, blank=True, default="")
    review_note = models.TextField(_("note of the review"), blank=True, default="")

    objects: ClassVar[Any] = BreakGlassQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening in an emergency")
        verbose_name_plural = _("openings in an emergency")
        ordering: ClassVar = ["-opened_at", "-id"]
        indexes: ClassVar = [
            models.Index(name="staff_breakglass_officer", fields=["officer", "ends_at"]),
            models.Index(name="staff_breakglass_waiting", fields=["opened_at"], condition=models.Q(reviewed_at=None)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="staff_breakglass_lasts",
                condition=models.Q(ends_at__gt=models.F("opened_at"))
                & models.Q(ends_at__lte=models.F("opened_at") + LASTS)
                & (models.Q(closed_at=None) | models.Q(closed_at__gte=models.F("opened_at"))),
                violation_error_message=_("An opening lasts an hour at most."),
            ),
            models.CheckConstraint(
                name="staff_breakglass_four_eyes",
                condition=models.Q(reviewed_by=None) | ~models.Q(reviewed_by=models.F("officer")),
                violation_error_message=_("Somebody else must review this."),
            ),
            models.CheckConstraint(
                name="staff_breakglass_review_whole",
                condition=models.Q(reviewed_by=None, reviewed_at=None, finding="")
                | models.Q(reviewed_by__isnull=False, reviewed_at__isnull=False, finding__in=Finding.values),
                violation_error_message=_("A review says who, when and what was found."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_code} {self.opened_at:%Y-%m-%d %H:%M}"
