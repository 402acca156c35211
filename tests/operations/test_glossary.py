"""GLOSSARY.md names every noun of the code, and nothing that is not there."""

import re
from importlib import import_module

from django.apps import apps

from config import server
from onestop.ui.translation import translated

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (server.ROOT / "GLOSSARY.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| English")
]
WITH_TABLE = [row for row in ROWS if len(row) == 5]
WITHOUT = [row for row in ROWS if len(row) == 4]


def test_every_model_stands_in_the_glossary_with_its_table_and_no_other_does() -> None:
    # A room's own tests may bring a model of theirs (onestop/ui/tests): it is no noun of the office.
    models = {
        (model.__name__, model._meta.db_table)
        for model in apps.get_models()
        if model.__module__.startswith("onestop.") and ".tests" not in model.__module__
    }
    assert len(models) > 20
    assert {(row[3].strip("`"), row[4].strip("`")) for row in WITH_TABLE} == models


def test_every_noun_has_a_khmer_word_and_a_sentence_of_its_own() -> None:
    assert len(WITHOUT) > 10
    assert [row[0] for row in ROWS if not re.search(r"[\u1780-\u17ff]", row[1]) or len(row[2]) < 15] == []
    assert len({row[0] for row in ROWS}) == len(ROWS) == len({row[1] for row in ROWS})


def test_the_pages_say_the_khmer_word_of_the_glossary() -> None:
    """Where the noun by itself is a text of the pages or a model's name."""
    said = translated("km")
    nouns = {row[0]: row[1] for row in ROWS if (row[0], None) in said}
    assert len(nouns) > 15
    assert {noun: said[noun, None] for noun, word in nouns.items() if said[noun, None] != word} == {}


def test_what_the_glossary_points_to_is_there() -> None:
    for row in WITHOUT:
        for name in re.findall(r"`([^`]+)`", row[3]):
            if "/" in name:
                assert (server.ROOT / name).exists(), name
            elif "." in name:
                module, _, attribute = name.rpartition(".")
                assert hasattr(import_module(module), attribute), name
