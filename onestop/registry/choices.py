"""Lists that belong to the code. Relations, kinds of documents and rounds of ID-Poor belong to the country pack."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")


class Precision(models.TextChoices):
    """How much of a date of birth is known (rules.md §3)."""

    DAY = "day", _("the day is known")
    MONTH = "month", _("only the month is known")
    YEAR = "year", _("only the year is known")
    ESTIMATED = "estimated", _("the year is estimated")


class Source(models.TextChoices):
    """Where an answer comes from."""

    INTERVIEW = "interview", _("told by the household")
    DOCUMENT = "document", _("seen on a paper")
    LIST = "list", _("from a list")
    OFFICE = "office", _("from another office")
    CORRECTION = "correction", _("a correction")


class NumberKind(models.TextChoices):
    """What a block of numbers is for."""

    PERSON = "person", _("membership numbers of persons")
    HOUSEHOLD = "household", _("folder numbers of households")


class Subject(models.TextChoices):
    """Of whom a fact is."""

    PERSON = "person", _("person")
    HOUSEHOLD = "household", _("household")
