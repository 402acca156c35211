"""Made-up pages for the tests of the middleware: each does one thing a page may do."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import include, path

from onestop.areas.guards import needs, public, signed_in
from onestop.areas.scope import current, current_or_none
from onestop.journal.actions import record
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import READ
from onestop.staff.models import Officer


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@needs("registry.read")
def read(request: HttpRequest) -> HttpResponse:
    """Says whose scope is open and how many lines it sees."""
    return HttpResponse(f"{current().bounds()} {JournalEntry.objects.count()}")


@signed_in
def write(request: HttpRequest) -> HttpResponse:
    """Writes a line; then does what the form says."""
    record(READ, by=_officer(request), unit_code="170101", note=request.POST.get("note", ""))
    match request.POST.get("then"):
        case "fail":
            raise RuntimeError("broken")
        case "refuse":
            raise PermissionDenied("not you")
        case "miss":
            raise Http404
        case "again":
            return HttpResponse("please mend the form", status=422)
    return HttpResponseRedirect(f"/done/{JournalEntry.objects.count()}/")


@signed_in
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Would read after the scope has ended."""
    return StreamingHttpResponse(str(entry) for entry in JournalEntry.objects.all())


def unguarded(request: HttpRequest) -> HttpResponse:
    """Somebody forgot the guard."""
    return HttpResponse("open")


@public
def anybody(request: HttpRequest) -> HttpResponse:
    """Runs without a scope."""
    return HttpResponse(str(current_or_none()))


@signed_in
def form(request: HttpRequest) -> HttpResponse:
    """A page with two forms; what is sent to it is written down."""
    if request.method == "POST":
        record(READ, by=_officer(request), unit_code="170101", note=request.POST.get("note", ""))
        return HttpResponseRedirect("/anybody/")
    return HttpResponse(
        '<!doctype html><html><body><form method="post" action="/elsewhere/">'
        '<input name="note" value="otherwise"></form>'
        '<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="fresh">'
        '<input type="hidden" name="idempotency_key" value="fresh"><input type="hidden" name="version" value="8">'
        '<textarea name="note">old &amp; gone</textarea><select name="kind"><option value="a" selected>A</option>'
        '<option value="b">B</option></select><input type="checkbox" name="chosen" value="1">'
        '<input type="checkbox" name="chosen" value="2" checked><input type="checkbox" name="chosen" value="3">'
        '<input type="radio" name="said" value="yes"><input type="radio" name="said" value="no" checked>'
        "<button>Send</button></form></body></html>"
    )


@signed_in
def count(request: HttpRequest) -> HttpResponse:
    """How often the form was done."""
    return HttpResponse(str(JournalEntry.objects.filter(verb=READ).count()))


urlpatterns = [
    path("form/", form),
    path("form/count/", count),
    path("read/", read),
    path("write/", write),
    path("stream/", stream),
    path("unguarded/", unguarded),
    path("anybody/", anybody),
    path("", include("config.urls")),
]
handler403 = "onestop.ui.views.forbidden"
handler404 = "onestop.ui.views.not_found"
handler500 = "onestop.ui.views.server_error"
