"""Verbs and their sentences."""

import pytest

from onestop.journal.actions import note_digest
from onestop.journal.verbs import UnknownVerb, declare, sentence_of


def test_a_verb_has_one_sentence_and_asks_for_what_a_line_has() -> None:
    assert declare("test.counted", "{officer} counted.") == declare("test.counted", "{officer} counted.")
    with pytest.raises(UnknownVerb, match="already"):
        declare("test.counted", "{officer} counted again.")
    with pytest.raises(UnknownVerb, match="asks for weather"):
        declare("test.rained", "{officer} saw {weather}.")
    with pytest.raises(UnknownVerb, match="lower case"):
        declare("Rained", "…")


def test_a_verb_nobody_declares_is_shown_bare_and_breaks_nothing() -> None:
    assert str(sentence_of("gone.{odd}")) == "{officer}: gone.odd {subject} {note}"


def test_a_note_s_digest_depends_on_its_salt_and_none_has_none() -> None:
    assert note_digest("", "salt") == ""
    assert note_digest("HIV", "a") != note_digest("HIV", "b")
