"""Somebody may be registered at two offices: what the narrow door found, a side of it for each office."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import Keyed, Personal, PersonalQuerySet, UnitCodeField
from onestop.registry.choices import DoubleOutcome, DoubleSign, DoubleState
from onestop.registry.models.people import Person
from onestop.staff.models import Worked


class DoubleNoticeQuerySet(PersonalQuerySet):
    """Notices in the office's words."""

    def waiting(self) -> Self:
        """Not settled yet, the oldest first."""
        return self.filter(state=DoubleState.OPEN, voided_at=None).order_by("id")


class DoubleNotice(Worked, Personal):
    """One office's side of a double: its own person, and at which other office somebody alike is registered since when.

    A double has two sides with the same `pair`, one behind the wall of each office; nothing of a side but the unit of
    its office and the day of registering stands in the other. Both are written, and settled, by the door alone
    (doors_doubles.py), once for a pair of persons. `reason`: why it was opened again, on the side that did; the other
    side is not told. `unit_code` follows the person.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="doubles", editable=False, db_index=False)
    pair = models.UUIDField(editable=False)
    state = models.CharField(max_length=10, choices=DoubleState.choices, editable=False)
    sign = models.CharField(_("sign"), max_length=10, choices=DoubleSign.choices, editable=False)
    other_unit = UnitCodeField(_("the other office"), editable=False)
    other_since = models.DateField(_("registered there since"), editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=DoubleOutcome.choices, blank=True, default="", db_default=""
    )
    reason = models.TextField(_("reason"), blank=True, default="", db_default="", editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, db_index=False
    )

    objects: ClassVar = DoubleNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("double")
        verbose_name_plural = _("doubles")
        constraints: ClassVar = [
            # also for two clerks at once: the second finds the pair there
            models.UniqueConstraint(name="doublenotice_once_for_a_pair", fields=["pair", "person"]),
        ]
        indexes: ClassVar = [
            models.Index(name="doublenotice_unit", fields=["unit_code", "state", "id"]),
            models.Index(name="doublenotice_person", fields=["person"]),
        ]

    def __str__(self) -> str:
        return self.state


class DoubleSweep(Keyed):
    """One look for doubles that came to its end (sweeping.py); of nobody.

    `history_upto`: the newest image of a row that it saw.
    """

    begun_at = models.DateTimeField(editable=False)
    history_upto = models.BigIntegerField(editable=False)
    persons = models.IntegerField(editable=False)
    found = models.IntegerField(editable=False)

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d} {self.found}/{self.persons}"
