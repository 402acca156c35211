"""Offices, what is switched on in them, and the partners they work with.

An **Office** is a counter (front), a deciding office (back) or a board at an administrative unit. It opens on a day,
and only under an accountable person: an officer, or a named holder without an account (a governor; ORG-08, ORG-14). An
**OfficeSetting** is one dated choice about how a unit works (a commune on paper or online, contributions on or off: A1,
A28, ROLL-01 to ROLL-03), made by an office for its own unit or one below; the country pack declares the keys, their
values and defaults (modes.yaml) and `staff.settings_of` reads them. A **Partner** is a body the office works with, with
its kind and a contact (ORG-50); providers of programmes are among them.

All of it names public officials, never a person who is served: no wall, yet each officer sees and changes only what
lies in the areas where a role gives `office.read` or `office.write`.
"""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import pack
from onestop.areas.models import Edited, HasKey, UnitCodeField, dates_in_order, within
from onestop.areas.scope import ScopeMissing, current

__all__ = ["Days", "Office", "OfficeSetting", "OrganisedQuerySet", "Partner", "in_script"]


class OrganisedQuerySet(models.QuerySet[Any]):
    """Rows of the organisation, which lie in a unit: `visible_to` and `editable_by` are the ways in."""

    def visible_to(self, officer: HasKey) -> Self:
        """The rows in the areas where a role of the officer gives `office.read`. Raises ScopeMissing."""
        return self._where("office.read", officer)

    def editable_by(self, officer: HasKey) -> Self:
        """The rows in the areas where a role of the officer gives `office.write`. Raises ScopeMissing."""
        return self._where("office.write", officer)

    def _where(self, right: str, officer: HasKey) -> Self:
        scope = current()
        if scope.officer_id != officer.pk:
            raise ScopeMissing(f"The open scope is that of officer {scope.officer_id}, not of {officer.pk}.")
        return self.filter(within(scope.where(right)))

    def standing(self) -> Self:
        """The rows that are not void."""
        return self.filter(voided_at=None)

    def in_force(self, on: date) -> Self:
        """The standing rows whose period has the day; both ends belong to it."""
        return self.standing().filter(models.Q(valid_to=None) | models.Q(valid_to__gte=on), valid_from__lte=on)


class OfficeQuerySet(OrganisedQuerySet):
    """Offices in the office's words."""

    def open_on(self, day: date) -> Self:
        """The offices that serve on the day."""
        return self.standing().filter(
            models.Q(closed_on=None) | models.Q(closed_on__gt=day), opened_on__isnull=False, opened_on__lte=day
        )


class Days(models.Func):
    """The days of a period as a range, both ends included."""

    function = "daterange"
    output_field: Any = DateRangeField()


BOTH_ENDS: Any = RangeBoundary(inclusive_lower=True, inclusive_upper=True)


class Office(Edited):
    """A counter or desk at an administrative unit; '' is the nation. Without `opened_on` it is not yet open."""

    code = models.CharField(_("code"), max_length=40, unique=True, db_collation="C")
    name_km = models.CharField(_("name"), max_length=200)
    name_latin = models.CharField(_("name in Latin letters"), max_length=200)
    aliases = ArrayField(models.CharField(max_length=200), verbose_name=_("also called"), default=list, blank=True)
    unit_code = UnitCodeField(_("unit"), blank=True, default="")
    kind = models.CharField(_("kind"), max_length=40)
    sector = models.CharField(_("sector"), max_length=40, blank=True, default="", db_default="")
    accountable = models.ForeignKey(
        "staff.Officer", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accountable officer")
    )
    holder_km = models.CharField(_("accountable person"), max_length=120, blank=True, default="", db_default="")
    holder_latin = models.CharField(
        _("accountable person in Latin letters"), max_length=120, blank=True, default="", db_default=""
    )
    holder_title = models.CharField(_("title"), max_length=120, blank=True, default="", db_default="")
    phone = models.CharField(_("telephone"), max_length=16, blank=True, default="", db_default="")
    opened_on = models.DateField(_("open since"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects: Any = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="staff_office_open_accountable",
                condition=models.Q(opened_on=None) | models.Q(accountable__isnull=False) | ~models.Q(holder_km=""),
                violation_error_message=_("Name the accountable person first; then the office can be opened."),
            ),
            models.CheckConstraint(
                name="staff_office_phone_international",
                condition=models.Q(phone="") | models.Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                violation_error_message=_("The telephone number is not complete. Write it with all its digits."),
            ),
            models.CheckConstraint(
                name="staff_office_period",
                condition=models.Q(closed_on=None) | models.Q(opened_on__lte=models.F("closed_on")),
                violation_error_message=_("An office does not close before it has opened."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """The name in the reader's script."""
        return in_script(self.name_km, self.name_latin)

    @property
    def holder(self) -> str:
        """The accountable person's name in the reader's script; '' when nobody is named yet."""
        return self.accountable.name if self.accountable else in_script(self.holder_km, self.holder_latin)

    def is_open_on(self, day: date) -> bool:
        """True when the office serves on the day."""
        begun = self.opened_on is not None and self.opened_on <= day
        return begun and (self.closed_on is None or day < self.closed_on) and not self.is_void


class OfficeSetting(Edited):
    """One dated choice for a unit and all below it, until a nearer unit chooses otherwise."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="settings", verbose_name=_("office"))
    unit_code = UnitCodeField(_("unit"), blank=True, default="")
    key = models.CharField(_("setting"), max_length=40, db_collation="C")
    value = models.CharField(_("value"), max_length=40, db_collation="C")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=200, blank=True, default="", db_default="")
    made_by = models.ForeignKey("staff.Officer", models.PROTECT, related_name="+", verbose_name=_("chosen by"))

    objects: Any = OrganisedQuerySet.as_manager()

    class Meta:
        verbose_name = _("setting of an office")
        verbose_name_plural = _("settings of offices")
        ordering = ["key", "valid_from"]
        constraints = [
            dates_in_order("staff_officesetting_period", _("A setting does not end before it begins.")),
            ExclusionConstraint(
                name="staff_officesetting_once",
                expressions=[
                    ("unit_code", RangeOperators.EQUAL),
                    ("key", RangeOperators.EQUAL),
                    (Days("valid_from", "valid_to", BOTH_ENDS), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(voided_at=None),
                violation_error_message=_("Another choice of this setting is in force there on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}={self.value} {self.unit_code or '*'}"


class Partner(Edited):
    """A body the office works with: a ministry, a provider, an operator, a union. '' is the nation."""

    code = models.CharField(_("code"), max_length=60, unique=True, db_collation="C")
    kind = models.CharField(_("kind"), max_length=40)
    name_km = models.CharField(_("name"), max_length=200)
    name_latin = models.CharField(_("name in Latin letters"), max_length=200)
    aliases = ArrayField(models.CharField(max_length=200), verbose_name=_("also called"), default=list, blank=True)
    unit_code = UnitCodeField(_("unit"), blank=True, default="")
    contact_name = models.CharField(_("contact person or desk"), max_length=200, blank=True, default="")
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True, default="")
    contact_email = models.EmailField(_("e-mail"), max_length=200, blank=True, default="")
    contact_address = models.CharField(_("address"), max_length=400, blank=True, default="")

    objects: Any = OrganisedQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["name_latin"]
        constraints = [
            models.CheckConstraint(
                name="staff_partner_contact",
                condition=~models.Q(contact_phone="", contact_email="", contact_address=""),
                violation_error_message=_("Give a contact: a telephone, an e-mail or an address."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """The name in the reader's script."""
        return in_script(self.name_km, self.name_latin)


def in_script(own: str, latin: str) -> str:
    """The name for the reader: the country's own script, or Latin letters."""
    reads_own = (get_language() or "").split("-")[0] == pack().languages[0]
    return (own if reads_own else latin) or own or latin
