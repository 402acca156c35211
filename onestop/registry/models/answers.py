"""What was asked: answer sheets (the history) and the wide rows made from them (what rules read)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now
from onestop.areas.models import ClosedField, Personal, UnitCodeField
from onestop.registry.choices import Source, Subject
from onestop.registry.models.households import Household
from onestop.registry.models.people import Person


class AnswerSheet(Personal):
    """One sitting: what a person or household answered on one day. Never changed; a correction has `replaces`.

    `answers` is {fact: value} in the written form of `registry/values.py`. In a correction null takes an answer back,
    as though it had never been given. `topic` is the form it was asked on, '' for an answer given in place. Answers to
    facts of a compartment are a sheet of their own, which stands behind the compartment's wall.
    """

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="sheets", db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="sheets", db_index=False)
    topic = models.CharField(max_length=40, blank=True, default="")
    compartment = ClosedField()
    observed_on = models.DateField(_("observed on"))
    observed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices, default=Source.INTERVIEW)
    answers = models.JSONField()
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections", db_index=False)
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="answersheet_of_one_subject",
                condition=Q(person=None, household__isnull=False) | Q(person__isnull=False, household=None),
                violation_error_message=_("An answer is of a person or of a household, not of both."),
            ),
            models.CheckConstraint(
                name="answersheet_not_its_own_correction",
                condition=Q(replaces=None) | ~Q(replaces=F("id")),
                violation_error_message=_("An answer cannot replace itself."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="answersheet_person", fields=["person", "observed_on"], condition=Q(person__isnull=False)
            ),
            models.Index(
                name="answersheet_household", fields=["household", "observed_on"], condition=Q(household__isnull=False)
            ),
            models.Index(name="answersheet_correction", fields=["replaces"], condition=Q(replaces__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.topic or '–'} {self.observed_on}"


class PersonRow(models.Model):
    """The last answers of one person, one column a fact (added by `facts load`), with what rules ask beside them.

    `latest_on` is the last day anything in the row began to hold: for that day and later the row is right as it stands,
    for an earlier day `rows.py` makes it anew from the history. A person who is voided or merged has no row.
    """

    person = models.OneToOneField(Person, models.DO_NOTHING, primary_key=True, related_name="row", db_constraint=False)
    household = models.ForeignKey(Household, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    unit_code = UnitCodeField()
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    relation = models.CharField(max_length=40, null=True)
    sex = models.CharField(max_length=1, null=True)
    birth_from = models.DateField(null=True)
    birth_to = models.DateField(null=True)
    died_on = models.DateField(null=True)
    latest_on = models.DateField()

    class Meta:
        indexes: ClassVar = [
            models.Index(name="personrow_unit", fields=["unit_code"]),
            models.Index(name="personrow_latest", fields=["latest_on"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class HouseholdRow(models.Model):
    """The last answers of one household, one column a fact; see PersonRow."""

    household = models.OneToOneField(
        Household, models.DO_NOTHING, primary_key=True, related_name="row", db_constraint=False
    )
    unit_code = UnitCodeField()
    latest_on = models.DateField()

    class Meta:
        indexes: ClassVar = [
            models.Index(name="householdrow_unit", fields=["unit_code"]),
            models.Index(name="householdrow_latest", fields=["latest_on"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class FactColumn(models.Model):
    """Which facts have a column in a wide row, and of which type: the memory of `facts load`."""

    of = models.CharField(max_length=10, choices=Subject.choices)
    code = models.CharField(max_length=60)
    kind = models.CharField(
        max_length=20, help_text="type as declared; a change is refused, since answers are stored in it"
    )
    has_day = models.BooleanField(help_text="there is a column <code>_on with the day of the answer")
    loaded_at = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True, help_text="no longer declared; its column and answers stay")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(name="factcolumn_once", fields=["of", "code"])]

    def __str__(self) -> str:
        return f"{self.of}.{self.code}"
