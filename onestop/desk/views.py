"""The pages of a household: the family folder, the reason of a cell, the history.

A household out of the officer's scope is answered like one that does not exist. Opening a folder or a reason is
journalled as a read.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from criteria.values import Range
from onestop.areas.clock import today
from onestop.areas.country import in_words, pack
from onestop.areas.guards import needs
from onestop.areas.scope import current
from onestop.desk.asking import Ask, all_questions_url, ask_next
from onestop.desk.coming import timeline
from onestop.desk.matrix import age_of, on_a_past_day, relation_of, sex_of, table
from onestop.desk.queries import Opened, opened
from onestop.desk.reasons import Reason
from onestop.desk.told import told_words
from onestop.desk.words import in_each_language, names_of, value_words
from onestop.journal.actions import record
from onestop.journal.verbs import READ
from onestop.registry.models import Person
from onestop.registry.queries import Given, answers_given
from onestop.staff.queries import officer_of
from onestop.ui import components as ui

LINES_AT_FIRST = 6
PANELS = tuple(import_string(path) for path in settings.FOLDER_PANELS)


def page_of(request: HttpRequest, key: UUID, *, read: bool = True) -> Opened:
    """The household on the day of `?on=`, default today; the opening is journalled. Raises Http404.

    Who lived there on a day gone by and has left since is read as well, and hears of it at home.
    """
    officer = officer_of(request)
    page = opened(key, officer=officer, scope=current(), on=day_of(request))
    if page is None:
        raise Http404
    if read:
        record(READ, by=officer, subject=page.household)
        for person in filter(page.has_left, page.members):  # on a day gone by
            record(READ, by=officer, subject=person)
    return page


def day_of(request: HttpRequest) -> date:
    """The day asked, today or gone by. Raises Http404 for what is no such day."""
    given = request.GET.get("on")
    if not given:
        return today()
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Http404 from None
    if day > today():
        raise Http404
    return day


@needs("registry.read")
@require_safe
def folder(request: HttpRequest, household: UUID) -> HttpResponse:
    """The family folder: who may have what, what to ask next, what is coming, what was done."""
    page = page_of(request, household)
    asks, more = ask_next(page, everything=request.GET.get("questions") == "all")
    everything = request.GET.get("all") == "1"
    past = on_a_past_day(page)
    url = reverse("desk:folder", args=[household])
    context = {
        "page": page,
        "name": called(page),
        "crumbs": crumbs(page, ui.Crumb(called(page))),
        "table": table(page, everything=everything),
        "everything": everything,
        "all_url": f"{url}{past}{'&' if past else '?'}all=1",
        "few_url": url + past,
        "asks": asks,
        "more_questions": more,
        "questions_url": all_questions_url(page),
        "whom_to_ask": whom_to_ask(page, asks),
        "told": told_words(request, page),
        "timeline": timeline(page),
        "members": [member_line(page, member) for member in page.members],
        "facts": data_age(page),
        "history": page.history(LINES_AT_FIRST),
        "poverty_words": poverty_words(page),
        "panels": [] if page.is_past else panels(page),
    }
    return render(request, "desk/folder.html", context)


def panels(page: Opened) -> list[dict[str, Any]]:
    """What lower rooms show in the folder: each gives its template with what that needs, or None."""
    made = (panel(page.household, page.members, page.officer) for panel in PANELS)
    return [panel for panel in made if panel is not None]


def called(page: Opened) -> dict[str, str]:
    """The title of a household: by its head."""
    return in_each_language(gettext_lazy("Household of %(name)s"), name=page.name)


def crumbs(page: Opened, *last: ui.Crumb) -> list[ui.Crumb]:
    """The way to a household: through its places."""
    way = [ui.Crumb(unit.full_name, reverse("areas:tree", args=[unit.code])) for unit in page.path[-2:]]
    return [*way, *last]


def poverty_words(page: Opened) -> str:
    """The level in words; '' where no status is in force."""
    fact = page.book.catalogue.get("household", "id_poor")
    return value_words(fact, str(page.poverty.level)) if page.poverty else ""


@dataclass(frozen=True)
class MemberLine:
    """One line of the table of members."""

    person: Person
    names: dict[str, str]
    relation: str
    sex: str
    age: str
    papers: str


def member_line(page: Opened, member: Person) -> MemberLine:
    kinds = pack().documents
    held = [in_words(kinds[one.kind].label) for one in page.papers.get(member.pk, []) if one.kind in kinds]
    return MemberLine(
        member, names_of(member), relation_of(page, member), sex_of(member), age_of(member, page.on), ", ".join(held)
    )


@dataclass(frozen=True)
class DataAge:
    """When anything was last asked, and how many of the answers that rules read have grown too old."""

    last: date | None
    stale: int


def data_age(page: Opened) -> DataAge:
    holders = [page.folder.family.answers, *(page.folder.family.member(key).answers for key in page.folder.members)]
    days = [one.observed_on for answers in holders for one in answers.values() if one.observed_on]
    stale = {
        (read.name, read.of)
        for cell in page.folder.cells
        for state in cell.assessment.criteria
        for read in state.facts
        if read.stale
    }
    return DataAge(max(days, default=None), len(stale))


def whom_to_ask(page: Opened, asks: list[Ask]) -> str:
    """The roles that may write the answers down, where this officer may not."""
    rights = {entry.what.right for entry in asks if not entry.form and not entry.url}
    if page.is_past or not rights:
        return ""
    roles = [in_words(role.label) for role in pack().roles.values() if rights <= role.rights]
    return "; ".join(roles)


# --- the reason of a cell ------------------------------------------------------------------------------------------


@needs("registry.read")
@require_safe
def reason(request: HttpRequest, household: UUID, programme: str, person: UUID | None = None) -> HttpResponse:
    """One cell opened: why yes, why no, or which answer is missing."""
    page = page_of(request, household)
    found = reason_of(page, programme, str(person) if person else None)
    title = in_each_language(gettext_lazy("Reason"))
    past = on_a_past_day(page)
    context = {
        "page": page,
        "reason": found,
        "crumbs": crumbs(
            page, ui.Crumb(called(page), reverse("desk:folder", args=[household]) + past), ui.Crumb(title)
        ),
        "subject": member_line(page, found.member) if found.member else None,
        "state": found.cell.state,
        "asks": [entry for entry in found.asks if not entry.form],
        "criteria": found.criteria(),
        "whom_to_ask": whom_to_ask(page, found.asks),
        "told": told_words(request, page),
        "programme_url": reverse("eligibility:programme", args=[programme]),
    }
    return render(request, "desk/reason.html", context)


def reason_of(page: Opened, programme: str, person: str | None) -> Reason:
    """The cell with the person in whose row it was opened. Raises Http404 where there is none of it."""
    cell = page.cell(programme, person)
    if cell is None:
        raise Http404
    return Reason(page, cell, page.persons[person] if person else None)


# --- the history ---------------------------------------------------------------------------------------------------


@needs("registry.read")
@require_safe
def history(request: HttpRequest, household: UUID) -> HttpResponse:
    """What was done, from the journal, and every answer ever given by the household or, with `?of=`, by one member."""
    page = page_of(request, household)
    chosen = page.persons.get(request.GET.get("of", ""))
    if chosen is not None and chosen not in page.members:
        record(READ, by=page.officer, subject=chosen)
    given = answers_given(chosen or page.household, officer=page.officer)
    url = reverse("desk:folder", args=[household]) + on_a_past_day(page)
    context = {
        "page": page,
        "name": called(page),
        "crumbs": crumbs(page, ui.Crumb(called(page), url), ui.Crumb(in_each_language(gettext_lazy("History")))),
        "happened": page.history(),
        "given": [(one, answer_words(page, one)) for one in given],
        "chosen": chosen,
        "members": [member_line(page, member) for member in page.members],
    }
    return render(request, "desk/history.html", context)


def answer_words(page: Opened, given: Given) -> str:
    """An answer of the history in words; a dash for one that was taken back."""
    fact = page.book.catalogue.get("person" if given.fact.of == "person" else "household", given.fact.code)
    value = given.value
    return value_words(fact, Range(*value) if isinstance(value, tuple) else value)  # type: ignore[arg-type]  # checked
