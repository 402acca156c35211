"""House rules of every template: both languages, forms sent once, nothing our content policy refuses, known classes."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from config import assets
from onestop.ui.translation import entries, extracted, untranslated

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "onestop").glob("*/templates/**/*.html"))
# Sending these twice does no harm: they set one cookie, or end or begin one session
HARMLESS = {"ui/templates/ui/parts/language.html", "ui/templates/ui/base.html", "staff/templates/staff/sign_in.html"}


# Where an officer begins, and the frame of every refusal, which has a way on of its own
WITHOUT_TRAIL = {"desk/templates/desk/home.html", "desk/templates/desk/search.html", "ui/templates/ui/error.html"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "onestop"))


def found(pattern: str) -> dict[str, list[str]]:
    """Template to what the pattern finds in it, comments left out."""
    hits = {}
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text("utf-8"), flags=re.S)
        if matches := re.findall(pattern, text, flags=re.I):
            hits[name(path)] = matches
    return hits


def test_every_text_has_its_khmer() -> None:
    """./run onestop messages --po prints the entries that are missing, ready for the catalogue of their room."""
    gaps = [f"{message.file}:{message.line}: {message.text}" for message in untranslated("km")]
    assert not gaps, "\n".join(gaps)


def test_a_message_stands_in_one_catalogue() -> None:
    """In two, the first installed room's word goes for both, whatever the other says; two meanings need a msgctxt."""
    places: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for source, msgid, context, text in entries("km"):
        places[msgid, context].append(f"{source.parents[3].name}: {text}")
    assert not {message: said for message, said in places.items() if len(said) > 1}


def test_no_room_keeps_a_word_that_nothing_says() -> None:
    """But for ui, which holds Django's own messages."""
    said = {(message.text, message.context) for message in extracted()}
    kept = {(msgid, context) for source, msgid, context, _text in entries("km") if source.parents[3].name != "ui"}
    assert kept - said == set()


def test_no_template_holds_a_style_or_a_script_of_its_own() -> None:
    """The content policy refuses them; widths of bars are attributes of SVG."""
    assert not found(r"<style\b|<script\b(?![^>]*\bsrc=)|\sstyle=\"|\son[a-z]+=\"|href=\"javascript:")


def test_nothing_comes_from_another_host() -> None:
    assert not found(r"(?:src|href|action)=\"(?:https?:)?//")


def test_every_page_of_an_officer_says_where_it_is() -> None:
    pages = {name(path) for path in TEMPLATES if 'extends "ui/base.html"' in path.read_text("utf-8")}
    assert pages - found(r"\{% block trail %\}").keys() == WITHOUT_TRAIL


def test_every_form_that_writes_carries_its_keys() -> None:
    missing = []
    for path in TEMPLATES:
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text("utf-8"), flags=re.S | re.I):
            csrf = "{% csrf_token %}" in form or "{{ csrf_field }}" in form
            once = "{% idempotency_key %}" in form or "{{ key_field }}" in form or name(path) in HARMLESS
            if not (csrf and once):
                missing.append(f"{name(path)}: {form[:90]}")
    assert not missing


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_class_is_one_of_the_style_sheets(path: Path) -> None:
    style = "".join(part.read_text("utf-8") for part in (ROOT / "onestop" / "ui" / "assets").glob("*.css"))
    known = set(re.findall(r"\.([a-z][\w-]*)", style))
    used = set()
    text = re.sub(r"\{%.*?%\}", " ", re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*", " ", path.read_text("utf-8")))
    for plain in re.findall(r"\bclass=\"([^\"]*)\"", text):
        used |= {word for word in plain.split() if not word.endswith("--")}
    theirs = {word for word in used if word.removeprefix("govuk-").split("__")[0].split("--")[0] in assets.KEPT}
    assert not used - known - theirs, f"{name(path)} uses classes that no style sheet has"
