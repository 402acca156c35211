"""Both languages without system gettext: extract, compile and check the catalogues of every room with babel.

Each room keeps its own `onestop/<room>/locale/<language>/LC_MESSAGES/django.po`: two people never edit one file.
A msgid is English and stands in one catalogue: that of its room, of a room below that says it too, or of ui, which has
the words of all rooms and Django's own messages. `.mo` files are made at run time and never committed.
"""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip


class CatalogueRefused(Exception):
    """A .po file that is none; the message names it."""


@dataclass(frozen=True, order=True)
class Message:
    """One text to translate: where it stands, its English (singular), and its context where it has one."""

    file: str
    line: int
    text: str
    context: str | None = None


def catalogues(root: Path = ROOT) -> list[Path]:
    """Every .po file of the project, in name order."""
    return sorted(
        [*root.glob("onestop/*/locale/*/LC_MESSAGES/django.po"), *root.glob("locale/*/LC_MESSAGES/django.po")]
    )


def compile_catalogues(root: Path = ROOT) -> list[Path]:
    """Write the .mo beside each .po that is newer than it; the files written. Cheap when nothing changed."""
    written = []
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            with source.open("rb") as file:
                catalogue = read_po(file, locale=source.parents[1].name, abort_invalid=True)
        except (PoFileError, ValueError) as error:
            raise CatalogueRefused(f"{source} cannot be read: {error}. Look for a missing quotation mark.") from error
        packed = BytesIO()
        write_mo(packed, catalogue)
        fresh = target.with_suffix(f".mo.{os.getpid()}")
        fresh.write_bytes(packed.getvalue())
        fresh.replace(target)  # never a half-written catalogue under a running server
        written.append(target)
    return written


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Python files and templates of the rooms, tests and migrations left out."""
    for pattern in ("config/*.py", "onestop/**/*.py", "onestop/*/templates/**/*.html", "onestop/*/templates/**/*.txt"):
        for file in sorted(root.glob(pattern)):
            if not {"tests", "migrations"} & set(file.relative_to(root).parts):
                yield file


def extracted(root: Path = ROOT) -> Iterator[Message]:
    """Each text marked for translation in code and templates."""
    for file in sources(root):
        text, name = file.read_text("utf-8"), str(file.relative_to(root))
        found = _in_python(text) if file.suffix == ".py" else _in_template(templatize(text, origin=name))
        for line, singular, context in found:
            yield Message(name, line, singular, context)


def _in_python(text: str) -> Iterator[tuple[int, str, str | None]]:
    """The calls of gettext's functions, under whatever name; also inside f-strings, into which babel does not look."""
    nodes = list(ast.walk(ast.parse(text)))
    imports = [one for one in nodes if isinstance(one, ast.ImportFrom) and one.module == "django.utils.translation"]
    names = {alias.asname: alias.name for one in imports for alias in one.names if alias.asname}
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        function = names.get(called, called)
        if function in KEYWORDS:
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            context = texts.pop(0) if texts and "pgettext" in function else None
            if texts:
                yield node.lineno, texts[0], context


def _in_template(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Babel's extraction of what Django makes of a template, which is no Python that could be parsed."""
    for line, found, _comments, context in extract(
        "python", BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"}
    ):
        singular = found[0] if isinstance(found, tuple) else found
        if singular:
            yield line, singular, context


def entries(language: str, root: Path = ROOT) -> Iterator[tuple[Path, str, str | None, str]]:
    """Catalogue, msgid, context and translation of every entry of a language; fuzzy and empty ones do not count."""
    for source in catalogues(root):
        if source.parents[1].name != language:
            continue
        with source.open("rb") as file:
            catalogue: Catalog = read_po(file, locale=language)
        for message in catalogue:
            text = message.string if isinstance(message.string, str) else "".join((message.string or ())[:1])
            msgid = message.id if isinstance(message.id, str) else "".join(message.id[:1])
            if msgid and text and not message.fuzzy:
                yield source, msgid, message.context, text


def translated(language: str, root: Path = ROOT) -> dict[tuple[str, str | None], str]:
    """(msgid, context) to translation over all catalogues of a language."""
    return {(msgid, context): text for _source, msgid, context, text in entries(language, root)}


def untranslated(language: str, root: Path = ROOT) -> list[Message]:
    """The texts of code and templates without a translation, each named once, at its first place."""
    known = translated(language, root)
    missing: dict[tuple[str, str | None], Message] = {}
    for message in extracted(root):
        key = (message.text, message.context)
        if key not in known:
            missing.setdefault(key, message)
    return sorted(missing.values())
