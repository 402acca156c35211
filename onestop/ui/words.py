"""The words that stand under a shape: states of a cell, outcomes of a criterion, results of a comparison."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Word:
    """A code of the program, its shape in the sprite, its word in a cell and its word in a legend."""

    code: str
    shape: str
    short: Promise
    long: Promise


STATES: dict[str, Word] = {
    word.code: word
    for word in (
        Word("receiving", "receiving", pgettext_lazy("state", "receiving"), pgettext_lazy("state", "receiving")),
        Word("applied", "applied", pgettext_lazy("state", "applied"), pgettext_lazy("state", "applied, waiting")),
        Word(
            "eligible",
            "eligible",
            pgettext_lazy("state", "eligible"),
            pgettext_lazy("state", "eligible, not receiving"),
        ),
        Word("unknown", "unknown", pgettext_lazy("state", "cannot tell"), pgettext_lazy("state", "cannot tell, ask")),
        Word("not_eligible", "no", pgettext_lazy("state", "no"), pgettext_lazy("state", "not eligible")),
        Word(
            "no_programme", "gap", pgettext_lazy("state", "no programme"), pgettext_lazy("state", "no programme exists")
        ),
    )
}

MARKS: dict[str, Word] = {
    word.code: word
    for word in (
        Word("met", "met", pgettext_lazy("criterion", "met"), pgettext_lazy("criterion", "met")),
        Word("not_met", "not-met", pgettext_lazy("criterion", "not met"), pgettext_lazy("criterion", "not met")),
        Word("unknown", "unknown", pgettext_lazy("state", "cannot tell"), pgettext_lazy("state", "cannot tell")),
        Word("same", "met", pgettext_lazy("comparison", "same"), pgettext_lazy("comparison", "same")),
        Word("similar", "similar", pgettext_lazy("comparison", "similar"), pgettext_lazy("comparison", "similar")),
        Word("differs", "not-met", pgettext_lazy("comparison", "differs"), pgettext_lazy("comparison", "differs")),
        Word("none", "no", pgettext_lazy("comparison", "unknown"), pgettext_lazy("comparison", "unknown")),
    )
}
