"""Filling a kept form into the page it stood on: the same form again, whatever page of ours it is.

The page is drawn as always, then the values go into the form that was sent: the one with its address and, among
several, the one whose hidden fields and names fit best. Fields that the page does not have this time (a row that was
added) are put at the end of the form by their names. The page's own CSRF token stays; passwords and files stay empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.template.loader import render_to_string

from onestop.staff.sessions_kept import Kept

__all__ = ["filled"]

FORM_ID_FIELD = "kept_form"
_TOKEN = "csrfmiddlewaretoken"
_PRESSED = {"submit", "button", "image", "reset"}
_EMPTY = {"password", "file"}
_TICKED = {"checkbox", "radio"}
Attributes = list[tuple[str, str | None]]


@dataclass
class _Form:
    """A form of the page: its address, its hidden fields, and the names of its fields and of its buttons."""

    path: str
    hidden: set[tuple[str, str]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    buttons: set[str] = field(default_factory=set)

    def likeness(self, kept: Kept) -> int:
        """How well the kept fields fit."""
        given = set(kept.fields)
        names = self.names | {name for name, _value in self.hidden}
        return 3 * len(self.hidden & given) + len(names & set(kept.by_name))


class _Looking(HTMLParser):
    """Finds the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self._inside = page, False
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts = given.get("method", "").lower() == "post"
            self.forms.append(_Form(_path(self.page, given.get("action", "")) if posts else ""))
            self._inside = True
        elif self._inside and tag in {"input", "select", "textarea", "button"} and given.get("name"):
            form, name, kind = self.forms[-1], given["name"], given.get("type", "text").lower()
            if tag == "button" or kind in _PRESSED:
                form.buttons.add(name)
            elif tag == "input" and kind == "hidden":
                form.hidden.add((name, given.get("value", "")))
            else:
                form.names.add(name)

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"


class _Filling(HTMLParser):
    """Writes the page again, with the values in the n-th form."""

    def __init__(self, kept: Kept, number: int, buttons: Iterable[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.kept, self.number, self.buttons = kept, number, set(buttons)
        self.waiting = {name: list(values) for name, values in kept.by_name.items()}
        self.out: list[str] = []
        self.seen, self.inside, self.select, self.skipping = -1, False, "", False

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def handle_entityref(self, name: str) -> None:
        self._write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._write(f"&#{name};")

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        raw = self.get_starttag_text() or ""
        if tag == "form":
            self.seen += 1
            self.inside = self.seen == self.number
        if not self.inside or tag not in {"input", "select", "option", "textarea"}:
            self._write(raw)
            return
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "select":
            self.select = name
            self._write(raw)
        elif tag == "option":
            self._option(raw, attrs, given)
        elif tag == "textarea":
            self._write(raw)
            if self.waiting.get(name):
                self._write(escape(self.waiting[name].pop(0)))
                self.skipping = True
        else:
            self._input(raw, attrs, given, name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.skipping = False
        if tag == "select":
            self.select = ""
        if tag == "form" and self.inside:
            self.out.append(self._rest())
            self.inside = False
        self._write(f"</{tag}>")

    def _write(self, text: str) -> None:
        if not self.skipping:
            self.out.append(text)

    def _input(self, raw: str, attrs: Attributes, given: dict[str, str], name: str) -> None:
        kind = given.get("type", "text").lower()
        if name == _TOKEN or not name or kind in _PRESSED or kind in _EMPTY:
            self._write(raw)
        elif kind in _TICKED:
            is_chosen = given.get("value", "on") in self.kept.by_name.get(name, [])
            if is_chosen and given.get("value", "on") in self.waiting.get(name, []):
                self.waiting[name].remove(given.get("value", "on"))
            self._write(_tag("input", attrs, "checked", None if is_chosen else False))
        elif self.waiting.get(name):
            self._write(_tag("input", attrs, "value", self.waiting[name].pop(0)))
        else:
            self._write(raw)

    def _option(self, raw: str, attrs: Attributes, given: dict[str, str]) -> None:
        values = self.kept.by_name.get(self.select)
        if values is None or "value" not in given:
            self._write(raw)
            return
        is_chosen = given["value"] in values
        if is_chosen and given["value"] in self.waiting.get(self.select, []):
            self.waiting[self.select].remove(given["value"])
        self._write(_tag("option", attrs, "selected", None if is_chosen else False))

    def _rest(self) -> str:
        """Fields the page does not have this time, and which form this is."""
        left = [
            (name, value)
            for name, values in self.waiting.items()
            if name not in self.buttons and name != FORM_ID_FIELD
            for value in values
        ]
        hidden = f'<input type="hidden" name="{FORM_ID_FIELD}" value="{self.kept.id}">'
        return hidden + (render_to_string("staff/parts/kept_fields.html", {"fields": left}) if left else "")


def filled(html: str, kept: Kept, *, page: str) -> str | None:
    """The page with the kept values in its form; None when no form of it goes to the kept form's address."""
    looking = _Looking(page)
    looking.feed(html)
    wanted = urlsplit(kept.path).path
    fitting = [(form.likeness(kept), -place) for place, form in enumerate(looking.forms) if form.path == wanted]
    if not fitting:
        return None
    number = -max(fitting)[1]
    filling = _Filling(kept, number, looking.forms[number].buttons)
    filling.feed(html)
    filling.close()
    return "".join(filling.out)


def _path(page: str, action: str) -> str:
    """The path a form goes to, from the page it stands on."""
    return urlsplit(urljoin(page, unescape(action))).path


def _tag(name: str, attrs: Attributes, changed: str, value: str | None | bool) -> str:
    """A tag with one attribute changed: None sets it bare, False takes it away."""
    kept = [(key, text) for key, text in attrs if key != changed]
    if value is not False:
        kept.append((changed, value if isinstance(value, str) else None))
    written = "".join(f" {key}" if text is None else f' {key}="{escape(text)}"' for key, text in kept)
    return f"<{name}{written}>"
