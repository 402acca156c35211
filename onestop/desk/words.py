"""Facts, values, people and programmes in words, in the page's language or in both."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from criteria.catalogue import Fact, FactType
from criteria.dates import NONE_DATE
from criteria.values import Range, Value
from onestop.areas.country import pack
from onestop.programmes.models import Programme
from onestop.registry.declared import declared
from onestop.registry.models import Person
from onestop.ui import languages
from onestop.ui.format import count, day, riel

Texts = Mapping[str, str]


def names_of(person: Person) -> dict[str, str]:
    """The full name by language; the one that is known where there is only one."""
    return languages.texts(person.name_km, person.name_latin)


def programme_names(programme: Programme) -> dict[str, str]:
    """The programme's name by language; a proper name has only one."""
    name = programme.document["name"]
    return dict(name) if isinstance(name, dict) else {language: str(name) for language in pack().languages}


def in_each_language(message: Any, **parts: Any) -> dict[str, str]:
    """A lazy message with %(parts)s filled in, by language; parts may be texts by language themselves."""
    found = {}
    for language in languages.codes():
        with override(language):
            filled = {name: languages.one(part) if isinstance(part, Mapping) else part for name, part in parts.items()}
            found[language] = str(message) % filled
    return found


def label(fact: Fact) -> str:
    """The short name of a fact in the page's language."""
    return fact.label(languages.current())


def value_words(fact: Fact | None, value: Value) -> str:
    """A value as people say it: yes, grade 3, 160,000 riel, between two days, does not apply; a dash for none."""
    language = languages.current()
    match value:
        case None:
            return "–"
        case bool():
            return _("Yes") if value else _("No")
        case Range():
            return _range_words(value)
        case date():
            return _("does not apply") if value == NONE_DATE else day(value)
        case frozenset():
            chosen = [code for code in fact.codes if code in value] if fact else sorted(value)
            return ", ".join(fact.code_label(code, language) if fact else code for code in chosen) or _("none of these")
        case str():
            return fact.code_label(value, language) if fact is not None and fact.type is FactType.CODE else value
    return _number_words(fact, value)


def _number_words(fact: Fact | None, value: int | Decimal) -> str:
    stored = declared().get(fact.of, fact.code) if fact else None
    if stored is not None and stored.shown_as == "money":
        return riel(value)
    said = count(value) if isinstance(value, int) else f"{value.normalize():f}"
    measure = languages.one(stored.measure) if stored is not None and stored.measure else ""
    return f"{said} {measure}".strip()


def _range_words(value: Range) -> str:
    if value.low == NONE_DATE:
        return _("does not apply")
    if not isinstance(value.low, date):
        return str(value.low) if value.low == value.high else f"{value.low}–{value.high}"
    return (
        day(value.low)
        if value.is_exact
        else _("%(first)s to %(last)s")
        % {
            "first": day(value.low),
            "last": day(value.high),
        }
    )


def age_words(months: int) -> str:
    """An age that is asked by a rule: 2 years, 6 months."""
    if months % 12 == 0:
        return ngettext("%(count)s year", "%(count)s years", months // 12) % {"count": months // 12}
    return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}


def listed(texts: Iterable[str], most: int = 4) -> str:
    """Texts in a row, each once; of many the first and how many more."""
    found = list(dict.fromkeys(text for text in texts if text))
    if len(found) <= most:
        return ", ".join(found)
    rest = len(found) - most + 1
    more = ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest}
    return f"{', '.join(found[: most - 1])} {more}"


def said_of(whose: str, what: str) -> str:
    """A name and what is said of it, with the colon of the page's language."""
    return _("%(name)s: %(fact)s") % {"name": whose, "fact": what}
