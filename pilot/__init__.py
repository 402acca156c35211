"""The pilot population: invented households that add up to the published figures of the pilot districts.

A pure library: it knows no database and no office. `generate` yields households one by one; a loader stores them.

    figures, names = read_pack(Path("countries/khm"))
    for household in generate(figures, names, villages=read_villages(path), on=date(2014, 6, 11), seed=1).households():
        ...

Same seed, same people, byte for byte: every commune's plan and every household has a random stream of its own.
No person in it is real.
"""

from pilot.figures import Figures, FiguresWrong, Village, read_villages
from pilot.generate import Population, generate
from pilot.names import Names
from pilot.pack import read_pack
from pilot.people import NOT_APPLICABLE, Document, Enrolment, Household, Person, Poverty, Sheet

__all__ = [
    "NOT_APPLICABLE",
    "Document",
    "Enrolment",
    "Figures",
    "FiguresWrong",
    "Household",
    "Names",
    "Person",
    "Population",
    "Poverty",
    "Sheet",
    "Village",
    "generate",
    "read_pack",
    "read_villages",
]
