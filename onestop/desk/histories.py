"""The history of any record: what was done to it, who saw it, and what changed in its rows, before and after.

    /history/staff.office/<key>/            the page of one record
    {% include "desk/parts/history_panel.html" with panel=panel %}     the same inside another page

Which kinds there are, and who may look, is said by the rooms (HISTORY_SOURCES). Opening a person's or a household's
history is itself journalled; opening an office's is not: it is about nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from onestop.areas.guards import demand, signed_in
from onestop.areas.masks import is_masked, kind_of, veiled
from onestop.areas.models import AdministrativeUnit, PersonalQuerySet, UnitCodeField
from onestop.areas.phones import local_phone
from onestop.areas.scope import current
from onestop.desk.queries import untold
from onestop.journal.actions import record as write_line
from onestop.journal.queries import Change, Line, history_of, lines_of, sentence
from onestop.journal.sources import HistorySource, sources
from onestop.journal.verbs import DISCLOSING, READ
from onestop.registry.models import HouseholdMembership, Person
from onestop.staff.models import Office
from onestop.staff.queries import officer_of
from onestop.ui import format, languages
from onestop.ui.components import Crumb

MOST = 100
EMPTY: tuple[Any, ...] = (None, "", [], {})
# Columns that say nothing to a reader: keys, counters, and what the page says otherwise
UNSAID = frozenset({"id", "version", "created_at", "unit_code_then"})


# Words for kinds and columns that have none of their own for a reader
KINDS = {
    "registry.household": _lazy("household"),
    "registry.person": _lazy("person"),
    "registry.householdmembership": _lazy("membership of the household"),
    "registry.residence": _lazy("where it lived"),
    "registry.povertystatus": _lazy("poverty status"),
    "registry.identitydocument": _lazy("paper of the person"),
    "staff.officesetting": _lazy("how the office works"),
    "staff.committeemember": _lazy("member of the committee"),
}
LABELS = {
    "unit_code": _lazy("place"),
    "head_id": _lazy("head of the household"),
    "household_id": _lazy("household"),
    "person_id": _lazy("person"),
}


@dataclass(frozen=True)
class Said:
    """One column of a change in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One change of one row in words; `what` is '' for the record itself, else what kind of row it was."""

    at: datetime
    officer: str
    op: str
    what: str
    said: list[Said]


@dataclass(frozen=True)
class Panel:
    """Everything the journal knows of a record: what was done, who saw it, what changed.

    `left`: who belonged to it and does no more; whoever opens it reads them as well.
    """

    done: list[Line]
    seen: list[Line]
    changes: list[Told]
    personal: bool
    left: list[Person]


def panel_of(record: models.Model, source: HistorySource, *, most: int = MOST) -> Panel:
    """The panel of a record that the reader may see."""
    name = languages.one(source.name(record)) or str(record)
    records = {record: name, **{one: _called(one, name) for one in source.also(record)}}
    lines = [_for_reader(line, records) for line in lines_of(records, limit=most)]
    at_home = {one.person_id for one in records if isinstance(one, HouseholdMembership) and one.valid_to is None}
    found = {one: history_of(one, limit=most) for one in records}
    named = _Named(found)
    changes = [told for one in records for told in _told(one, record, source, found[one], named)]
    offices = {office.code: office.name for office in Office.objects.filter(code__in={line.office for line in lines})}
    lines = [replace(line, office=offices.get(line.office, line.office)) for line in lines]
    return Panel(
        done=[line for line in lines if line.entry.verb not in DISCLOSING],
        seen=[line for line in lines if line.entry.verb in DISCLOSING],
        changes=sorted(changes, key=lambda one: one.at, reverse=True)[:most],
        personal=_is_personal(record),
        left=[one for one in records if isinstance(one, Person) and one != record and one.pk not in at_home],
    )


def _for_reader(line: Line, records: Mapping[models.Model, str]) -> Line:
    """The line without name and office of who saw the record for a protected service of which the reader is not."""
    hidden = untold(line.entry, current())
    if not hidden:
        return line
    names = {str(one.pk): name for one, name in records.items()}
    said = sentence(line.entry, subject=names.get(line.entry.subject_id, ""), officer=hidden)
    return replace(line, sentence=said, officer=hidden, office="")


def _called(one: models.Model, whole: str) -> str:
    """How a line names a record that belongs to another: a person by name, else its kind and of whom."""
    names = languages.texts(getattr(one, "name_km", ""), getattr(one, "name_latin", ""))
    return languages.one(names) or f"{_word(one)} ({whole})"


def _word(one: models.Model) -> str:
    """What kind of record it is, in words."""
    return str(KINDS.get(one._meta.label_lower) or one._meta.verbose_name)


def _told(
    one: models.Model, record: models.Model, source: HistorySource, changes: list[Change], named: "_Named"
) -> Iterator[Told]:
    what = "" if one == record else _word(one)
    for change in changes:
        said = list(_said(one, change, source, str(record.pk), named))
        if said:
            yield Told(change.at, change.officer, change.op, what, said)


def _said(one: models.Model, change: Change, source: HistorySource, record: str, named: "_Named") -> Iterator[Said]:
    for column, (before, after) in change.fields.items():
        # that it belongs to this record is clear
        if column in UNSAID or column in source.hidden or str(after) == record:
            continue
        if change.op == "I" and after in EMPTY:
            continue
        field = _field(type(one), column)
        label = str(LABELS.get(column) or getattr(field, "verbose_name", None) or column)
        words = ["" if value in EMPTY else source.word(one, column, value) for value in (before, after)]
        values = [word or _value(field, value, named) for word, value in zip(words, (before, after), strict=True)]
        if is_masked(one, column):
            values = [veiled(kind_of(one, column), value) or "–" for value in (before, after)]
        yield Said(label[:1].upper() + label[1:], *values)


def _field(model: type[models.Model], column: str) -> Any:
    try:
        return model._meta.get_field(column)
    except FieldDoesNotExist:
        return next((one for one in model._meta.concrete_fields if one.attname == column), None)


class _Named:
    """Whom and where the changes name, fetched once for all of them: a statement a kind, however many changes."""

    def __init__(self, changes: Mapping[models.Model, list[Change]]) -> None:
        wanted: dict[type[models.Model], set[str]] = {}
        for one, told in changes.items():
            for column, values in ((name, pair) for change in told for name, pair in change.fields.items()):
                model = _named_by(_field(type(one), column))
                if model is not None:
                    wanted.setdefault(model, set()).update(str(value) for value in values if value)
        self._found = {
            (model, str(other.pk)): other
            for model, keys in wanted.items()
            for other in model._default_manager.filter(pk__in=keys)
        }

    def get(self, model: type[models.Model], value: Any) -> Any:
        """The record of this key, if it is in sight."""
        return self._found.get((model, str(value)))


def _named_by(field: Any) -> type[models.Model] | None:
    """The kind of record a column holds the key of."""
    if isinstance(field, models.ForeignKey):
        return field.related_model
    return AdministrativeUnit if isinstance(field, UnitCodeField) else None


def _value(field: Any, value: Any, named: _Named) -> str:
    """A value of an image in words."""
    if value in EMPTY:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if getattr(field, "choices", None):
        return str(dict(field.flatchoices).get(value, value))
    model = _named_by(field)
    other = named.get(model, value) if model is not None else None
    if isinstance(field, models.ForeignKey):
        names = languages.texts(getattr(other, "name_km", ""), getattr(other, "name_latin", ""))
        return languages.one(names) or str(getattr(other, "name", "") or other or value)
    if isinstance(field, UnitCodeField):
        return f"{other.full_name} ({value})" if other else str(value)
    if getattr(field, "name", "") in ("phone", "contact_phone"):
        return local_phone(str(value))
    if isinstance(field, models.DateTimeField):
        at = parse_datetime(str(value))
        return format.moment(at) if at else str(value)
    if isinstance(field, models.DateField):
        return format.day(date.fromisoformat(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_personal(record: models.Model) -> bool:
    return isinstance(type(record)._default_manager.all(), PersonalQuerySet)


@signed_in
@require_safe
def record_history(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The history of one record; a kind without one, and a record out of scope, are not found."""
    source = sources().get(kind)
    if source is None:
        raise Http404
    demand(current(), source.right)
    officer = officer_of(request)
    found = find(source, key, officer)
    if found is None:
        raise Http404
    panel = panel_of(found, source)
    if panel.personal:
        for one in (found, *panel.left):
            write_line(READ, by=officer, subject=one)
    name, url = source.name(found), source.url(found)
    context = {
        "name": name,
        "kind": _word(found),
        "panel": panel,
        "url": url,
        "crumbs": [Crumb(name, url), Crumb(_("History"))] if url else [Crumb(name), Crumb(_("History"))],
    }
    return render(request, "desk/record_history.html", context)


def find(source: HistorySource, key: str, officer: Any) -> models.Model | None:
    """The record of this key; None for a key that is none."""
    try:
        return source.find(key, officer)
    except (ValueError, ValidationError):  # no key of this kind of record
        return None
