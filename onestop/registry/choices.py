"""Lists that belong to the code, and this room's lines in the journal.

Relations, kinds of documents and rounds of ID-Poor belong to the country pack.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare


class Sex(models.TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")


class Precision(models.TextChoices):
    """How much of a date of birth is known."""

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


class Telling(models.TextChoices):
    """How a person was told the privacy notice."""

    READ = "read", _("read aloud")
    PAPER = "paper", _("given on paper")
    SHOWN = "shown", _("shown on the screen")


# What a request to put something right may be about, in words
CORRECTABLE: Final = {
    "family_name_km": _("Family name in Khmer"),
    "given_name_km": _("Given name in Khmer"),
    "family_name_latin": _("Family name in Latin letters"),
    "given_name_latin": _("Given name in Latin letters"),
    "sex": _("Sex"),
    "birth": _("Born"),
}


class CorrectionState(models.TextChoices):
    """Where a request to put something right stands."""

    ASKED = "asked", _("waits for a second officer")
    DONE = "done", _("put right")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    TOLD = "told", _("decided, and told to the person")


class DoubleState(models.TextChoices):
    """Where a double stands: somebody who may be registered at two offices."""

    OPEN = "open", _("waits for one of the two offices")
    SETTLED = "settled", _("settled")


class DoubleSign(models.TextChoices):
    """By what the narrow door found a double."""

    PAPER = "paper", _("a paper with the same number")
    NAME = "name", _("the same name, sex and date of birth")


class DoubleOutcome(models.TextChoices):
    """What the two offices found; also the verbs of the table (workflow.py)."""

    SAME = "same_person", _("One person, registered twice")
    DIFFERENT = "different_person", _("Two different persons")
    MOVED = "moved", _("One person, who moved from one area to the other")


# The lines of this room in the journal
REGISTERED_HOUSEHOLD: Final = declare(
    "registry.household_registered", _("{officer} registered the household {subject}.")
)
REGISTERED_PERSON: Final = declare("registry.person_registered", _("{officer} registered {subject}."))
JOINED: Final = declare("registry.joined", _("{officer} entered {subject} in a household. {note}"))
BORN: Final = declare("registry.born", _("{officer} recorded the birth of {subject}."))
DIED: Final = declare("registry.died", _("{officer} recorded the death of {subject}."))
LEFT: Final = declare("registry.left", _("{officer} recorded that {subject} left the household. {note}"))
MOVED_PERSON: Final = declare("registry.person_moved", _("{officer} moved {subject} to another household."))
MOVED_HOUSEHOLD: Final = declare("registry.household_moved", _("{officer} moved the household {subject}. {note}"))
SPLIT: Final = declare("registry.household_split", _("{officer} split the household {subject}."))
HEADED: Final = declare("registry.head_changed", _("{officer} recorded a new head of the household {subject}."))
CHANGED: Final = declare("registry.changed", _("{officer} changed {subject}. {note}"))
ANSWERED: Final = declare("registry.answered", _("{officer} recorded answers of {subject}. {note}"))
CORRECTED: Final = declare("registry.answer_corrected", _("{officer} corrected an answer of {subject}. {note}"))
PAPER: Final = declare("registry.document_recorded", _("{officer} recorded a paper of {subject}."))
POVERTY: Final = declare("registry.poverty_recorded", _("{officer} recorded the ID-Poor status of {subject}."))
VOIDED: Final = declare("registry.voided", _("{officer} voided an entry of {subject}. {note}"))
MERGED: Final = declare("registry.merged", _("{officer} merged {subject} into another record. {note}"))
ASKED_DOOR: Final = declare(
    "registry.asked_elsewhere", _("{officer} asked whether somebody is known elsewhere. {note}")
)
DOUBLES_NOT_ASKED: Final = declare(
    "registry.doubles_not_asked",
    _("{officer} wrote down more people within an hour than the door looks for elsewhere. Left out: {note}"),
)
SWEPT: Final = declare(
    "registry.doubles_swept", _("{officer} looked for people registered at two offices. Found: {note}")
)
SEARCHED: Final = declare("registry.searched", _("{officer} searched for people and was shown {note}."))
LOADED: Final = declare("registry.loaded", _("{officer} loaded a file. {note}"))
REBUILT: Final = declare("registry.rebuilt", _("{officer} had the rows made anew. {note}"))
TOLD: Final = declare("registry.notice_given", _("{officer} told {subject} the privacy notice. {note}"))
DISCLOSED: Final = declare("registry.disclosed", _("{officer} handed out a list of persons. {note}"))
