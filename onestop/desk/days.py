"""The signed days of the journal: what another office keeps, on paper or as a file.

Not a printout of the registry: its number is the day's own, and whoever may read the journal may print it, also those
who see no persons.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onestop.areas.clock import local
from onestop.areas.guards import needs
from onestop.desk.words import in_each_language
from onestop.journal.actions import record
from onestop.journal.heads import Head, as_text, known_keys
from onestop.journal.models import DayHead
from onestop.journal.verbs import EXPORTED, PRINTED
from onestop.letters.actions import stamp
from onestop.letters.paper import SVG, pdf, qr_path
from onestop.staff.queries import officer_of
from onestop.ui import format
from onestop.ui.components import Crumb
from onestop.ui.workbook import DEMO

SHOWN = 60
TITLE = gettext_lazy("Signed days of the journal")
KIND = "journal.dayhead"


@needs("journal.read")
@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """The last signed days, and how to give them to another office."""
    rows = list(DayHead.objects.order_by("-day")[:SHOWN])
    context = {
        "crumbs": [Crumb(in_each_language(TITLE))],
        "rows": [(row, local(row.signed_at)) for row in rows],
        "key": known_keys().get(rows[0].key) if rows else None,
    }
    return render(request, "desk/days.html", context)


@needs("journal.read")
@require_POST
def paper(request: HttpRequest) -> HttpResponse:
    """The last signed day on paper, with a QR of all of it. Raises Http404 before any day is signed."""
    row = DayHead.objects.last()
    if row is None:
        raise Http404
    officer = officer_of(request)
    head = Head.of(row)
    reference = f"HEAD-{head.day}"
    record(PRINTED, by=officer, subject_kind=KIND, subject_id=str(head.day), note=reference)
    language = get_language() or "km"
    made = pdf("head", _values(head), reference=reference, copy=1, language=language, stamp=stamp(officer))
    return _download(made, "application/pdf", f"{reference.lower()}.pdf")


@needs("journal.read")
@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """All signed days as the file that `verify-audit --heads` reads."""
    officer = officer_of(request)
    record(EXPORTED, by=officer, subject_kind=KIND, note="journal-heads.txt")
    return _download(as_text().encode("ascii"), "text/plain; charset=us-ascii", "journal-heads.txt")


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.result_url = reverse("desk:days")  # type: ignore[attr-defined]  # where a second click leads
    return response


def _values(head: Head) -> dict[str, object]:
    """What stands on the paper; long numbers in groups of eight, to be compared by eye."""
    key = known_keys().get(head.key)
    explained = _(
        "This paper proves what stood in the office's journal when the day ended. Give it to an office that does not "
        "keep the server: the district council, or the Statistics and Registry Office of the province. There it is "
        "kept for ten years. Who doubts the journal scans the square, or types the numbers, and compares."
    )
    return {
        "title": str(TITLE),
        "subtitle": format.day(head.day),
        "note": f"{DEMO if settings.DEMO else ''} {explained}".strip(),
        "qr": SVG.format(**qr_path(head.text)),
        "facts": [
            [_("Day"), str(head.day)],
            [_("Last link"), str(head.last_seq)],
            [_("Lines of the day"), str(head.count)],
            [_("Digest"), _grouped(head.digest)],
            [_("Public key"), _grouped(key.text if key else head.key)],
            [_("Signature"), _grouped(head.signature)],
        ],
        "received": [_("Received by"), _("Office"), _("Day and signature")],
    }


def _grouped(number: str) -> str:
    return " ".join(number[start : start + 8] for start in range(0, len(number), 8))
