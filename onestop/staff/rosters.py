"""What is amiss with a committee: too few or too many members, too few women, a mandate that ends or has ended.

Nothing is refused here: a village committee with three women of ten still works, and is told so (ORG-32). The numbers
are data of the country pack (committees.yaml).
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.staff.bodies import BodyKind, Mandate, body_kinds, word_of
from onestop.staff.models import Committee, CommitteeMember

__all__ = ["Concern", "concerns_of", "mandate_end", "meets_every", "warned_end", "warned_since"]

NO_RULE_WARNS: Final = 3  # months before the written last day of a seat whose kind has no mandate


@dataclass(frozen=True)
class Concern:
    """One thing amiss: what it is about (`code`), in words, and the member it concerns, if one."""

    code: str
    text: str
    member: CommitteeMember | None = None


def meets_every(committee: Committee) -> int | None:
    """Months between two meetings: the committee's own, else its kind's at this level; None when it is free."""
    kind = body_kinds().get(committee.kind)
    own: int | None = committee.meets_every
    return own or (kind.meets.get(level_of(committee.unit_code)) if kind else None)


def level_of(code: str) -> int:
    """The level of a unit code; 0 is the nation."""
    level = pack().level_of(code)
    return level.number if level else 0


def mandate_end(member: CommitteeMember, mandate: Mandate | None) -> date | None:
    """The last day of a mandate: the day written down, or the kind's years after its first day; None when neither."""
    if mandate is None or member.position not in mandate.positions:
        end: date | None = member.valid_to
        return end
    by_rule = months_after(member.valid_from, 12 * mandate.years) - timedelta(days=1)
    return min(by_rule, member.valid_to) if member.valid_to else by_rule


def warned_end(member: CommitteeMember, kind: BodyKind, day: date) -> date | None:
    """The last day of a mandate that has ended, or of whose end one is warned on the day; None while it is far off."""
    end = mandate_end(member, kind.mandate)
    return end if end and warned_since(end, kind) <= day else None


def warned_since(end: date, kind: BodyKind) -> date:
    """The day from which one is warned of a mandate's end."""
    return months_after(end, -(kind.mandate.warn_months if kind.mandate else NO_RULE_WARNS))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def concerns_of(
    committee: Committee, members: Iterable[CommitteeMember], *, unit_kind: str = "", on: date | None = None
) -> list[Concern]:
    """Everything amiss on the day (today), in a reader's order. `members`: all that stand, former ones too."""
    kind, day = body_kinds().get(committee.kind), on or clock.today()
    if kind is None:
        return [Concern("kind", _("The country pack no longer knows this kind of committee."))]
    seated = [one for one in members if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    level = level_of(committee.unit_code)
    return [
        *_seats(kind, seated, level),
        *_size(kind, seated, level, unit_kind),
        *_women(kind, seated),
        *_wanted(kind, seated),
        *_mandates(kind, seated, day),
    ]


def _seats(kind: BodyKind, seated: list[CommitteeMember], level: int) -> Iterable[Concern]:
    held = Counter(member.position for member in seated)
    for seat in kind.seats.values():
        least, most = seat.count_at(level)
        words = {"position": word_of("positions", seat.code), "held": held[seat.code], "least": least, "most": most}
        if held[seat.code] < least:
            yield Concern("few", _("%(position)s: %(held)d of at least %(least)d.") % words)
        elif most is not None and held[seat.code] > most:
            yield Concern("many", _("%(position)s: %(held)d, at most %(most)d.") % words)


def _size(kind: BodyKind, seated: list[CommitteeMember], level: int, unit_kind: str) -> Iterable[Concern]:
    size = kind.size_at(level, unit_kind)
    if size and not size.least <= len(seated) <= size.most:
        words = {"held": len(seated), "least": size.least, "most": size.most}
        yield Concern("size", _("%(held)d members; there should be %(least)d to %(most)d.") % words)


def _women(kind: BodyKind, seated: list[CommitteeMember]) -> Iterable[Concern]:
    counted = [member.sex for member in seated if member.position in kind.women_of and member.sex]
    if kind.women_least and counted:
        share = 100 * counted.count("F") / len(counted)
        if share < kind.women_least:
            words = {"women": counted.count("F"), "all": len(counted), "least": kind.women_least}
            yield Concern(
                "women", _("%(women)d of %(all)d members are women; there should be %(least)d per cent.") % words
            )


def _wanted(kind: BodyKind, seated: list[CommitteeMember]) -> Iterable[Concern]:
    missing = [word for word in kind.wanted if word not in {member.capacity for member in seated}]
    if missing and seated:
        named = ", ".join(word_of("capacities", code) for code in missing)
        yield Concern("wanted", _("Nobody sits here as: %(capacities)s.") % {"capacities": named})


def _mandates(kind: BodyKind, seated: list[CommitteeMember], day: date) -> Iterable[Concern]:
    for member in seated:
        end, rule = warned_end(member, kind, day), kind.mandate
        if end and end < day:
            yield Concern("expired", _("The mandate has expired: %(name)s.") % {"name": member.name}, member)
        elif end:
            days = (end - day).days
            told = ngettext(
                "The mandate ends in %(days)d day: %(name)s.", "The mandate ends in %(days)d days: %(name)s.", days
            )
            yield Concern("ending", told % {"days": days, "name": member.name}, member)
        if rule and rule.renewals is not None and member.mandate > 1 + rule.renewals:
            yield Concern("renewed", _("The mandate was renewed too often: %(name)s.") % {"name": member.name}, member)
