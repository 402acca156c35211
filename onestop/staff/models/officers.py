"""Who works here, where, and as what.

An **Officer** is an account of one person, or of one named task of the machine (a system officer, with its purpose),
and works in an office (organisation.py), it may be under a supervisor (ORG-27). A **RoleAssignment** gives an officer a
role of the country pack (`countries/*/roles.yaml`: rights, sectors, compartments) over a unit and all below it, from
one day to another; an officer may hold several. What follows from the assignments of a day, the scope, is made in
scope.py.
"""

from datetime import date
from typing import Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import Role, pack
from onestop.areas.keys import uuid7
from onestop.areas.models import Keyed, UnitCodeField, Uuid7, dates_in_order
from onestop.staff.models.organisation import BOTH_ENDS, Days, Office, in_script

__all__ = ["Officer", "RoleAssignment"]


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
    supervisor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supervised", verbose_name=_("supervisor")
    )
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_system = models.BooleanField(default=False)
    purpose = models.CharField(_("purpose"), max_length=400, blank=True, default="")
    # The human behind the account: the accounts of one human share it, and are one pair of eyes (humans.py)
    human = models.UUIDField(default=uuid7, db_default=Uuid7(), editable=False, db_index=True)

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
            models.CheckConstraint(
                name="staff_officer_supervisor",
                condition=models.Q(supervisor=None) | ~models.Q(supervisor=models.F("id")),
                violation_error_message=_("Nobody is their own supervisor."),
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """The name in the reader's script."""
        return in_script(self.name_km, self.name_latin)

    @property
    def unit_code(self) -> str:
        """The unit of the officer's office, at which lines about the account stand; '' without one."""
        return str(self.office.unit_code) if self.office else ""


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Assignments in the office's words."""

    def in_force(self, on: date) -> Self:
        """The assignments of a day; both ends of a period belong to it."""
        return self.filter(
            models.Q(valid_to=None) | models.Q(valid_to__gte=on),
            valid_from__lte=on,
        )


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
            dates_in_order("staff_roleassignment_period", _("A role does not end before it begins.")),
            ExclusionConstraint(
                name="staff_roleassignment_once",
                expressions=[
                    ("officer", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit_code", RangeOperators.EQUAL),
                    (
                        Days("valid_from", "valid_to", BOTH_ENDS),
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
