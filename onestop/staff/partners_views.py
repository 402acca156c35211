"""The register of partners and providers, each with a contact (ORG-50)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onestop.areas.guards import demand, needs
from onestop.areas.scope import current
from onestop.staff import organising
from onestop.staff.bodies import word_of
from onestop.staff.models import Partner
from onestop.staff.offices_forms import PartnerForm, VoidForm
from onestop.staff.offices_queries import partners_seen
from onestop.staff.offices_saving import saved, take_out
from onestop.staff.offices_views import crumbs
from onestop.staff.queries import officer_of
from onestop.staff.units import unit_names
from onestop.ui.components import Crumb


def trail(*more: Crumb) -> list[Crumb]:
    """The trail of a page below the partners."""
    return crumbs(Crumb(_("Partners"), reverse("staff:partners") if more else ""), *more)


@needs("office.read")
@require_safe
def partner_list(request: HttpRequest) -> HttpResponse:
    """The partners: those of one's area, and those of the levels above, whose contact everybody needs."""
    partners = list(partners_seen(officer_of(request)))
    names = unit_names({one.unit_code for one in partners})
    context = {
        "rows": [
            (
                one,
                word_of("partner_kinds", one.kind),
                names[one.unit_code],
                current().may("office.write", one.unit_code),
            )
            for one in partners
        ],
        "may_write": bool(current().where("office.write")),
        "crumbs": trail(),
    }
    return render(request, "staff/partners.html", context)


@needs("office.write")
@require_http_methods(["GET", "HEAD", "POST"])
def partner(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """A new partner, or one changed."""
    about: Partner | None = None
    if pk is not None:
        about = get_object_or_404(partners_seen(officer_of(request)), pk=pk)
        demand(current(), "office.write", about.unit_code)
    form = PartnerForm(request.POST or None, partner=about)
    meanwhile = None
    if request.method == "POST":
        outcome = saved(form, lambda: _save(about, form, request))
        if outcome is True:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("staff:partners"))
        meanwhile = outcome or None
    return _partner_page(request, about, form, meanwhile=meanwhile)


def _partner_page(request: HttpRequest, about: Partner | None, form: PartnerForm, **more: object) -> HttpResponse:
    """The form of a partner; of one that is there, with the way to take it out."""
    voiding = VoidForm(initial={"version": about.version}, auto_id="voiding_%s") if about else None
    title = about.name if about else _("New partner")
    context = {"form": form, "about": about, "title": title, "voiding": voiding, "crumbs": trail(Crumb(title))} | more
    wrong = form.is_bound or "voiding" in more
    return render(request, "staff/partner_form.html", context, status=422 if wrong else 200)


def _save(about: Partner | None, form: PartnerForm, request: HttpRequest) -> object:
    if about is None:
        return organising.add_partner(by=officer_of(request), **form.fields_given())
    version = form.cleaned_data["version"] or 0
    return organising.change(Partner, about.pk, by=officer_of(request), version=version, **form.fields_given())


@needs("office.write")
@require_POST
def void_partner(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take out a partner that was entered by mistake."""
    about: Partner = get_object_or_404(partners_seen(officer_of(request)), pk=pk)
    if wrong := take_out(request, about, told=_("The partner is taken out.")):
        return _partner_page(request, about, PartnerForm(partner=about), voiding=wrong)
    return HttpResponseRedirect(reverse("staff:partners"))
