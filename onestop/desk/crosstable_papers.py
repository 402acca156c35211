"""Cross-table 1 outside the screen: Excel, CSV, and the paper for village chiefs. Each is recorded as an export.

The paper for village chiefs leaves the office, so it holds names, village and folder number and no more: no reason, no
state, no fact. A programme in a compartment has none, since to be on its list would say too much.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onestop.areas import clock
from onestop.desk.crosstable_lines import Asked, Shown
from onestop.eligibility.listing import Line
from onestop.journal.actions import record
from onestop.journal.verbs import EXPORTED
from onestop.letters.actions import print_paper
from onestop.programmes.models import Programme
from onestop.registry.actions import disclose
from onestop.staff.models import Officer
from onestop.ui import format, languages
from onestop.ui.words import STATES
from onestop.ui.workbook import DEMO, Column, Export, csv_response, workbook_response

PLEASE: Final = gettext_lazy("Please ask these families to come to the commune hall. It costs nothing.")
MOST: Final = 1500  # names on one paper
MOST_IN_EXCEL: Final = 25_000  # rows that are written while somebody waits; CSV takes any number
# how many rows are read for a file: one more than it takes, to know
KINDS: Final = {"chief": MOST + 1, "xlsx": MOST_IN_EXCEL + 1, "csv": None}


def refusal(kind: str, programme: Programme, lines: Sequence[Line]) -> str:
    """Why there is no such file; '' when there is."""
    if kind == "xlsx" and len(lines) > MOST_IN_EXCEL:
        return _("More than %(most)s rows take too long as Excel. Take CSV, or choose a smaller area.") % {
            "most": format.count(MOST_IN_EXCEL)
        }
    if kind != "chief":
        return ""
    if programme.compartment:
        return _("A confidential programme has no list for village chiefs. Tell each family yourself.")
    if not lines:
        return _("Nobody stands on this list, so there is no paper. Choose other filters.")
    if len(lines) > MOST:
        return _("More than %(most)s names do not fit one paper. Choose a commune or a village.") % {
            "most": format.count(MOST)
        }
    return ""


def written(
    kind: str, officer: Officer, asked: Asked, lines: Sequence[Shown], why: Mapping[str, str]
) -> HttpResponseBase:
    """The file of this kind: chief (PDF), csv, else Excel; `why` are its purpose and recipient."""
    place = asked.place.narrowest
    note = f"{asked.version.code} {place.code}: {len(lines)} ({kind})"
    closed = asked.version.programme.compartment or ""
    record(EXPORTED, by=officer, subject_kind="crosstable", unit_code=place.code, note=note, compartment=closed)
    on_it = [(one.line.id, one.line.unit_code) for one in lines]
    disclose(
        purpose=why["purpose"],
        recipient=why["recipient"],
        form=kind,
        content=f"{asked.version.code} {place.code}",
        unit_code=place.code,
        compartment=closed,
        persons=on_it if asked.of_persons else (),
        households=() if asked.of_persons else on_it,
        by=officer,
    )
    if kind == "chief":
        return chiefs_paper(officer, asked, lines)
    made = as_export(officer, asked, lines)
    return csv_response(made) if kind == "csv" else workbook_response(made)


def as_export(officer: Officer, asked: Asked, lines: Sequence[Shown]) -> Export:
    """The list as the page shows it, a column for each of its columns, with both scripts of the name."""
    of_persons = asked.of_persons
    who = _("Name") if of_persons else _("Head of household")
    columns = [
        Column(_("%(who)s, Khmer") % {"who": who}, width=26),
        Column(_("%(who)s, Latin") % {"who": who}, width=26),
        *([Column(_("Sex"), width=8), Column(_("Age"), width=10)] if of_persons else []),
        *([] if of_persons else [Column(_("Members"), "number", 10)]),
        Column(_("Village"), width=20),
        Column(_("Commune"), width=20),
        Column(_("Village code"), "code", 12),
        Column(_("Family folder"), "code", 14),
        *([Column(_("Membership number"), "code", 16)] if of_persons else []),
        Column(_("State"), width=16),
        Column(_("To ask"), width=40),
    ]  # fmt: skip
    place = asked.place.narrowest
    return Export(
        name=f"{asked.version.code.lower()}-{place.code}",
        title=asked.version.programme.document["name"],
        columns=columns,
        rows=_rows(asked, lines),
        officer=languages.texts(officer.name_km, officer.name_latin),
        office=languages.texts(officer.office.name_km, officer.office.name_latin) if officer.office else "",
        at=clock.local(clock.now()),
        is_demo=settings.DEMO,
        filters=list(_filters(asked)),
    )


def _filters(asked: Asked) -> Iterator[tuple[str, str]]:
    """Everything by which somebody may be missing on the list."""
    form, answers = asked.form, asked.form.cleaned_data
    yield _("Area"), asked.place.narrowest.full_name
    yield _("As of"), format.day(asked.book.on)
    yield _("State"), ", ".join(str(STATES[code].short) for code in form.ticked)
    if sex := answers.get("sex"):
        yield _("Sex"), str(dict(form.fields["sex"].choices)[sex])  # type: ignore[attr-defined]  # a ChoiceField
    for name in ("age_from", "age_to"):
        if answers.get(name) is not None:
            yield str(form.fields[name].label), str(answers[name])


def _rows(asked: Asked, lines: Sequence[Shown]) -> Iterator[tuple[Any, ...]]:
    for one in lines:
        line = one.line
        yield (
            line.name_km,
            line.name_latin,
            *((line.sex or "", one.age) if asked.of_persons else (line.members,)),
            languages.one(one.village),
            languages.one(one.commune),
            line.unit_code,
            line.folder_number,
            *((line.number,) if asked.of_persons else ()),
            str(STATES[line.state].short),
            ", ".join(one.ask),
        )


def chiefs_paper(officer: Officer, asked: Asked, lines: Sequence[Shown]) -> HttpResponse:
    """The list to carry along, by village and name, with room to mark who came."""
    place = asked.place.narrowest
    ordered = sorted(lines, key=lambda one: one.line.unit_code)  # stable: within a village the order of the page
    who = _("Name") if asked.of_persons else _("Head of household")
    values: dict[str, object] = {
        "title": _("List for the village chief"),
        "subtitle": f"{asked.version.programme.name} · {place.full_name} · {format.day(asked.book.on)}",
        "note": f"{DEMO if settings.DEMO else ''} {PLEASE}".strip(),
        "columns": [
            {"head": "", "number": True},
            {"head": who, "width": "fill"},
            {"head": _("Village")},
            {"head": _("Family folder")},
            {"head": _("Came on"), "width": "fill"},
        ],
        "rows": [
            [f"{number}", full_name(one.line), languages.one(one.village), one.line.folder_number, ""]
            for number, one in enumerate(ordered, start=1)
        ],
        "empty": "",
    }
    printout, pdf = print_paper(
        "list", values, subject_kind="crosstable", subject_id=asked.version.code, unit_code=place.code, by=officer
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="list-{printout.reference}.pdf"'
    return response


def full_name(line: Line) -> str:
    """Both scripts: a chief may read either."""
    names = languages.ordered(languages.texts(line.name_km, line.name_latin))
    return " · ".join(dict.fromkeys(text for _code, text in names))
