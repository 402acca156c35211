"""Help: whom to ask, and a request that goes to the IT officer of the district (ORG-53).

Nothing about people travels with a request: the page by its name alone (never its address, whose keys would tell who
was looked at), and the officer's own words, with a warning not to write names.
"""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models.functions import Length
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.scope import Scope, current
from onestop.staff.choices import HelpState
from onestop.staff.models import HelpRequest, Officer, RoleAssignment
from onestop.staff.workflow import Transition, Workflow

__all__ = ["HELP", "Helper", "HelpLine", "ask", "helper_of", "line"]

_OPEN: Final = frozenset({str(HelpState.ASKED), str(HelpState.REOPENED)})
_ANSWERED: Final = frozenset({str(HelpState.ANSWERED)})

HELP: Final[Workflow[HelpRequest]] = Workflow(
    HelpRequest,
    field="state",
    transitions=[
        Transition(
            "ask",
            frozenset(),
            HelpState.ASKED,
            right="",
            sentence=_("{officer} asked for help with a page."),
            needs=frozenset({"words"}),
            due="help_answer",
            label=_("Ask for help"),
        ),
        Transition(
            "answer",
            _OPEN,
            HelpState.ANSWERED,
            right="help.answer",
            sentence=_("{officer} answered a request for help."),
            not_by=frozenset({"asked_by"}),
            needs=frozenset({"answer"}),
            sets={
                "answered_by": lambda request, officer: officer,
                "answered_at": lambda request, officer: clock.now(),
            },
            due="help_read",
            label=_("Send the answer"),
        ),
        Transition(
            "close",
            _ANSWERED,
            HelpState.CLOSED,
            right="",
            whose="asked_by",
            sentence=_("{officer} was helped and closed the request."),
            label=_("That helped: close"),
        ),
        Transition(
            "reopen",
            _ANSWERED | {str(HelpState.CLOSED)},
            HelpState.REOPENED,
            right="",
            whose="asked_by",
            sentence=_("{officer} asked for help once more."),
            needs=frozenset({"again"}),
            due="help_answer",
            aside=True,
            label=_("Ask once more"),
        ),
    ],
)


@dataclass(frozen=True)
class Helper:
    """Whom an officer asks: the role in words, and the officer who holds it, None where nobody does."""

    role: str
    officer: Officer | None


@dataclass(frozen=True)
class HelpLine:
    """The line at the foot of each page: whom to ask, and the address of the form with this page's name."""

    helper: Helper
    url: str


def place_of(officer: Officer, scope: Scope) -> str:
    """The unit an officer's request comes from: that of the office, else where the scope begins."""
    if officer.office:
        return officer.unit_code
    ranges = scope.ranges or scope.figure_ranges
    return ranges[0][0] if ranges else ""


def helper_of(officer: Officer, scope: Scope) -> Helper:
    """The nearest officer who answers requests from the officer's place; never the same human. One query."""
    roles = {role.code: role for role in pack().roles.values() if "help.answer" in role.rights}
    place = place_of(officer, scope)
    above = [place[:length] for length in range(len(place) + 1)]
    nearest = (
        RoleAssignment.objects.in_force(clock.today())
        .filter(role__in=roles, unit_code__in=above, officer__is_active=True)
        .exclude(officer__human=officer.human)
        .select_related("officer")
        .order_by(Length("unit_code").desc(), "officer__username")
        .first()
    )
    if nearest is not None:
        return Helper(in_words(roles[nearest.role].label), nearest.officer)
    above_me = [role for role in roles.values() if role.code not in scope.roles] or list(roles.values())
    lowest = max(above_me, key=lambda role: role.level, default=None)
    return Helper(in_words(lowest.label) if lowest else "", None)


def line(request: HttpRequest) -> HelpLine | None:
    """What the foot of a page says (UI_HELP); None on a page without an officer.

    The scope is the request's own: a page that refuses is drawn when it is closed already.
    """
    officer, match, scope = request.user, request.resolver_match, getattr(request, "scope", None)
    if not isinstance(officer, Officer) or scope is None:
        return None
    query = {"page": match.view_name} if match is not None and match.view_name else {}
    return HelpLine(helper_of(officer, scope), reverse("staff:ask-for-help", query=query))


@transaction.atomic
def ask(*, page: str, words: str, by: Officer) -> HelpRequest:
    """Send a request to whoever gives help at the officer's place."""
    request = HelpRequest(unit_code=place_of(by, current()), page=page, asked_by=by)
    return HELP.begin(request, "ask", by=by, words=words)
