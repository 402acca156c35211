"""Pages that leak, each in one way of the comparable systems (lessons 17–22), to hold that the walk catches each.

The walls of the database stop a forgotten filter, so most of these look over them as no page of ours may.
"""

import csv
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.urls import include, path
from django.utils.html import format_html, format_html_join

from onestop.areas.guards import signed_in
from onestop.areas.models import AdministrativeUnit
from onestop.areas.phones import local_phone
from onestop.journal.actions import record
from onestop.journal.verbs import READ
from onestop.registry.models import Household, HouseholdMembership, Person
from onestop.staff.models import Officer
from onestop.staff.scope import figures_scope, system_scope
from onestop.ui.workbook import Column, Export, workbook_response
from tests.rights.asks import Ask, get, post

OF_HOUSEHOLD = {"household": "{household}"}


@contextmanager
def over_the_walls() -> Iterator[None]:
    with system_scope("system.loader"):
        yield


def head_of(household: UUID) -> Person:
    with over_the_walls():
        return Person.objects.get(memberships__household=household, memberships__relation="head")


@signed_in
def plain_get(request: HttpRequest, household: UUID) -> HttpResponse:
    """Fetched without the scope; the wall holds, and the page breaks."""
    return HttpResponse(Household.objects.get(pk=household).folder_number)


@signed_in
def over_the_wall(request: HttpRequest, household: UUID) -> HttpResponse:
    return HttpResponse(f"<p>{head_of(household).family_name_km}</p>")


@signed_in
def as_csv(request: HttpRequest) -> HttpResponse:
    text = io.StringIO()
    with over_the_walls():
        csv.writer(text).writerows(Person.objects.values_list("number", "phone"))
    return HttpResponse(text.getvalue(), content_type="text/csv")


@signed_in
def as_workbook(request: HttpRequest) -> HttpResponse:
    with over_the_walls():
        rows = [(text,) for (text,) in Household.objects.values_list("address")]
    from onestop.areas import clock  # noqa: PLC0415

    made = Export("all", "All", [Column("Address")], rows, "Walker", "Office", clock.local(clock.now()))
    return workbook_response(made)  # type: ignore[return-value]


@signed_in
def officers(request: HttpRequest) -> HttpResponse:
    """Officers stand behind no wall."""
    options = format_html_join("", "<option value={}>{}</option>", Officer.objects.values_list("pk", "name_latin"))
    return HttpResponse(format_html("<select name=officer>{}</select>", options))


@signed_in
def places(request: HttpRequest) -> HttpResponse:
    codes = AdministrativeUnit.objects.filter(level=3, code__startswith="17").values_list("code")
    return HttpResponse(format_html_join("", "<option value={}>x</option>", codes))


@signed_in
def count(request: HttpRequest) -> HttpResponse:
    with over_the_walls():
        return HttpResponse(f"<p>{Person.objects.count() + 1000} persons</p>")


@signed_in
def count_of_namesakes(request: HttpRequest) -> HttpResponse:
    with over_the_walls():
        found = Person.objects.filter(family_name_latin=request.POST.get("q", "")).count()
    return HttpResponse(str(found))


@signed_in
def error(request: HttpRequest, household: UUID) -> HttpResponse:
    raise PermissionDenied(f"The folder of {head_of(household).family_name_latin} is not yours.")


@signed_in
def leads_on(request: HttpRequest, household: UUID) -> HttpResponse:
    return HttpResponseRedirect(f"/people/?name={head_of(household).given_name_latin}")


@signed_in
def writes_a_log(request: HttpRequest, household: UUID) -> HttpResponse:
    logging.getLogger("onestop").info("opened the folder of %s", head_of(household).family_name_latin)
    return HttpResponse("well")


@signed_in
def refuses_too_late(request: HttpRequest, household: UUID) -> HttpResponse:
    assert isinstance(request.user, Officer)
    record(READ, by=request.user, unit_code="170101", note="looked")
    return HttpResponseForbidden("not yours")


@signed_in
def writes_on_reading(request: HttpRequest) -> HttpResponse:
    with over_the_walls():
        HouseholdMembership.objects.update(relation="child")
    return HttpResponse("well")


@signed_in
def writes_outside(request: HttpRequest, household: UUID) -> HttpResponse:
    with over_the_walls():
        Household.objects.filter(pk=household).update(phone="")
    return HttpResponseRedirect("/")


@signed_in
def compartment(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<li>Answered: Working child</li>")


@signed_in
def unmasked(request: HttpRequest, household: UUID) -> HttpResponse:
    """Read straight from the column, past the one way a masked value is shown."""
    with over_the_walls():
        return HttpResponse(f"<p>{local_phone(Household.objects.get(pk=household).phone)}</p>")


@signed_in
def named_in_figures(request: HttpRequest) -> HttpResponse:
    """Names read where everybody is counted: the area holds, whom the officer reaches is forgotten."""
    with figures_scope():
        return HttpResponse(" ".join(Person.objects.values_list("family_name_km", flat=True)))


@signed_in
def folders_of_the_area(request: HttpRequest) -> HttpResponse:
    """Folders past the walls: the officer's area is asked, whom the officer reaches is not."""
    with over_the_walls():
        homes = Household.objects.filter(unit_code__startswith="1701").order_by("unit_code")
        return HttpResponse(" ".join(homes.values_list("folder_number", flat=True)))


@signed_in
def small(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<td>3</td>")


app_name = "leaky"
LEAKS = [
    path("plain-get/<uuid:household>/", plain_get, name="plain-get"),
    path("over-the-wall/<uuid:household>/", over_the_wall, name="over-the-wall"),
    path("csv/", as_csv, name="csv"),
    path("workbook/", as_workbook, name="workbook"),
    path("officers/", officers, name="officers"),
    path("places/", places, name="places"),
    path("count/", count, name="count"),
    path("namesakes/", count_of_namesakes, name="namesakes"),
    path("error/<uuid:household>/", error, name="error"),
    path("leads-on/<uuid:household>/", leads_on, name="leads-on"),
    path("log/<uuid:household>/", writes_a_log, name="log"),
    path("refuses/<uuid:household>/", refuses_too_late, name="refuses"),
    path("reads/", writes_on_reading, name="reads"),
    path("writes/<uuid:household>/", writes_outside, name="writes"),
    path("compartment/", compartment, name="compartment"),
    path("unmasked/<uuid:household>/", unmasked, name="unmasked"),
    path("figures/", named_in_figures, name="figures"),
    path("folders/", folders_of_the_area, name="folders"),
    path("small/", small, name="small"),
]
urlpatterns = [path("leaky/", include((LEAKS, "leaky"))), path("", include("config.urls"))]
handler403 = "onestop.ui.views.forbidden"
handler404 = "onestop.ui.views.not_found"
handler500 = "onestop.ui.views.server_error"

# page: who walks it, what is asked, and how the leak is told
CAUGHT: dict[str, tuple[str, Ask, str]] = {
    "plain-get": ("commune_assistant", get("opens", OF_HOUSEHOLD), "broke (500)"),
    "over-the-wall": ("commune_assistant", get("opens", OF_HOUSEHOLD), "shows names of next commune"),
    "csv": ("district_assistant", get("opens"), "shows numbers of next district"),
    "workbook": ("district_assistant", get("opens"), "shows address of next province"),
    "officers": ("commune_assistant", get("opens"), "shows officer of next commune"),
    "places": ("commune_assistant", get("opens"), "offers the place 170102 outside the area"),
    "count": ("commune_assistant", get("opens"), "differs when more people live outside"),
    "namesakes": ("commune_assistant", post("looks", q="{family_latin}"), "differs when more people live outside"),
    "error": ("commune_assistant", get("opens", OF_HOUSEHOLD), "shows names of next commune"),
    "leads-on": ("district_assistant", get("opens", OF_HOUSEHOLD), "shows names of next district"),
    "log": ("commune_assistant", get("opens", OF_HOUSEHOLD), "the log: has names of"),
    "refuses": ("commune_assistant", post("sends", OF_HOUSEHOLD), "was refused (403) and wrote journal_journalentry"),
    "reads": ("commune_assistant", get("opens"), "registry_householdmembership"),
    "writes": ("commune_assistant", post("sends", OF_HOUSEHOLD), "is about somebody outside and wrote"),
    "compartment": ("district_assistant", get("opens"), "shows compartment child_protection"),
    "unmasked": ("planning_officer", get("opens", OF_HOUSEHOLD), "shows masked phone of home"),
    "figures": ("technical_health", get("opens"), "shows names of next village"),
    "folders": ("technical_education", get("opens"), "shows folder of home"),
    "small": ("provincial_statistics", get("opens"), "small numbers 3 to one who sees figures only"),
}
