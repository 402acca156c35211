"""An enrolment says that a person or a household is in a programme, from one day to another, both ends included.

An enrolment of a household counts for each member present. It ends by its date or by an exit, is voided
when it was wrong, and is never deleted. Rules ask for it as a fact: `enrolled('P')`.
"""

from datetime import date
from typing import ClassVar, Self, cast

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now
from onestop.areas.models import ClosedField, Personal, PersonalQuerySet
from onestop.programmes.models import DayRange, Programme
from onestop.registry.models import Household, HouseholdMembership, Person


class EnrolmentQuerySet(PersonalQuerySet):
    """Enrolments in the office's words."""

    def on(self, day: date) -> Self:
        """Those that hold on a day; a voided one never did."""
        return self.standing().filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)

    def of_household(self, household: Household) -> Self:
        """Those of the household itself and of anyone who is or was its member."""
        members = HouseholdMembership.objects.standing().filter(household=household)
        return self.filter(Q(household=household) | Q(person__in=members.values("person")))


class Enrolment(Personal):
    """One person or one household in one programme."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="enrolments", verbose_name=_("person")
    )
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="enrolments", verbose_name=_("household")
    )
    # those of the programme: a foreign key over all three keeps them so (migrations/0002)
    sector = ClosedField()
    compartment = ClosedField()
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("enrolled by")
    )

    objects: ClassVar = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        indexes: ClassVar = [
            models.Index(
                fields=["unit_code", "programme"], include=["sector", "compartment"], name="enrolment_unit_programme"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="enrolment_of_one_subject",
                condition=Q(person__isnull=True, household__isnull=False)
                | Q(person__isnull=False, household__isnull=True),
                violation_error_message=_("An enrolment is of a person or of a household, not of both."),
            ),
            models.CheckConstraint(
                name="enrolment_dates_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("An enrolment cannot end before it begins."),
            ),
            ExclusionConstraint(
                name="enrolment_person_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    (DayRange(F("valid_from"), F("valid_to"), models.Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(voided_at__isnull=True, person__isnull=False),
                violation_error_message=_("This person is enrolled in this programme on some of these days already."),
            ),
            ExclusionConstraint(
                name="enrolment_household_once",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    (DayRange(F("valid_from"), F("valid_to"), models.Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(voided_at__isnull=True, household__isnull=False),
                violation_error_message=_(
                    "This household is enrolled in this programme on some of these days already."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.valid_from:%Y-%m-%d}"

    @property
    def subject(self) -> Person | Household:
        """Who is enrolled."""
        return self.person or cast(Household, self.household)  # one of both: enrolment_of_one_subject


class PilotLoad(models.Model):
    """Which invented population stands in the demonstration: one row at most, of nobody's data.

    Another population needs a fresh database, since nothing about people is ever deleted.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    day = models.DateField(help_text="the day on which these people live as invented")
    seed = models.BigIntegerField()
    size = models.PositiveIntegerField(null=True, help_text="persons asked for; none: as many as the figures say")
    villages_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the list of villages, if any")
    households = models.PositiveIntegerField()
    persons = models.PositiveIntegerField()
    enrolments = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="pilotload_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}, seed {self.seed}"
