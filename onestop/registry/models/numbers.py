"""The office's own book-keeping: blocks of numbers, and who asked how often at the narrow door."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import Keyed
from onestop.registry.choices import NumberKind


class NumberBlock(Keyed):
    """A run of serial numbers given to one office; the office takes the next from it. No number is ever given twice.

    Blocks are given upwards only and never come back, so a number that was printed on a lost form stays unused.
    """

    kind = models.CharField(max_length=10, choices=NumberKind.choices)
    office = models.ForeignKey("staff.Office", models.PROTECT, null=True, related_name="+")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    last_used = models.BigIntegerField(null=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="numberblock_in_order",
                condition=Q(first__lte=F("last"))
                & (Q(last_used=None) | Q(last_used__gte=F("first"), last_used__lte=F("last"))),
                violation_error_message=_("The block is used up. Ask for a new block of numbers."),
            ),
            ExclusionConstraint(
                name="numberblock_never_twice",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    (Func(F("first"), F("last"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Some of these numbers were given to an office before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first}–{self.last}"


class DoorQuestion(models.Model):
    """One question an officer put through the narrow door, or a search by a number the officer's roles do not show;
    only counted, to keep the door narrow (doors.py).

    `registering`: the door was asked by itself about somebody just registered, which has a measure of its own.
    """

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    registering = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes: ClassVar = [models.Index(name="doorquestion_officer", fields=["officer", "at"])]

    def __str__(self) -> str:
        return str(self.at)
