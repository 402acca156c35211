"""The branch library: the lending library of the criteria's own tests with the facts that it lacks.

Together they are every kind of fact the language knows: each type on a person and on a household, derived facts of each
type (of one source, of several, of another derived fact, of a function), lists whose order is not that of the letters,
lists kept as numbers, levels that are codes and levels that are numbers.
"""

from __future__ import annotations

from dataclasses import replace

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.tests.lending import LIBRARY

T = FactType
SIGHT = ("0", "1", "2", "3")
RANKS = ("page", "squire", "knight")

FACTS = (
    Fact("rank", "person", T.CODE, codes=RANKS, ordered=True),
    Fact("wish", "person", T.CODE, codes=RANKS, ordered=True, good_for=1),
    Fact("visits", "person", T.WHOLE),
    Fact("seen_on", "person", T.DATE, imprecise=True, good_for=12),
    Fact("adult", "person", T.BOOL, derived="person.age >= 18"),
    Fact("overdue", "person", T.BOOL, derived="person.returned_on != none && person.loan_until < person.returned_on"),
    Fact("guest", "person", T.BOOL, derived="person.card || enrolled('NIGHT')"),
    Fact("carded", "person", T.BOOL, derived="has(person.card) && person.card"),
    Fact("keen", "person", T.BOOL, derived="person.borrowing || person.adult"),
    Fact("score", "person", T.WHOLE, derived="person.visits / person.form"),
    Fact("dues", "person", T.DECIMAL, derived="person.fines * 1.5 + person.reads"),
    Fact("last_day", "person", T.DATE, derived="person.card ? person.loan_until : person.returned_on"),
    Fact("eyes", "person", T.CODE, codes=SIGHT, ordered=True, derived="person.card ? person.sight : 0"),
    Fact("nick", "person", T.TEXT, derived="person.card ? person.shelf : 'none'"),
    Fact("readers", "household", T.WHOLE, counts_members=True),
    Fact("tier", "household", T.WHOLE, minimum=0, maximum=5, status=True),
    Fact("stars", "household", T.CODE, codes=SIGHT, ordered=True, as_number=True, good_for=12),
    Fact("built_on", "household", T.DATE, imprecise=True),
    Fact("papers", "household", T.SET, codes=("deed", "lease"), good_for=36),
    Fact("motto", "household", T.TEXT),
    Fact("rent", "household", T.DECIMAL, good_for=12),
    Fact("bright", "household", T.BOOL, derived="household.lamp && household.shelves > 2"),
    Fact("worth", "household", T.DECIMAL, derived="household.garden * household.rent"),
    Fact("begun_on", "household", T.DATE, derived="household.lamp ? household.built_on : household.flood_on"),
)

BRANCH: Catalogue = replace(LIBRARY, facts=(*LIBRARY.facts, *FACTS))
