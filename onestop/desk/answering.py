"""One question on a page of its own, and the saving of its answer: the only place where a folder is written to."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from criteria.explain import Missing
from onestop.areas.clock import local, now
from onestop.areas.dates import PartialDate
from onestop.areas.guards import demand, needs
from onestop.areas.keys import uuid7
from onestop.desk.actions import AnsweredMeanwhile, Told, answer_in_place, not_known
from onestop.desk.asking import Ask, Asked, ask, asked, form_in_place, may_write
from onestop.desk.forms import Birth, OneAnswer, PovertyCard, SexOfPerson, form_of
from onestop.desk.queries import Opened
from onestop.desk.told import back_to, remember
from onestop.desk.views import called, crumbs, page_of, whom_to_ask
from onestop.desk.words import in_each_language
from onestop.eligibility.explain import Question
from onestop.journal.actions import record
from onestop.journal.verbs import READ
from onestop.registry.forms import shown
from onestop.registry.values import value_of
from onestop.registry.writing import StaleSave
from onestop.ui import components as ui

AnswerForm = OneAnswer | Birth | SexOfPerson | PovertyCard


@needs("registry.read")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, household: UUID, of: str, name: str) -> HttpResponse:
    """A question with what each answer changes; a POST saves the answer and leads back to where it was asked."""
    page = page_of(request, household, read=request.method != "POST")
    what = asked(page, of, name)
    if what is None or page.is_past:
        raise Http404
    if request.method != "POST":
        return _question(request, page, what, None if what.way == "elsewhere" else _form(what))
    demand(page.scope, what.right, page.household.unit_code)
    if what.way == "elsewhere":
        raise Http404
    return _save(request, page, what)


def _save(request: HttpRequest, page: Opened, what: Asked) -> HttpResponse:
    """The answer through the registry's action; what is wrong comes back with the question, nothing is lost."""
    given = request.POST
    back = given.get("back", "")
    if given.get("not_known") or given.get("answer") == ui.NOT_KNOWN:
        not_known(page, what)
        told = Told(str(uuid7()), what.of, what.name, ())
        remember(request, told, known=False)
        return back_to(page, back, told.key)
    form = _form(what, given)
    if not form.is_valid():
        return _question(request, page, what, form, status=422)
    try:
        version = form.cleaned_data.get("version") or 0
        told = answer_in_place(page, what, form.answer(), asked_at=_asked_at(given.get("asked_at")), version=version)
    except AnsweredMeanwhile as newer:
        return _question(request, page, what, form, status=409, newer=_newer(what, newer))
    except StaleSave as stale:
        return _question(request, page, what, form, status=409, newer={"who": stale.who, "at": stale.at, "value": ""})
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return _question(request, page, what, form, status=422)
    remember(request, told, known=True)
    return back_to(page, back, told.key)


def _form(what: Asked, data: Any = None) -> AnswerForm:
    """The form that answers the question, with what is known of a person."""
    person = what.person
    if person is None:
        return form_of(what, data)
    birth = PartialDate(person.birth_date, person.birth_precision) if person.birth_date else None  # type: ignore[arg-type]
    return form_of(what, data, answer_date=birth, answer_sex=person.sex, version=person.version)


def _asked_at(text: str | None) -> datetime:
    """When the question was shown; what is no instant counts as long ago, so that a newer answer is never lost."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _newer(what: Asked, newer: AnsweredMeanwhile) -> dict[str, Any]:
    """What stands now, who wrote it and when."""
    value = newer.value
    if what.stored is not None and what.way == "answer" and value is not None:
        value = value_of(what.stored, value)
    said = shown(what.stored, value) if what.stored is not None else ""
    return {"who": newer.who, "at": local(newer.at), "value": said}


def _question(
    request: HttpRequest,
    page: Opened,
    what: Asked,
    form: AnswerForm | None,
    *,
    status: int = 200,
    newer: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page of one question."""
    if request.method == "POST":  # the page comes back, and is read
        record(READ, by=page.officer, subject=page.household)
    back = request.POST.get("back") or request.GET.get("back") or "folder"
    known = {(one.name, one.of): one for one in page.folder.questions()}
    one = known.get((what.name, what.of))
    writes = may_write(page, what)
    in_place = None
    if writes and what.fits_in_place:
        error = (
            " ".join(str(text) for text in form.errors.get("answer", [])) if form is not None and form.is_bound else ""
        )
        in_place = form_in_place(page, what, one, id="q", back=back, error=error, value=request.POST.get("answer", ""))
    context = {
        "page": page,
        "what": what,
        "entry": _entry(page, what, one, back),
        "form": form if writes and in_place is None else None,
        "question": in_place,
        "newer": newer,
        "back": back,
        "asked_at": now().isoformat(),
        "whom_to_ask": whom_to_ask(page, [_entry(page, what, one, back)]) if not writes else "",
        "crumbs": crumbs(
            page,
            ui.Crumb(called(page), reverse("desk:folder", args=[page.household.pk])),
            ui.Crumb(in_each_language(gettext_lazy("Question"))),
        ),
    }
    return render(request, "desk/question.html", context, status=status)


def _entry(page: Opened, what: Asked, one: Question | None, back: str) -> Ask:
    """The question with what it settles; of a fact that is known already there is nothing to settle."""
    if one is not None:
        return ask(page, what, one, id="q", back=back)
    fact = page.book.catalogue.get("person" if what.person else "household", what.name)
    entry = ask(
        page, what, Question(what.name, what.of, Missing(what.name, what.of, False, fact), ()), id="q", back=back
    )
    return replace(entry, settles="")
