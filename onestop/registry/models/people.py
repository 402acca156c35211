"""A person and the papers that say who the person is."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import Personal, PersonalQuerySet
from onestop.registry.choices import Precision, Sex


class PersonQuerySet(PersonalQuerySet):
    """Persons in the office's words; every page begins with `visible_to(officer)`."""

    def kept(self) -> Self:
        """Neither voided nor merged into another person."""
        return self.filter(voided_at=None, merged_into=None)

    def living(self, on: date) -> Self:
        """Not dead before this day."""
        return self.filter(Q(died_on=None) | Q(died_on__gte=on))


class Person(Personal):
    """A human in the registry, served or not."""

    masked: ClassVar = {"phone": "phone"}

    number = models.CharField(_("membership number"), max_length=10, editable=False)
    family_name_km = models.CharField(_("family name in Khmer"), max_length=100, blank=True, default="")
    given_name_km = models.CharField(_("given name in Khmer"), max_length=100, blank=True, default="")
    family_name_latin = models.CharField(_("family name in Latin letters"), max_length=100, blank=True, default="")
    given_name_latin = models.CharField(_("given name in Latin letters"), max_length=100, blank=True, default="")
    name_sort = models.BinaryField(
        editable=False, help_text="areas.text.name_sort_key of the name, made when it is written"
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, null=True, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    birth_precision = models.CharField(
        _("how much of it is known"), max_length=9, choices=Precision.choices, blank=True, default=""
    )
    # the days on which the birth may have been: what rules compare
    birth_from = models.DateField(null=True, editable=False)
    birth_to = models.DateField(null=True, editable=False)
    died_on = models.DateField(_("died on"), null=True, blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True, default="")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False, db_index=False
    )

    objects: ClassVar = PersonQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="person_number_once", fields=["number"]),
            models.CheckConstraint(
                name="person_has_a_name",
                condition=~(
                    Q(family_name_km="") & Q(given_name_km="") & Q(family_name_latin="") & Q(given_name_latin="")
                ),
                violation_error_message=_("Write at least one name, in Khmer or in Latin letters."),
            ),
            models.CheckConstraint(
                name="person_sex_known_code",
                condition=Q(sex=None) | Q(sex__in=Sex.values),
                violation_error_message=_("The sex is F, M, or left open when it is not known."),
            ),
            models.CheckConstraint(
                name="person_birth_whole",
                condition=(
                    Q(birth_date=None, birth_precision="", birth_from=None, birth_to=None)
                    | Q(
                        birth_date__isnull=False,
                        birth_precision__in=Precision.values,
                        birth_from__lte=F("birth_date"),
                        birth_to__gte=F("birth_date"),
                    )
                ),
                violation_error_message=_("A date of birth needs its precision: day, month, year or estimated."),
            ),
            models.CheckConstraint(
                name="person_death_after_birth",
                condition=Q(died_on=None) | Q(birth_from=None) | Q(died_on__gte=F("birth_from")),
                violation_error_message=_("The death is before the birth. Look at both dates again."),
            ),
            models.CheckConstraint(
                name="person_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                violation_error_message=_("A person cannot be merged into itself. Choose the other record."),
            ),
            models.CheckConstraint(
                name="person_phone_international",
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                violation_error_message=_("The telephone number is not complete. Write it with all its digits."),
            ),
        ]
        indexes: ClassVar = [
            # lists in the order of names: of one village, and over many, where the unit is looked at inside the index
            models.Index(name="person_name_order", fields=["unit_code", "name_sort", "id"]),
            models.Index(name="person_names_everywhere", fields=["name_sort", "id", "unit_code"]),
            # the narrow door: exact name, sex and birth (doors.py)
            models.Index(name="person_exact", fields=["birth_date", "sex", "given_name_km"]),
            models.Index(name="person_phone", fields=["phone"], condition=~Q(phone="")),
            models.Index(name="person_merged", fields=["merged_into"], condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def name_km(self) -> str:
        """Family name first, as everybody says it; the Latin name where no Khmer one is known."""
        return " ".join(filter(None, (self.family_name_km, self.given_name_km))) or self.name_latin

    @property
    def name_latin(self) -> str:
        return " ".join(filter(None, (self.family_name_latin, self.given_name_latin))) or (
            self.name_km if self.family_name_km or self.given_name_km else ""
        )


class IdentityDocument(Personal):
    """A paper that says who somebody is. `kind` is of the country's list. Many a person, none required."""

    masked: ClassVar = {"number": "papers"}

    person = models.ForeignKey(Person, models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=40)
    number = models.CharField(_("number"), max_length=60, blank=True, default="")
    issuer = models.CharField(_("issued by"), max_length=200, blank=True, default="")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="identitydocument_dates_in_order",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("The paper ends before it begins. Look at both dates again."),
            ),
        ]
        indexes: ClassVar = [
            # not unique: in another area's registry the error would tell that the number is known there
            models.Index(name="identitydocument_number", fields=["number", "kind"]),
        ]

    def __str__(self) -> str:
        return self.kind
