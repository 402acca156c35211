"""Who works here, where, and as what.

An **Officer** is an account of one person, or of one named task of the machine (a system officer, with its purpose). An
**Office** is a counter or desk at an administrative unit. A **RoleAssignment** gives an officer a role of the country
pack (`countries/*/roles.yaml`: rights, sectors, compartments) over a unit and all below it, from one day to another; an
officer may hold several. What follows from the assignments of a day, the scope, is made in scope.py.
"""

from datetime import date
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import Role, pack
from onestop.areas.models import Keyed, UnitCodeField

__all__ = ["Office", "Officer", "RoleAssignment"]


class Office(Keyed):
    """A counter or desk at an administrative unit; '' is the nation."""

    code = models.CharField(_("code"), max_length=40, unique=True, db_collation="C")
    name_km = models.CharField(_("name"), max_length=200)
    name_latin = models.CharField(_("name in Latin letters"), max_length=200)
    unit_code = UnitCodeField(_("unit"), blank=True, default="")
    kind = models.CharField(_("kind"), max_length=40)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """The name in the reader's script."""
        return _in_script(self.name_km, self.name_latin)


class OfficerQuerySet(models.QuerySet["Officer"]):
    """Officers in the office's words."""

    def who_sign_in(self) -> Self:
        """People with an account that is open."""
        return self.filter(is_active=True, is_system=False)


class OfficerManager(BaseUserManager.from_queryset(OfficerQuerySet)):  # type: ignore[misc]
    """Finds officers; usernames are compared without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "Officer":
        officer: Officer = self.get(username=(username or "").strip().lower())
        return officer


class Officer(Keyed, AbstractBaseUser):
    """An account: a person of the office, or a named task of the machine (`is_system`, which cannot sign in)."""

    username = models.CharField(_("username"), max_length=60, unique=True, db_collation="C")
    name_km = models.CharField(_("name"), max_length=120)
    name_latin = models.CharField(_("name in Latin letters"), max_length=120)
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, verbose_name=_("office"))
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_system = models.BooleanField(default=False)
    purpose = models.CharField(_("purpose"), max_length=400, blank=True, default="")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name_km", "name_latin"]

    objects = OfficerManager()

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="staff_officer_username_lower",
                condition=models.Q(username__regex=r"^[a-z0-9][a-z0-9._-]*$"),
                violation_error_message=_("A username has lower-case Latin letters, digits, dots and hyphens."),
            ),
            models.CheckConstraint(
                name="staff_officer_system_purpose",
                condition=models.Q(is_system=False) | ~models.Q(purpose=""),
                violation_error_message=_("A system officer needs a purpose."),
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """The name in the reader's script."""
        return _in_script(self.name_km, self.name_latin)


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Assignments in the office's words."""

    def in_force(self, on: date) -> Self:
        """The assignments of a day; both ends of a period belong to it."""
        return self.filter(
            models.Q(valid_to=None) | models.Q(valid_to__gte=on),
            valid_from__lte=on,
        )


class Days(models.Func):
    """The days of an assignment as a range, both ends included."""

    function = "daterange"
    output_field: Any = DateRangeField()


class RoleAssignment(Keyed):
    """A role of the country pack over a unit and all below it, from one day to another."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="assignments", verbose_name=_("officer"))
    role = models.CharField(_("role"), max_length=60, db_collation="C")
    unit_code = UnitCodeField(_("unit"), blank=True, default="")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        constraints = [
            models.CheckConstraint(
                name="staff_roleassignment_period",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                violation_error_message=_("A role does not end before it begins."),
            ),
            ExclusionConstraint(
                name="staff_roleassignment_once",
                expressions=[
                    ("officer", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit_code", RangeOperators.EQUAL),
                    (
                        Days("valid_from", "valid_to", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This officer already holds this role there on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.unit_code or '*'}"

    @property
    def role_entry(self) -> Role | None:
        """The role's rights and words; None when the country pack no longer has it, and then it gives no right."""
        return pack().roles.get(self.role)


def _in_script(own: str, latin: str) -> str:
    """The name for the reader: the country's own script, or Latin letters."""
    reads_own = (get_language() or "").split("-")[0] == pack().languages[0]
    return (own if reads_own else latin) or own or latin
