"""Setting up a district from a spreadsheet: the empty workbook, the preview of a filled one, and its saving."""

import unicodedata
from urllib.parse import urlencode
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onestop.areas.guards import demand, needs
from onestop.areas.scope import current
from onestop.staff import signing_in
from onestop.staff.accounts_own_views import proved_first
from onestop.staff.models import Officer, StaffingSheet
from onestop.staff.offices_forms import WorkbookForm
from onestop.staff.offices_views import crumbs
from onestop.staff.queries import officer_of
from onestop.staff.staffing import saving
from onestop.staff.staffing.planning import CHANGED, NEW, SAME, WRONG, Plan, Planned, inside_both
from onestop.staff.staffing.reading import WorkbookRefused
from onestop.staff.staffing.sheets import SHEETS, template
from onestop.ui.components import Crumb
from onestop.ui.workbook import EXCEL

WORDS = {
    NEW: gettext_lazy("new"),
    CHANGED: gettext_lazy("changed"),
    SAME: gettext_lazy("stays"),
    WRONG: gettext_lazy("to be mended"),
}


def trail(*more: Crumb) -> list[Crumb]:
    """The trail of a page below this one."""
    return crumbs(Crumb(_("Set up from a spreadsheet"), reverse("staff:staffing") if more else ""), *more)


def _may_set_up() -> None:
    """Both rights are needed: the file makes offices and accounts."""
    demand(current(), "office.write")


@needs("account.write")
@require_http_methods(["GET", "HEAD", "POST"])
def staffing(request: HttpRequest) -> HttpResponse:
    """The page on which a filled workbook is brought."""
    _may_set_up()
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = saving.bring(file_name=_harmless(file.name), content=file.read(), by=officer_of(request))
            return HttpResponseRedirect(reverse("staff:staffing-sheet", args=[kept.pk]))
        except WorkbookRefused as refused:
            form.add_error("file", str(refused))
    waiting, is_news = _waiting(officer_of(request))
    done = StaffingSheet.objects.filter(brought_by=officer_of(request), confirmed_at__isnull=False)[:5]
    context = {"form": form, "waiting": waiting, "is_news": is_news, "done": done, "crumbs": trail()}
    return render(request, "staff/staffing.html", context, status=422 if form.is_bound else 200)


def _waiting(officer: Officer) -> tuple[StaffingSheet | None, bool]:
    """The workbook that was brought and not saved, and whether there is anything to do with it: one that was saved
    before and is brought again waits for nobody."""
    sheet = StaffingSheet.objects.filter(brought_by=officer, confirmed_at=None).exclude(content=b"").first()
    if sheet is None:
        return None, False
    plan = saving.plan_of(sheet, by=officer)
    return sheet, plan.has_news or not plan.is_sound


def _harmless(name: str) -> str:
    """A file's name without anything but letters with their signs (Khmer vowels are signs), digits, dots, hyphens and
    spaces."""
    kept = (sign if unicodedata.category(sign)[0] in "LMN" or sign in " .()-_" else "_" for sign in name)
    return "".join(kept)[-120:]


@needs("account.write")
@require_safe
def staffing_template(request: HttpRequest) -> HttpResponse | FileResponse:
    """The empty workbook, with the lists of one's area."""
    _may_set_up()
    ranges = inside_both(current().where("office.write"), current().where("account.write"))
    response = HttpResponse(template(ranges), content_type=EXCEL)
    response["Content-Disposition"] = 'attachment; filename="staffing.xlsx"'
    return response


def _address(pk: UUID) -> str:
    return reverse("staff:staffing-sheet", args=[pk])


def _mine(request: HttpRequest, pk: UUID) -> StaffingSheet:
    return get_object_or_404(StaffingSheet, pk=pk, brought_by=officer_of(request))


@needs("account.write")
@require_safe
def staffing_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the workbook would make and change, and what is wrong in it; or what was done with it."""
    _may_set_up()
    sheet = _mine(request, pk)
    if sheet.confirmed_at is not None or not sheet.content:
        return _result(request, sheet, [])
    return _preview(request, sheet, saving.plan_of(sheet, by=officer_of(request)))


def _preview(request: HttpRequest, sheet: StaffingSheet, plan: Plan, status: int = 200) -> HttpResponse:
    parts = [
        {
            "title": SHEETS[key].title,
            "rows": [(one, str(WORDS[one.outcome]), _summary(one)) for one in plan.of(key)],
            "counts": [(str(WORDS[what]), many) for what in WORDS if (many := plan.count(what, key))],
        }
        for key in SHEETS
    ]
    problems = [
        (
            SHEETS[one.row.sheet].title,
            one.row.number,
            _head(one, problem.column),
            one.row.text(problem.column),
            problem.text,
        )
        for one in plan.rows
        for problem in one.problems
    ]
    context = {
        "sheet": sheet,
        "plan": plan,
        "parts": [part for part in parts if part["rows"]],
        "problems": problems,
        "counts": {what: plan.count(what) for what in (NEW, CHANGED, SAME, WRONG)},
        "proved": signing_in.proved(request),
        "prove_url": f"{reverse('staff:prove')}?{urlencode({'next': _address(sheet.pk)})}",
        "crumbs": trail(Crumb(_("Look it over"))),
    }
    return render(request, "staff/staffing_preview.html", context, status=status)


def _head(one: Planned, key: str) -> object:
    """The head of a column; '' for what concerns the whole row."""
    return SHEETS[one.row.sheet].column(key).head if key else ""


def _summary(one: Planned) -> str:
    """What the row says, as it was written."""
    keys = [column.key for column in SHEETS[one.row.sheet].columns]
    return " · ".join(text for key in keys if (text := one.row.text(key)))


@needs("account.write")
@require_POST
@proved_first
def save_staffing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Do it, once. First passwords are shown on this answer alone."""
    _may_set_up()
    sheet = _mine(request, pk)
    address = _address(pk)
    try:
        saved = saving.save(sheet, by=officer_of(request))
    except saving.NotSound as refused:
        return _preview(request, sheet, refused.plan, status=422)
    if saved is None:
        return HttpResponseRedirect(address)
    sheet.refresh_from_db()
    response = _result(request, sheet, saved.passwords)
    response.result_url = address  # type: ignore[attr-defined]
    return response


def _result(request: HttpRequest, sheet: StaffingSheet, passwords: list[tuple[Officer, str]]) -> HttpResponse:
    # the database keeps no order of keys; a sheet of which nothing was read is not told
    counted = {
        key: [(str(WORDS[what]), many) for what in WORDS if (many := counts.get(what))]
        for key in SHEETS
        if (counts := sheet.outcome.get(key))
    }
    outcome = [(SHEETS[key].title, counts) for key, counts in counted.items() if counts]
    context = {
        "sheet": sheet,
        "outcome": outcome,
        "passwords": [(officer, password) for officer, password in passwords if password],
        "made": len(passwords),
        "crumbs": trail(Crumb(_("What was done"))),
    }
    return render(request, "staff/staffing_done.html", context)


@needs("account.write")
@require_POST
def give_up_staffing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget the workbook."""
    _may_set_up()
    saving.give_up(_mine(request, pk), by=officer_of(request))
    return HttpResponseRedirect(reverse("staff:staffing"))
