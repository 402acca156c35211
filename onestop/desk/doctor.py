"""The doctor's page: how this installation stands, each line with what to do. For those who look after the machine."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onestop.areas.clock import local, now
from onestop.areas.guards import needs
from onestop.desk.health import examined, worst
from onestop.desk.health_office import LOOKS
from onestop.ui.components import Crumb


@needs("doctor.read")
@require_safe
def doctor(request: HttpRequest) -> HttpResponse:
    """Examine now; nothing is kept and nothing about people is read."""
    findings = examined(LOOKS)
    ill = [one for one in findings if one.state != "ok"]
    context = {
        "crumbs": [Crumb(_("Health of this installation"))],
        "worst": worst(findings),
        "ill": sorted(ill, key=lambda one: one.state),  # fail before warn
        "well": [one for one in findings if one.state == "ok"],
        "at": local(now()),
    }
    return render(request, "desk/doctor.html", context)
