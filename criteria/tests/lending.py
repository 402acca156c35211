"""A made-up office for the tests: a lending library with its readers, their families and their books.

Nothing of any real programme leaks in: readers are persons, families are households, and the schemes are called after
what a library might give away.
"""

from __future__ import annotations

from decimal import Decimal

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.dates import SchoolYears
from criteria.read import read
from criteria.tree import Node

NAMES = {
    "age": "age",
    "months": "age in months",
    "sex": "sex",
    "card": "has a card",
    "reads": "books read",
    "sight": "difficulty seeing",
    "loan_until": "end of the loan",
    "borrowing": "is borrowing",
    "returned_on": "day of the last return",
    "genres": "liked genres",
    "shelf": "favourite shelf",
    "form": "school form",
    "fines": "fines",
    "vault": "may enter the vault",
    "standing": "standing",
    "size": "number of readers",
    "lamp": "has a lamp",
    "shelves": "shelves at home",
    "debt": "unreturned books",
    "floor": "floor",
    "garden": "garden",
    "flood_on": "day of the flood",
}


def _fact(code: str, of: str, type_: FactType, **more: object) -> Fact:
    return Fact(code, of, type_, labels={"en": NAMES[code], "xx": NAMES[code].upper()}, **more)  # type: ignore[arg-type]


T = FactType
FACTS = (
    _fact("age", "person", T.AGE_YEARS, timeless=True),
    _fact("months", "person", T.AGE_MONTHS, timeless=True),
    _fact("sex", "person", T.CODE, codes=("w", "m"), timeless=True),
    _fact("card", "person", T.BOOL, good_for=12),
    _fact("reads", "person", T.WHOLE, minimum=0, maximum=5000, good_for=6),
    _fact("sight", "person", T.CODE, codes=("0", "1", "2", "3"), ordered=True, good_for=36),
    _fact("loan_until", "person", T.DATE, imprecise=True),
    _fact("borrowing", "person", T.BOOL, derived="person.loan_until >= as_of && person.loan_until <= as_of + 300"),
    _fact("returned_on", "person", T.DATE),
    _fact("genres", "person", T.SET, codes=("novel", "poem", "atlas", "cookery"), good_for=24),
    _fact("shelf", "person", T.TEXT, good_for=12),
    _fact("form", "person", T.WHOLE, minimum=0, maximum=12, good_for=12, school_year=True),
    _fact("fines", "person", T.DECIMAL),
    _fact("vault", "person", T.BOOL, compartment="vault"),
    _fact("standing", "household", T.CODE, codes=("0", "1", "2", "3"), status=True),
    _fact("size", "household", T.WHOLE, counts_members=True),
    _fact("lamp", "household", T.BOOL, good_for=36),
    _fact("shelves", "household", T.WHOLE, good_for=36),
    _fact("debt", "household", T.WHOLE),
    _fact("floor", "household", T.CODE, codes=("straw", "tin", "stone"), good_for=60),
    _fact("garden", "household", T.DECIMAL, minimum=Decimal(0), good_for=36),
    _fact("flood_on", "household", T.DATE),
)

LIBRARY = Catalogue(
    FACTS,
    programmes={"NIGHT": None, "ATLAS": None, "LAMP": None, "CELLAR": "vault"},
    programme_names={"NIGHT": {"en": "Night reading"}, "ATLAS": {"en": "Atlas loan"}},
    normalise=str.strip,
    school_years=SchoolYears((9, 1)),
)


def tree(text: str, unit: str = "person") -> Node:
    return read(text, LIBRARY, unit=unit)  # type: ignore[arg-type]
