"""A programme is what a provider offers: cash, rice, care, training, work, insurance, information.

Its **document** is the whole programme file (`schema.PROGRAMME`) as it was loaded; the columns beside it are what lists
and joins ask. It has **versions** of its criteria, which are never edited once published, only superseded, and no two
of which hold on one day; and **openings**, the units and times in which it takes people. What a programme gives, needs
and costs is read from the document. A programme with a compartment is shown only inside it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import in_words
from onestop.areas.keys import uuid7
from onestop.areas.models import Keyed, UnitCodeField
from onestop.areas.scope import Scope
from onestop.programmes.choices import Status, Unit


class DayRange(models.Func):
    """daterange(from, to, '[]'): both ends included, null for an open end."""

    function = "daterange"
    output_field = models.Field()  # only compared inside the constraint


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    """Programmes in the office's words; none carries personal data, so only compartments hide them."""

    def visible_to(self, scope: Scope) -> ProgrammeQuerySet:
        """Those without a compartment, and those of the compartments the officer is in."""
        return self.filter(Q(compartment="") | Q(compartment__in=scope.compartments))

    def active(self) -> ProgrammeQuerySet:
        return self.filter(status=Status.ACTIVE)

    def in_tables(self, on: date) -> ProgrammeQuerySet:
        """Those that stand in the cross-tables of a day: active, with a version in force that has criteria."""
        in_force = CriteriaVersion.objects.in_force(on).exclude(criteria=[])
        return self.filter(status=Status.ACTIVE, versions__in=in_force)

    def by_guarantee(self, guarantee: str) -> ProgrammeQuerySet:
        return self.filter(guarantees__contains=[guarantee])


class Programme(models.Model):
    """One programme; `position` is its place in the catalogue (order of the country pack, then of arrival)."""

    code = models.CharField(_("code"), max_length=30, primary_key=True)
    key = models.UUIDField(
        default=uuid7, unique=True, editable=False, help_text="names this row in the history of rows"
    )
    position = models.PositiveIntegerField(_("place in the catalogue"))
    status = models.CharField(_("state"), max_length=20, choices=Status.choices)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit.choices)
    sector = models.CharField(_("sector"), max_length=40)
    guarantees = models.JSONField(_("guarantees"), default=list)
    compartment = models.CharField(_("compartment"), max_length=40, blank=True)
    document = models.JSONField(_("programme file"), encoder=DjangoJSONEncoder)
    text = models.TextField(_("canonical text of the file"))
    version = models.PositiveIntegerField(default=1)
    loaded_at = models.DateTimeField(_("loaded at"))

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["position", "code"]
        constraints = [
            # what enrolments point at, so that the database itself hands a programme's compartment on to them
            models.UniqueConstraint(name="programme_closed_in", fields=["code", "sector", "compartment"]),
        ]

    def __str__(self) -> str:
        return self.code

    def in_language(self, value: Any, language: str | None = None) -> str:
        """A text of the document in one language (default: the reader's); proper names have only one."""
        if isinstance(value, dict):
            return in_words(value, language)
        return str(value or "")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.in_language(self.document["name"])

    @property
    def invented(self) -> list[str]:
        """Dotted paths of what is invented for the demonstration."""
        return list(self.document.get("demo", []))


class CriteriaVersionQuerySet(models.QuerySet["CriteriaVersion"]):
    def in_force(self, on: date) -> CriteriaVersionQuerySet:
        """The version of each programme that holds on the day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class CriteriaVersion(Keyed):
    """One dated list of criteria, all needed; `criteria` is [{key, rule, words}] in their order.

    `valid_to` is the version's own end, or the day before its successor begins.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="versions", verbose_name=_("programme"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    reference = models.CharField(_("legal reference"), max_length=300)
    criteria = models.JSONField(_("criteria"))
    published_by = models.UUIDField(_("published by"))
    published_at = models.DateTimeField(_("published at"))

    objects = CriteriaVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the criteria")
        verbose_name_plural = _("versions of the criteria")
        ordering = ["programme", "valid_from"]
        constraints = [
            ExclusionConstraint(
                name="criteriaversion_one_a_day",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    (DayRange(F("valid_from"), F("valid_to"), models.Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Two versions of one programme would hold on one day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.valid_from:%Y-%m-%d}"


class Opening(Keyed):
    """A unit in which a programme takes people, from–to, both ends included; `places` when there is a limit."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="openings", verbose_name=_("programme"))
    unit_code = UnitCodeField(_("unit"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    places = models.PositiveIntegerField(_("places"), null=True, blank=True)

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering = ["programme", "valid_from", "unit_code"]
        constraints = [
            models.CheckConstraint(
                name="opening_dates_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("An opening cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.unit_code}"
