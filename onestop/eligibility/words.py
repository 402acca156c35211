"""The words for what a programme file says in codes (programmes/schema.py)."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from onestop.ui.format import count, riel

PROVIDERS: Final = {
    "government": _("government"),
    "district": _("district"),
    "ngo": _("organisation"),
    "un_agency": _("agency of the United Nations"),
    "insurer": _("insurer"),
    "employer": _("employer"),
    "school": _("school"),
    "bank": _("bank"),
}
RUN_BY: Final = {
    "district": _("the district"),
    "province": _("the province"),
    "national": _("the nation"),
    "ngo": _("an organisation"),
}
BENEFITS: Final = {
    "cash": _("cash"),
    "in_kind": _("in kind"),
    "voucher": _("voucher"),
    "service": _("service"),
    "insurance": _("insurance"),
    "training": _("training"),
    "work": _("work"),
    "loan": _("loan"),
    "information": _("information"),
}
RHYTHMS: Final = {
    "once": _("once"),
    "day": _("every day"),
    "week": _("every week"),
    "month": _("every month"),
    "quarter": _("every quarter"),
    "year": _("every year"),
    "visit": _("at every visit"),
}
# The heading of the programme's page under which a part of the file stands
HEADINGS: Final = {
    "benefits": _("What it gives"),
    "courses": _("Courses"),
    "versions": _("Who may have it"),
    "documents": _("What to bring"),
    "steps": _("How it goes"),
    "openings": _("Where"),
    "fee": _("Cost and contact"),
    "contact": _("Cost and contact"),
    "mou": _("Registering"),
    "ssdm_may_register": _("Registering"),
}
MODES: Final = {"centre": _("at a centre"), "enterprise": _("in an enterprise")}
MOMENTS: Final = {
    "applied": _("when the family applies"),
    "accepted": _("when it is accepted"),
    "enrolled": _("when it is enrolled"),
    "exited": _("when it leaves"),
}
PER: Final = {
    "person": _("for each person"),
    "household": _("for each household"),
    "application": _("for each application"),
    "visit": _("for each visit"),
}
UNITS: Final = {
    "course": pgettext_lazy("unit", "course"),
    "kg": pgettext_lazy("unit", "kg"),
    "day": pgettext_lazy("unit", "days"),
    "meal": pgettext_lazy("unit", "meal"),
}


def amount_words(benefit: Mapping[str, Any]) -> str:
    """How much of a benefit of a programme file: 10 kg; 20,000 riel; '' where the documents do not say."""
    quantity, unit = benefit.get("quantity"), benefit.get("unit") or ""
    if quantity is None:
        return ""
    if unit == "riel":
        return riel(quantity)
    return f"{count(quantity) if quantity == int(quantity) else quantity} {UNITS.get(unit, unit)}".strip()


def rhythm_words(benefit: Mapping[str, Any]) -> list[str]:
    """For whom a benefit is and how often: for each household, every month; what the file leaves open is left out."""
    said = (PER.get(benefit.get("per") or ""), RHYTHMS.get(benefit.get("every") or ""))
    return [str(words) for words in said if words]
