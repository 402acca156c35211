"""Persons and households, where they live and what is known of them.

A **Person** has a membership number, a name in Khmer and in Latin letters, a sex, a birth date with its precision, and
perhaps a date of death. A **Household** has a folder number and a village. **HouseholdMembership** says who lives in
which household from when to when and how related to its head; one household at a time. **Residence** says in which
village a household lived from when to when, so that a past date finds it where it was. **IdentityDocument** and
**PovertyStatus** are papers with a validity; none is ever required.

What a person or household was asked is an **AnswerSheet**: one row a sitting, its answers as one document
`{fact: value}`. Sheets are the history and are never changed; a correction is a sheet that replaces another.
**PersonRow** and **HouseholdRow** hold the last answers as one wide row a subject, with a column for every fact the
country declares (decisions/006): a projection that `rows.py` makes anew at will, and what rules, lists and cross-tables
read.

Everything about people stands behind the walls: it carries `unit_code`, the village of the present, and moves with the
person (`actions.move_household`, `actions.move_person`). Nothing is deleted: a wrong row is voided with a reason, and a
person entered twice points with `merged_into` at the one that stays. **SearchKey** holds the keys under which a person
is found by name, made from the names as the rows are from the answers. **NumberBlock**, **FactColumn** and
**DoorQuestion** are the office's own book-keeping and hold nobody's data.

**DoubleNotice** is one office's side of a double: somebody who may be registered at two offices.
**DoubleSweep** is a look for doubles through people who came in by a file.

**NoticeGiven** says that a person was told how the office treats such data, **Disclosure** with each
**DisclosedRecord** who stood on a list that was handed out and for what, **CorrectionRequest** what a person asks to
have put right.
"""

from onestop.registry.models.answers import AnswerSheet, FactColumn, HouseholdRow, PersonRow
from onestop.registry.models.doubles import DoubleNotice, DoubleSweep
from onestop.registry.models.households import Household, HouseholdMembership, PovertyStatus, Residence
from onestop.registry.models.numbers import DoorQuestion, NumberBlock
from onestop.registry.models.people import IdentityDocument, Person
from onestop.registry.models.privacy import CorrectionRequest, DisclosedRecord, Disclosure, NoticeGiven
from onestop.registry.models.searching import SearchKey

__all__ = [
    "AnswerSheet",
    "CorrectionRequest",
    "DisclosedRecord",
    "Disclosure",
    "DoubleNotice",
    "DoubleSweep",
    "DoorQuestion",
    "FactColumn",
    "Household",
    "HouseholdMembership",
    "HouseholdRow",
    "IdentityDocument",
    "NoticeGiven",
    "NumberBlock",
    "Person",
    "PersonRow",
    "PovertyStatus",
    "Residence",
    "SearchKey",
]
