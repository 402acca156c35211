"""The verbs of the journal, each with its sentence. A room declares its own, in its choices.py:

    REGISTERED = declare("registry.registered", _("{officer} registered {subject}."))

The sentence is a msgid of the room's translations; `{officer}`, `{office}`, `{subject}` and `{note}` are filled in when
it is shown. A test over the whole code fails for a recorded verb that no room declares; should one slip through (a room
removed later), its line is shown with the bare verb rather than lost.
"""

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = ["DISCLOSING", "UnknownVerb", "VERBS", "declare", "sentence_of"]

VERBS: Final[dict[str, "str | Promise"]] = {}
# Verbs by which somebody sees or takes along what is known of the subject, each with what it was for, as it is told to
# the person it concerns; a note of the line (the reason of an opening out of turn) stands beside it
DISCLOSING: Final[dict[str, "str | Promise"]] = {}
_NAME: Final = re.compile(r"[a-z_]+(\.[a-z_]+)*")
_PLACES: Final = frozenset({"officer", "office", "subject", "note"})


class UnknownVerb(ValueError):
    """A verb declared twice in different words, or in words that ask for something a line does not have."""


def declare(verb: str, sentence: "str | Promise", *, discloses: "str | Promise" = "") -> str:
    """Add a verb; returns it, to be kept as a constant. Declaring the very same again changes nothing.

    `discloses`: for what somebody saw the subject by this ("work on the household's folder"); such lines are told to
    the person who asks who opened the folder.
    """
    if not _NAME.fullmatch(verb):
        raise UnknownVerb(f"The verb '{verb}' must be written room.done_what, in lower case.")
    unknown = set(re.findall(r"{(\w*)}", str(getattr(sentence, "_proxy____args", [sentence])[0]))) - _PLACES
    if unknown:
        raise UnknownVerb(f"The sentence of '{verb}' asks for {', '.join(sorted(unknown))}; known: {sorted(_PLACES)}.")
    if VERBS.setdefault(verb, sentence) is not sentence and VERBS[verb] != sentence:
        raise UnknownVerb(f"The verb '{verb}' is already declared, in other words.")
    if discloses:
        DISCLOSING[verb] = discloses
    return verb


def sentence_of(verb: str) -> "str | Promise":
    """The pattern of a verb's sentence, in the reader's language; the verb itself when no room declares it."""
    return VERBS.get(verb, "{officer}: " + verb.replace("{", "").replace("}", "") + " {subject} {note}")


# What any room may record
READ: Final = declare("journal.read", _("{officer} opened {subject}."), discloses=_("opened for the office's work"))
EXPORTED: Final = declare(
    "journal.exported", _("{officer} exported {subject}. {note}"), discloses=_("taken out of the office as a file")
)
PRINTED: Final = declare("journal.printed", _("{officer} printed {subject}. {note}"), discloses=_("printed on paper"))
RAN: Final = declare("journal.ran", _("{officer} ran a command. {note}"))
