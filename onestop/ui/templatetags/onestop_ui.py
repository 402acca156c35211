"""The tag library of every page: {% load onestop_ui %}.

Filters write numbers and dates, tags write the parts. A tag only prepares values and names a template of ui/parts/;
decisions are made before, in views and queries. What each looks like in both languages: /ui/components/ (debug only).
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from onestop.ui import format, languages
from onestop.ui.components import Bar, Cell, Criterion, Crumb, Matrix, Part, Question
from onestop.ui.fieldset import FieldParts
from onestop.ui.pagination import KeysetPage
from onestop.ui.sorting import Sorting
from onestop.ui.timeline import Timeline
from onestop.ui.words import MARKS, STATES, Word

register = template.Library()

# -- filters ---------------------------------------------------------------------------------------------------------

register.filter("count", format.count)
register.filter("riel", format.riel)
register.filter("khmer_digits", format.khmer_digits)
register.filter("month_year", format.month_year)
register.filter("moment", format.moment)
register.filter("age_of_data", format.age_of_data)


@register.filter
def day(value: Any, precision: str = "") -> str:
    """{{ person.birth_date|day:person.birth_precision }}: 14 May 2028, June 2018, year 1988, about 1967."""
    return format.day(value, precision or "")


@register.filter
def day_long(value: Any, precision: str = "") -> str:
    """The same with the month's full name, for sentences: 23 November 2026."""
    return format.day(value, precision or "", months=format.MONTHS)


@register.filter
def age(birth: Any, today: date) -> str:
    """{{ birth|age:today }}: 36 y, 1 y 10 m, about 59 y; the birth may be a PartialDate."""
    return format.age(birth, today)


@register.filter
def percent_of(part: Any, whole: Any) -> str:
    """{{ eligible|percent_of:total }}: 71 %."""
    return format.percent(part, whole)


@register.filter
def month_digits(value: date) -> str:
    """08/2027, where a cell has no room for the month's name."""
    return f"{value:%m/%Y}"


@register.filter
def mark_word(code: str) -> str:
    """The word of a criterion's outcome: met, not met, cannot tell."""
    return str(MARKS[code].short)


@register.filter
def in_my_language(value: Any) -> str:
    """A mapping of languages, a message or a text, in the page's language only."""
    return languages.one(value)


# -- two languages ---------------------------------------------------------------------------------------------------


@register.simple_tag
def both(*values: Any, below: bool = False) -> SafeString:
    """The text in the page's language with the second language beside it (below=True: under it).

    {% both person.name_km person.name_latin %} · {% both programme.labels %} · {% both _("Ask next") %}
    """
    pairs = languages.ordered(languages.texts(*values))
    if not pairs:
        return mark_safe("")
    (code, text), others = pairs[0], pairs[1:]
    first = text if code == languages.current() else format_html('<span lang="{}">{}</span>', code, text)
    style = "second second-below" if below else "second"
    second = format_html_join(
        "", ' <span class="{}" lang="{}">{}</span>', ((style, code, text) for code, text in others[:1])
    )
    return format_html("{}{}", first, second)


@register.simple_tag
def one(*values: Any) -> SafeString:
    """The text in the page's language only; where it lacks one, the other, marked with its language."""
    found = languages.first(*values)
    if found is None:
        return mark_safe("")
    code, text = found
    return (
        format_html("{}", text) if code == languages.current() else format_html('<span lang="{}">{}</span>', code, text)
    )


# -- states, marks, clocks -------------------------------------------------------------------------------------------


@cache
def shape(name: str) -> SafeString:
    """A shape of the sprite, in the colour of its text."""
    return format_html(
        '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><use href="#shape-{}"/></svg>', name
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """The bare shape: receiving applied eligible unknown no gap met not-met similar late soon. Always add a word."""
    return shape(name)


@register.simple_tag
def state(code: str, text: Any = "", *, long: bool = False, bare: bool = False) -> SafeString:
    """Shape and word of a cell's state; another text may take the word's place; bare hides the word from sight only."""
    word = STATES[code]
    label = languages.one(text) or str(word.long if long else word.short)
    inner = (
        format_html('<span class="govuk-visually-hidden">{}</span>', label)
        if bare
        else format_html("<span>{}</span>", label)
    )
    return format_html('<span class="state state--{}">{}{}</span>', code, shape(word.shape), inner)


@register.simple_tag
def matrix_cell(cell: Cell, name: Any, programme: Any) -> SafeString:
    """One cell of the matrix: shape and word, what is read aloud, on a phone the programme; a link where it has one.

    Written here and not as a template: a family has a hundred of them, which as templates took an eighth of its page.
    """
    word, column = STATES[cell.state], one(programme)
    begin = format_html('<a href="{}"', cell.url) if cell.url else "<span"
    inner = format_html(
        ' class="cell cell--{}">{}<span class="govuk-visually-hidden">{}, {}: {}</span>{}'
        '<span class="cell-programme" aria-hidden="true">{}</span>',
        cell.state,
        shape(word.shape),
        one(name),
        column,
        word.long,
        _shown(cell, word),
        column,
    )
    return mark_safe(f"{begin}{inner}</{'a' if cell.url else 'span'}>")  # both parts are escaped


def _shown(cell: Cell, word: Word) -> SafeString:
    """The word under the shape; the month from which it is yes; nothing under a plain no."""
    if cell.from_on:
        return format_html(
            '<span class="cell-word" aria-hidden="true">{}</span><span class="govuk-visually-hidden">, {}</span>',
            _("from %(month)s") % {"month": month_digits(cell.from_on)},
            _("yes from %(day)s") % {"day": format.day(cell.from_on)},
        )
    if cell.is_folded:
        return mark_safe("")
    return format_html('<span class="cell-word" aria-hidden="true">{}</span>', word.short)


@register.simple_tag
def mark(code: str, text: Any = "", *, bare: bool = False) -> SafeString:
    """Tick, cross, diamond, waves: met not_met unknown same similar differs none."""
    word = MARKS[code]
    label = languages.one(text) or str(word.short)
    inner = "govuk-visually-hidden" if bare else "mark-word"
    return format_html(
        '<span class="mark mark--{}">{}<span class="{}">{}</span></span>', code, shape(word.shape), inner, label
    )


@register.simple_tag
def due(on: date, today: date, *, soon: int = 3) -> SafeString:
    """A term: late in red with a triangle, soon with a clock, on time without a mark."""
    kind, words = format.due(on, today, soon=soon)
    return clock(words, kind)


@register.simple_tag
def clock(text: Any, kind: str = "soon") -> SafeString:
    """A text with a clock (soon, stale) or a red triangle (late); ok has none."""
    words = languages.one(text)
    if kind == "ok":
        return format_html('<span class="due nowrap">{}</span>', words)
    return format_html('<span class="due due--{}">{}<span>{}</span></span>', kind, shape(kind), words)


@register.simple_tag
def told(observed: Any, today: date, *, stale: bool = False) -> SafeString:
    """When a fact was told; with a clock once it has gone stale."""
    words = format.age_of_data(observed, today)
    return clock(words) if stale else format_html('<span class="small quiet">{}</span>', words)


# -- parts with a template of their own ------------------------------------------------------------------------------


@register.inclusion_tag("ui/parts/legend.html")
def legend(parts: Iterable[Part], *, ground: bool = False) -> dict[str, Any]:
    """The states with their counts; ground=True shows the grounds of a bar in place of the shapes."""
    return {"entries": [(part, STATES.get(part.state)) for part in parts], "ground": ground}


@register.inclusion_tag("ui/parts/bar.html")
def bar(value: Bar) -> dict[str, Any]:
    """A bar; the numbers must stand beside it."""
    return {"bar": value, "stretches": value.stretches()}


@register.inclusion_tag("ui/parts/matrix.html")
def matrix(value: Matrix) -> dict[str, Any]:
    """Members down, programmes across; member by member on a phone."""
    return {"matrix": value, "groups": value.groups()}


@register.inclusion_tag("ui/parts/criteria.html", takes_context=True)
def criteria(context: Context, values: Sequence[Criterion]) -> dict[str, Any]:
    """The conditions of a programme with what is known, and a question where one is missing."""
    return {"criteria": values, **keys(context)}


@register.inclusion_tag("ui/parts/question.html", takes_context=True)
def question(context: Context, value: Question, *, framed: bool = False) -> dict[str, Any]:
    """One question, answered in place; framed=True is the panel of the reason page."""
    return {"question": value, "framed": framed, "csrf_field": csrf_field(context), "key_field": idempotency_key()}


@register.inclusion_tag("ui/parts/ask_next.html", takes_context=True)
def ask_next(context: Context, values: Sequence[Question]) -> dict[str, Any]:
    """The questions worth asking, each with the number of cells it settles."""
    return {"questions": values, **keys(context)}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(value: Timeline) -> dict[str, Any]:
    """Coming changes: a strip to look at, a list to read."""
    return {"timeline": value}


@register.inclusion_tag("ui/parts/trail.html")
def trail(crumbs: Iterable[Crumb]) -> dict[str, Any]:
    """The way to this page, above the title."""
    return {"crumbs": list(crumbs)}


@register.inclusion_tag("ui/parts/pager.html")
def pager(page: "KeysetPage[Any]") -> dict[str, Any]:
    """Links to the page before and after; no numbers, since lists page by keyset."""
    return {"page": page}


@register.simple_tag
def sort_head(sorting: Sorting, name: str, label: Any, *, number: bool = False) -> SafeString:
    """A column's head as a link that sorts by it: {% sort_head sorting "name" _("Name") %}."""
    direction = sorting.direction(name)
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}</a></th>',
        mark_safe(' class="number"') if number else "",
        format_html(' aria-sort="{}"', direction) if direction else "",
        sorting.link(name),
        languages.one(label),
    )


# -- forms -----------------------------------------------------------------------------------------------------------


def csrf_field(context: Context) -> SafeString:
    """The hidden CSRF token of the request."""
    token = context.get("csrf_token")
    if not token or token == "NOTPROVIDED":  # Django's word for "no request"
        return mark_safe("")
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)


def keys(context: Context) -> dict[str, Any]:
    """What a part needs to write forms of its own."""
    return {"csrf_token": context.get("csrf_token")}


@register.simple_tag
def idempotency_key() -> SafeString:
    """A fresh key: the same form sent twice is done once."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4())


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(*given: "forms.BaseForm | forms.BaseFormSet[Any] | None") -> dict[str, Any]:
    """All errors of the forms and formsets of a page, with the same words as at the fields and a link to each."""
    found = [error for entry in given if entry is not None for error in FieldParts.errors_of(entry)]
    return {"errors": found}


@register.simple_tag
def field(bound: BoundField, **options: Any) -> str:
    """Label, hint, error and box of one field: {% field form.name width=20 optional=True %}.

    Options: width (2 4 8 12 20 30), hint, label, large (big legend), column (choices under each other), optional,
    hide_label, lang.
    """
    parts = FieldParts(bound, **options)
    return render_to_string(parts.template, {"parts": parts, "field": bound})


@register.simple_tag
def button(
    label: Any, *, href: str = "", kind: str = "", name: str = "", value: str = "", small: bool = False, of: Any = ""
) -> SafeString:
    """A button, or with href a link that looks like one; kind: "" filled, "secondary", "warning".

    One filled button a region, named by its result. `of` is read aloud only: {% button _("Change") of=name %}.
    """
    classes = "govuk-button" + (f" govuk-button--{kind}" if kind else "") + (" button-small" if small else "")
    text = languages.one(label)
    said = format_html('{}<span class="govuk-visually-hidden"> {}</span>', text, languages.one(of)) if of else text
    if href:
        return format_html('<a class="{}" href="{}">{}</a>', classes, href, said)
    named = format_html(' name="{}" value="{}"', name, value) if name else mark_safe("")
    return format_html('<button class="{}"{}>{}</button>', classes, named, said)


@register.inclusion_tag("ui/parts/print_button.html")
def print_button() -> dict[str, Any]:
    """{% print_button %}: prints the page; there only where JavaScript runs, since nothing else can press it."""
    return {}


# -- blocks ----------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def panel(content: str, kind: str = "", *, title: Any = "", id: str = "") -> SafeString:
    """{% panel "unknown" title=_("…") %} … {% endpanel %}: a state, late, or nothing."""
    classes = f"panel panel--{kind}" if kind else "panel"
    head = format_html("<h3>{}</h3>", both(title)) if title else ""
    anchor = format_html(' id="{}"', id) if id else ""
    return format_html('<div class="{}"{}>{}{}</div>', classes, anchor, head, content)


@register.simple_block_tag
def fact(content: str, label: Any) -> SafeString:
    """One pair inside <dl class="facts">: {% fact _("Village") %} … {% endfact %}."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", languages.one(label), content.strip() and content)


@register.simple_block_tag
def empty(content: str, title: Any) -> SafeString:
    """Nothing found: {% empty _("Nobody called …") %} where it was looked, near names, one way on {% endempty %}."""
    return format_html('<div class="empty"><p class="empty-title">{}</p>{}</div>', languages.one(title), content)


@register.simple_block_tag
def more(content: str, summary: Any, *, open: bool = False) -> SafeString:
    """What only some readers need: {% more _("How this is counted") %} … {% endmore %}."""
    return format_html(
        '<details class="govuk-details"{}><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">{}</span></summary>'
        '<div class="govuk-details__text">{}</div></details>',
        " open" if open else "",
        languages.one(summary),
        content,
    )


@register.simple_tag
def when(value: date | datetime | None, precision: str = "") -> SafeString:
    """A date that never breaks over two lines."""
    return format_html('<span class="nowrap">{}</span>', format.day(value, precision))
