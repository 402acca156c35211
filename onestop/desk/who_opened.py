"""Who opened my folder: every reading, printing and taking out of a household's data, for the person it concerns.

The page is for the clerk, with names; the paper is for the person, with each officer's number (decisions/017). Someone
whose role stands in a compartment the clerk is not in is told as an officer of the district without office, role or
number: that a protected service looked at a folder must not come out of a paper lying on a kitchen table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.guards import needs
from onestop.areas.masks import shown
from onestop.areas.phones import local_phone
from onestop.areas.scope import BROKEN, Scope, current
from onestop.desk.queries import Opened, is_closed
from onestop.desk.views import called, crumbs, page_of
from onestop.desk.words import in_each_language
from onestop.journal.actions import record
from onestop.journal.models import JournalEntry
from onestop.journal.queries import officer_number
from onestop.journal.verbs import DISCLOSING, PRINTED
from onestop.letters.actions import print_paper
from onestop.registry.models import DisclosedRecord, Disclosure, Household
from onestop.registry.notices import purposes
from onestop.staff.models import Office
from onestop.staff.queries import officer_of
from onestop.ui import format, languages
from onestop.ui.components import Crumb
from onestop.ui.workbook import DEMO

TITLE = gettext_lazy("Who opened this folder")


@dataclass
class Reading:
    """What one officer did with the folder on one day: how often, from which office, in which role, for what."""

    on: date
    office: str
    role: str
    name: str
    number: str
    purpose: str
    times: int = 1


def readings(page: Opened, scope: Scope) -> list[Reading]:
    """Every reading of the folder and of its members, the newest day first, one line an officer, day and purpose.

    Of who has left, what was read while the person lived there: a husband must not read on paper at which office his
    wife is now.
    """
    entries = [
        entry
        for entry in page.journal.filter(verb__in=DISCLOSING)
        if _lived_there(page, entry.subject_id, clock.local(entry.at).date())
    ]
    offices = {office.code: office.name for office in Office.objects.filter(code__in={one.office for one in entries})}
    found: dict[tuple[Any, ...], Reading] = {}
    for entry in entries:
        one = _reading(entry, offices, scope)
        key = (one.on, one.office, one.role, one.number, one.name, one.purpose)
        if key in found:
            found[key].times += 1
        else:
            found[key] = one
    return sorted([*found.values(), *_handed_out(page)], key=lambda one: one.on, reverse=True)


def _handed_out(page: Opened) -> Iterator[Reading]:
    """The lists on which the household or a member left the office, each with its purpose and for whom it was.

    A list of a wider area than the clerk's is told too, without what only that area's officers see of it.
    """
    rows = DisclosedRecord.objects.visible_to(page.officer).order_by("-id")
    rows = rows.filter(Q(person__in=list(page.persons)) | Q(household=page.household))
    lists = Disclosure.objects.visible_to(page.officer).select_related("officer__office")
    made_of = lists.in_bulk({row.disclosure_id for row in rows})
    known, role = purposes(), _("on a list that was handed out")
    for row in rows:
        if not _lived_there(page, str(row.person_id), _day_of(row.pk)):
            continue
        made = made_of.get(row.disclosure_id)
        if made is None:
            wider = _("a list of a wider area; the office above can tell for what")
            yield Reading(_day_of(row.pk), "–", role, "–", "–", wider)
            continue
        label = languages.one(known[made.purpose].label) if made.purpose in known else made.purpose
        yield Reading(
            clock.local(made.at).date(),
            made.officer.office.name if made.officer.office else "–",
            role,
            made.officer.name,
            officer_number(made.officer_id),
            f"{label} → {made.recipient}",
        )


def _lived_there(page: Opened, subject: str, on: date) -> bool:
    """False for what was done with a person after leaving the household."""
    person = page.persons.get(subject)
    return person is None or on <= page.last_day(person)


def _day_of(key: UUID) -> date:
    """The day on which a row was written: a key begins with its milliseconds."""
    return clock.local(datetime.fromtimestamp((key.int >> 80) / 1000, UTC)).date()


def _reading(entry: JournalEntry, offices: dict[str, str], scope: Scope) -> Reading:
    day, purpose = clock.local(entry.at).date(), _purpose(entry)
    roles = entry.roles.split()
    if is_closed(roles, scope):
        return Reading(day, _("an office of the district"), _("officer"), "–", "–", purpose)
    if entry.officer.is_system:
        return Reading(day, "–", _("the office's computer"), entry.officer.name, "–", purpose)
    known = pack().roles
    words = ", ".join(in_words(known[code].label) for code in roles if code in known)
    return Reading(
        day,
        offices.get(entry.office, entry.office) or "–",
        words or "–",
        entry.officer.name,
        officer_number(entry.officer_id),
        purpose,
    )


def _purpose(entry: JournalEntry) -> str:
    """For what: as the verb says, with the reason the officer gave where one was asked for."""
    words = str(DISCLOSING[entry.verb])
    if BROKEN in entry.roles.split():
        words = _("opened in an emergency, from outside the area")
    return f"{words}: {entry.note}" if entry.note else words


@needs("registry.read")
@require_safe
def who_opened(request: HttpRequest, household: UUID) -> HttpResponse:
    """The clerk's page: who opened this folder, with names, and the paper to hand over."""
    page = page_of(request, household)
    url = reverse("desk:folder", args=[household])
    context = {
        "page": page,
        "name": called(page),
        "crumbs": crumbs(page, Crumb(called(page), url), Crumb(in_each_language(TITLE))),
        "readings": readings(page, current()),
    }
    return render(request, "desk/who_opened.html", context)


@needs("registry.read")
@require_POST
def paper(request: HttpRequest, household: UUID) -> HttpResponse:
    """The paper for the person it concerns: a printout with its number, itself a line of the journal."""
    page = page_of(request, household, read=False)
    officer = officer_of(request)
    found = readings(page, current())
    # in every language: whoever reads the line later, or gets the next paper, may read another one than this officer
    record(PRINTED, by=officer, subject=page.household, note=" · ".join(in_each_language(TITLE).values()))
    printout, pdf = print_paper(
        "list",
        values(page, found, officer.office),
        subject_kind=Household._meta.label_lower,
        subject_id=str(page.household.pk),
        unit_code=page.household.unit_code,
        by=officer,
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="who-opened-{printout.reference}.pdf"'
    response.result_url = reverse("desk:who-opened", args=[household])  # type: ignore[attr-defined]  # a second click
    return response


def whom_to_ask(office: Office | None) -> str:
    """Where the family asks: the office that gave the paper, who answers for it, its telephone."""
    if office is None:
        return _("the office that gave you this paper")
    phone = local_phone(str(shown(office, "phone")))
    return ", ".join(part for part in (office.name, office.holder, phone) if part)


def values(page: Opened, found: list[Reading], office: Office | None) -> dict[str, object]:
    """What stands on the paper; at its end whose it is, where to keep it, and whom to ask."""
    explained = _(
        "This is who opened, printed or took out what is written in your folder, by day. Every officer has a number. "
        "If something looks wrong, show this paper to the accountable person of the office: he or she must find out "
        "who it was and why, and tell you. It costs nothing."
    )
    return {
        "title": str(TITLE),
        "subtitle": f"{languages.one(called(page))} · {page.household.folder_number} · {format.day(clock.today())}",
        "note": f"{DEMO if settings.DEMO else ''} {explained}".strip(),
        "columns": [
            {"head": _("Day")},
            {"head": _("Office"), "width": "fill"},
            {"head": _("Role"), "width": "fill"},
            {"head": _("Officer")},
            {"head": _("For what"), "width": "fill"},
            {"head": _("Times"), "number": True},
        ],
        "rows": [[format.day(one.on), one.office, one.role, one.number, one.purpose, str(one.times)] for one in found],
        "empty": _("Nobody has opened this folder."),
        "closing": _(
            "This paper is yours. It tells what was read about you. Keep it where you keep your own papers. "
            "Questions? Ask here: %(whom)s."
        )
        % {"whom": whom_to_ask(office)},
        "is_handed_over": True,
    }
