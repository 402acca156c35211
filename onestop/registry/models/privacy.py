"""What people were told about their information, to whom it was handed out, and what they ask to have put right."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import ClosedField, Keyed, Personal, PersonalQuerySet, UnitCodeField
from onestop.registry.choices import CorrectionState, Telling
from onestop.registry.models.households import Household
from onestop.registry.models.people import Person
from onestop.staff.models import Officer, Worked


class NoticeGiven(Personal):
    """A person was told a version of the privacy notice (countries/*/texts/privacy.yaml), and how."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="notices", editable=False)
    notice = models.PositiveSmallIntegerField(_("version of the notice"), editable=False)
    given_on = models.DateField(_("told on"), editable=False)
    how = models.CharField(_("how"), max_length=10, choices=Telling.choices)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="noticegiven_once",
                fields=["person", "notice"],
                condition=Q(voided_at=None),
                violation_error_message=_("This person was told this notice already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.notice)


class Disclosure(Keyed):
    """A list of persons that left the office: for what, for whom, in what form, by which officer."""

    at = models.DateTimeField(_("at"), editable=False)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    purpose = models.CharField(_("for what"), max_length=40, db_collation="C")
    recipient = models.CharField(_("for whom"), max_length=200)
    form = models.CharField(_("form"), max_length=20, db_collation="C", editable=False)
    content = models.CharField(_("content"), max_length=200, editable=False)
    unit_code = UnitCodeField()
    compartment = ClosedField()
    objects: ClassVar = PersonalQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(name="disclosure_unit", fields=["unit_code", "id"])]

    def __str__(self) -> str:
        return self.purpose


class DisclosedRecord(Keyed):
    """One person, or one household, on such a list."""

    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="records", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="disclosures", db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="disclosures", db_index=False)
    unit_code = UnitCodeField()
    compartment = ClosedField()
    objects: ClassVar = PersonalQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="disclosedrecord_of_one", condition=Q(person=None) ^ Q(household=None))
        ]
        indexes: ClassVar = [
            models.Index(name="disclosedrecord_person", fields=["person"], condition=Q(person__isnull=False)),
            models.Index(name="disclosedrecord_household", fields=["household"], condition=Q(household__isnull=False)),
            models.Index(name="disclosedrecord_list", fields=["disclosure"]),
        ]

    def __str__(self) -> str:
        return str(self.disclosure_id)


class CorrectionRequestQuerySet(PersonalQuerySet):
    """Requests in the office's words."""

    def waiting(self) -> Self:
        """Asked and not yet decided, the oldest first."""
        return self.filter(state=CorrectionState.ASKED, voided_at=None).order_by("created_at", "id")

    def to_tell(self, officer: Officer) -> Self:
        """Decided, and to be told to the person by who asked; of somebody who left, by every colleague."""
        decided = self.filter(state__in=[CorrectionState.DONE, CorrectionState.REFUSED], voided_at=None)
        return decided.filter(Q(asked_by__human=officer.human) | Q(asked_by__is_active=False))


class CorrectionRequest(Worked, Personal):
    """Somebody asks to have written data of a person put right; a second officer decides (GOV-43, F3-09).

    `changes` is {field: [as written when it was asked, as it should be]} in the words of the registry: names, sex,
    and the birth as [date, precision].
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections", editable=False)
    state = models.CharField(max_length=10, choices=CorrectionState.choices, blank=True, default="", editable=False)
    changes = models.JSONField(editable=False)
    proof = models.CharField(_("what shows it"), max_length=400)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    reason = models.CharField(_("reason of the decision"), max_length=400, blank=True, default="")

    objects: ClassVar = CorrectionRequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="correctionrequest_one_waits",
                fields=["person"],
                condition=Q(state="asked", voided_at=None),
                violation_error_message=_("A correction for this person waits already. Decide or withdraw it first."),
            ),
        ]
        indexes: ClassVar = [models.Index(name="correctionrequest_unit", fields=["unit_code", "state", "id"])]

    def __str__(self) -> str:
        return self.state
