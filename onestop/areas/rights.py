"""The rights a role may give: each once, in words for the page that refuses, and with the room whose doors it opens.

A role of the country pack names rights; a name that is not here is refused with file, line and the nearest name, so
that a slip of the pen never takes a right away in silence. Rights of rooms still to be built (`BUILT` lacks the
room) may be given already: they open nothing yet, and moving a task to another office stays an edit of data (ORG-44).
"""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = ["BUILT", "RIGHTS", "Right", "nearest"]


@dataclass(frozen=True)
class Right:
    """One right: its words, which finish “officers who may …”, and the room it belongs to."""

    words: "str | Promise"
    room: str

    def __str__(self) -> str:
        return str(self.words)


# Rooms that have doors today; the others of the list below are to come (ARCHITECTURE.md)
BUILT: Final = frozenset({"registry", "eligibility", "programmes", "desk", "journal", "staff"})

RIGHTS: Final[dict[str, Right]] = {
    # people and programmes
    "registry.read": Right(_("see households and persons"), "registry"),
    "registry.answer": Right(_("write down answers"), "registry"),
    "registry.register": Right(_("register households and persons"), "registry"),
    "correction.read": Right(_("see what people ask to have put right"), "registry"),
    "correction.ask": Right(_("ask to have something put right"), "registry"),
    "correction.decide": Right(_("decide what is put right"), "registry"),
    "crosstable.read": Right(_("see who may get which programme"), "eligibility"),
    "programme.read": Right(_("see the programmes"), "programmes"),
    "programme.publish": Right(_("publish a programme"), "programmes"),
    "rule.try": Right(_("try a rule"), "eligibility"),
    "figures.read": Right(_("see figures"), "eligibility"),
    "export.write": Right(_("export lists"), "desk"),
    "registry.break_glass": Right(_("open a place outside the own area in an emergency"), "staff"),
    "break_glass.review": Right(_("review what was opened in an emergency"), "staff"),
    "journal.read": Right(_("read the journal"), "journal"),
    "doctor.read": Right(_("see how healthy the installation is"), "desk"),
    # the organisation
    "office.read": Right(_("see offices, committees and partners"), "staff"),
    "office.write": Right(_("change offices, committees and partners"), "staff"),
    "account.write": Right(_("make and change accounts of officers"), "staff"),
    "work.assign": Right(_("hand work from one officer to another"), "staff"),
    "help.answer": Right(_("answer requests for help"), "staff"),
    # rooms to come
    "application.read": Right(_("see applications"), "applications"),
    "application.submit": Right(_("fill in and hand on applications"), "applications"),
    "application.check": Right(_("check applications before they are decided"), "applications"),
    "application.decide": Right(_("decide on applications"), "applications"),
    "notification.write": Right(_("send weekly results"), "applications"),
    "card.write": Right(_("issue and deliver cards"), "applications"),
    "card.read": Right(_("see whether a card is valid"), "applications"),
    "merge.write": Right(_("merge records of the same person"), "registry_merging"),
    "import.write": Right(_("bring in files of programmes and lists"), "exchange"),
    "extract.read": Right(_("receive extracts without names"), "exchange"),
    "list.write": Right(_("bring in lists of poor households"), "exchange"),
    "declaration.write": Right(_("declare monthly benefits and services"), "exchange"),
    "service.write": Right(_("note the use of a service"), "exchange"),
    "grievance.file": Right(_("file complaints"), "grievances"),
    "grievance.first_round": Right(_("answer complaints in the first round"), "grievances"),
    "grievance.route": Right(_("send complex complaints to a committee"), "grievances"),
    "grievance.settle": Right(_("settle complaints in a committee"), "grievances"),
    "referral.write": Right(_("refer somebody to a service"), "referrals"),
    "vacancy.write": Right(_("offer jobs"), "referrals"),
    "case.read": Right(_("see cases"), "cases"),
    "case.write": Right(_("work on cases"), "cases"),
    "payment.read": Right(_("see payment lines"), "payments"),
    "payment.write": Right(_("note payments made"), "payments"),
    "ledger.write": Right(_("keep the office's accounts"), "payments"),
    "ledger.audit": Right(_("audit accounts and write findings"), "payments"),
    "budget.request": Right(_("request a budget"), "payments"),
    "budget.approve": Right(_("approve plans and budgets"), "payments"),
    "purchase.write": Right(_("record purchases"), "payments"),
    "report.read": Right(_("read reports"), "reports"),
    "report.write": Right(_("make reports"), "reports"),
    "survey.write": Right(_("enter surveys"), "reports"),
    "census.write": Right(_("keep census and migration tables"), "reports"),
    "target.write": Right(_("set strategies, indicators and targets"), "reports"),
    "study.write": Right(_("keep studies"), "reports"),
    "meeting.write": Right(_("keep agendas and minutes"), "committees"),
    "recommendation.write": Right(_("give recommendations"), "committees"),
    "recommendation.reply": Right(_("reply to recommendations"), "committees"),
    "advice.write": Right(_("write notes of advice"), "committees"),
    "training.write": Right(_("keep training packages and sessions"), "training"),
    "communication.write": Right(_("make communication tools"), "training"),
    "agreement.write": Right(_("keep agreements with partners"), "exchange"),
    "village_sheet.write": Right(_("fill in village sheets"), "referrals"),
}


def nearest(name: str) -> str:
    """The right whose name is nearest to this one; '' when none is near."""
    return next(iter(get_close_matches(name, RIGHTS, 1, 0.6)), "")
