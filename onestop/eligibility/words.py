"""The words for what a programme file says in codes (rules.md §5)."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    "riel": pgettext_lazy("unit", "riel"),
    "kg": pgettext_lazy("unit", "kg"),
    "day": pgettext_lazy("unit", "days"),
}
