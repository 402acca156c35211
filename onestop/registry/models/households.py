"""A household, who lives in it, where it lives, and how poor it was found."""

from datetime import date
from typing import ClassVar, Final, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now
from onestop.areas.models import Personal, PersonalQuerySet, UnitCodeField, dates_in_order
from onestop.registry.models.people import Person


class HouseholdQuerySet(PersonalQuerySet):
    def kept(self) -> Self:
        """Not voided."""
        return self.filter(voided_at=None)


class PeriodQuerySet(PersonalQuerySet):
    """Rows that hold from a day to a day, both included; no end means still open."""

    def in_force(self, on: date) -> Self:
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on, voided_at=None)

    def open(self) -> Self:
        return self.filter(valid_to=None, voided_at=None)


def period() -> Func:
    """The days from `valid_from` to `valid_to`, both included, as PostgreSQL's range."""
    return Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange")


_WRONG_ORDER: Final = _("The last day is before the first. Look at both dates again.")


class Household(Personal):
    """People who live and eat together: the usual unit of assistance. `unit_code` is its village."""

    masked: ClassVar = {"address": "address", "phone": "phone"}

    folder_number = models.CharField(_("folder number"), max_length=10, editable=False)
    address = models.CharField(_("address"), max_length=300, blank=True, default="")
    phone = models.CharField(_("telephone"), max_length=16, blank=True, default="")
    head = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects: ClassVar = HouseholdQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="household_folder_once", fields=["folder_number"]),
            models.CheckConstraint(
                name="household_phone_international",
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                violation_error_message=_("The telephone number is not complete. Write it with all its digits."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="household_unit", fields=["unit_code", "folder_number"]),
            models.Index(name="household_phone", fields=["phone"], condition=~Q(phone="")),
            models.Index(name="household_head", fields=["head"], condition=Q(head__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.folder_number


class HouseholdMembership(Personal):
    """A person lives in a household from a day to a day. `unit_code` follows the person."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships", db_index=False)
    relation = models.CharField(_("relation to the head"), max_length=40, blank=True, default="")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = PeriodQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            dates_in_order("householdmembership_dates_in_order", _WRONG_ORDER),
            ExclusionConstraint(
                name="householdmembership_one_household_at_a_time",
                expressions=[("person", RangeOperators.EQUAL), (period(), RangeOperators.OVERLAPS)],
                condition=Q(voided_at=None),
                violation_error_message=_(
                    "This person already lives in a household on one of these days. "
                    "End that membership first, or use “move to another household”."
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="membership_household", fields=["household", "valid_from"]),
            models.Index(name="membership_person", fields=["person", "valid_from"]),
        ]

    def __str__(self) -> str:
        return self.relation


class Residence(Personal):
    """A household lived in this village from a day to a day. `unit_code`, the wall, is where it lives now."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="residences", db_index=False)
    village_code = UnitCodeField(_("village"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = PeriodQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            dates_in_order("residence_dates_in_order", _WRONG_ORDER),
            ExclusionConstraint(
                name="residence_one_village_at_a_time",
                expressions=[("household", RangeOperators.EQUAL), (period(), RangeOperators.OVERLAPS)],
                condition=Q(voided_at=None),
                violation_error_message=_("This household already lives in a village on one of these days."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="residence_household", fields=["household", "valid_from"]),
            models.Index(name="residence_village", fields=["village_code"]),
        ]

    def __str__(self) -> str:
        return self.village_code


class PovertyStatus(Personal):
    """What the identification of poor households found: 0 (assessed, not poor), 1, 2 or 3 (at risk), for a time."""

    masked: ClassVar = {"card_number": "card"}

    household = models.ForeignKey(Household, models.PROTECT, related_name="poverty_statuses", db_index=False)
    level = models.SmallIntegerField(_("level"))
    round = models.CharField(_("round"), max_length=20, blank=True, default="")
    card_number = models.CharField(_("card number"), max_length=40, blank=True, default="")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar = PeriodQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            dates_in_order("povertystatus_dates_in_order", _WRONG_ORDER),
            models.CheckConstraint(
                name="povertystatus_level",
                condition=Q(level__gte=0, level__lte=3),
                violation_error_message=_("The level is 0 (assessed, not poor), 1, 2 or 3 (at risk)."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="povertystatus_household", fields=["household", "valid_from"]),
            models.Index(name="povertystatus_unit", fields=["unit_code"]),
        ]

    def __str__(self) -> str:
        return str(self.level)
