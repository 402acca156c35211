"""Texts that exist in more than one language: labels of data, pairs of names, messages of the catalogues."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, override


def codes() -> list[str]:
    """The languages of this installation, in the order of the settings."""
    return [code for code, _name in settings.LANGUAGES]


def current() -> str:
    """The language of this page, without region; the default one outside a request."""
    return (get_language() or settings.LANGUAGE_CODE).split("-")[0]


def texts(*values: Any) -> dict[str, str]:
    """Language code to text, from one of three shapes; empty texts are left out.

    One mapping of labels ({"km": …, "en": …}), one lazy message, or a text for each language of the settings, in order.
    """
    if len(values) == 1:
        value = values[0]
        if isinstance(value, Mapping):
            return {str(code): str(text) for code, text in value.items() if text}
        if isinstance(value, Promise):
            return _each_language(value)
        return {current(): str(value)} if value not in (None, "") else {}
    return {code: str(text) for code, text in zip(codes(), values, strict=False) if text not in (None, "")}


def _each_language(message: Promise) -> dict[str, str]:
    """A lazy message in every language; a language whose text equals the English msgid is not another text."""
    found: dict[str, str] = {}
    for code in [current(), *codes()]:
        with override(code):
            text = str(message)
        if code not in found and text not in found.values():
            found[code] = text
    return found


def ordered(found: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """(code, text) pairs, the page's language first, then the others in the order of the settings."""
    wanted = [current(), *(code for code in codes() if code != current())]
    others = [code for code in found if code not in wanted]
    return [(code, found[code]) for code in [*wanted, *others] if code in found]


def first(*values: Any) -> tuple[str, str] | None:
    """(code, text) in the page's language, or in the first other language that has it; None where there is no text.

    What `ordered(texts(…))` begins with. A page of a household asks this hundreds of times: where the page's own
    language has a text, the others are not looked at.
    """
    if len(values) == 1:
        value, here = values[0], current()
        text = value.get(here) if isinstance(value, Mapping) else value if isinstance(value, str | Promise) else None
        if text:
            return here, str(text)
    pairs = ordered(texts(*values))
    return pairs[0] if pairs else None


def one(*values: Any) -> str:
    """The text in the page's language, or in the first other language that has it."""
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]  # most cells of a long list: nothing to choose
    found = first(*values)
    return found[1] if found else ""
