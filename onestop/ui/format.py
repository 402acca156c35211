"""How numbers, money and dates read on a page, in the page's language. The filters call these functions.

An instant is told by the country's clocks (the slot UI_LOCAL_TIME), whichever zone it comes in: 23:30 UTC is the next
morning in Phnom Penh, and a page that forgot to turn it would name the wrong day.
Working screens use the digits 0-9 and month names; public pages may pass a text through `khmer_digits`.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from onestop.ui.context import slot
from onestop.ui.formats import khmer

NOTHING = "–"

MONTHS: tuple[Promise, ...] = (
    pgettext_lazy("month", "January"), pgettext_lazy("month", "February"), pgettext_lazy("month", "March"),
    pgettext_lazy("month", "April"), pgettext_lazy("month", "May"), pgettext_lazy("month", "June"),
    pgettext_lazy("month", "July"), pgettext_lazy("month", "August"), pgettext_lazy("month", "September"),
    pgettext_lazy("month", "October"), pgettext_lazy("month", "November"), pgettext_lazy("month", "December"),
)  # fmt: skip
SHORT_MONTHS: tuple[Promise, ...] = (
    pgettext_lazy("short month", "Jan"), pgettext_lazy("short month", "Feb"), pgettext_lazy("short month", "March"),
    pgettext_lazy("short month", "April"), pgettext_lazy("short month", "May"), pgettext_lazy("short month", "June"),
    pgettext_lazy("short month", "July"), pgettext_lazy("short month", "Aug"), pgettext_lazy("short month", "Sept"),
    pgettext_lazy("short month", "Oct"), pgettext_lazy("short month", "Nov"), pgettext_lazy("short month", "Dec"),
)  # fmt: skip


def count(number: Any) -> str:
    """A whole number with a comma at the thousands: 58,912. A missing number is a dash."""
    return NOTHING if number in (None, "") else f"{int(number):,}"


def riel(amount: Any) -> str:
    """An amount of money in whole riel, without decimals, with the sign of the riel behind."""
    return NOTHING if amount in (None, "") else f"{int(amount):,}\u00a0{khmer.RIEL}"


def percent(part: Any, whole: Any) -> str:
    """A share in whole per cent; a dash of nothing, and never 0 % or 100 % for what is neither."""
    if not whole:
        return NOTHING
    share = round(Decimal(part) * 100 / Decimal(whole))
    if share == 0 and part:
        return "< 1 %"
    if share == 100 and part != whole:
        return "> 99 %"
    return f"{share} %"


def khmer_digits(text: Any) -> str:
    """The same text with Khmer digits, for prose of public pages; never for what people dial, type or read aloud."""
    return str(text).translate(khmer.DIGITS)


def partial(value: Any, precision: str = "") -> tuple[date | None, str]:
    """A date and how exactly it is known, from a date, a datetime or an object with `value` and `precision`."""
    if hasattr(value, "precision") and hasattr(value, "value"):
        return value.value, precision or value.precision or "day"
    if isinstance(value, datetime):
        return _local(value).date(), precision or "day"
    return (value if isinstance(value, date) else None), precision or "day"


def day(value: Any, precision: str = "", *, months: tuple[Promise, ...] = SHORT_MONTHS) -> str:
    """A date with its month by name, only as exact as it is known: 14 May 2028 · June 2018 · year 1988 · about 1967."""
    when, known = partial(value, precision)
    if when is None:
        return NOTHING
    year = str(when.year)
    if known == "year":
        return _("year %(year)s") % {"year": year}
    if known == "estimated":
        return _("about %(year)s") % {"year": year}
    name = str(months[when.month - 1])
    return f"{name} {year}" if known == "month" else f"{when.day} {name} {year}"


def month_year(value: Any) -> str:
    """The month by name and the year: June 2027."""
    return day(value, "month", months=MONTHS)


def moment(value: datetime | None) -> str:
    """A day and the time of the day, as the country's clocks show it: 23 Nov 2026, 08:10."""
    return NOTHING if value is None else f"{day(value)}, {_local(value).strftime('%H:%M')}"


def _local(instant: datetime) -> datetime:
    """An instant by the country's clocks; one without a zone is taken as it is."""
    path = getattr(settings, "UI_LOCAL_TIME", "")
    if not path or instant.tzinfo is None:
        return instant
    local: datetime = slot(path)(instant)
    return local


def full_months(since: date, until: date) -> int:
    """Whole months from one day to another; the last day of a month counts as its anniversary."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - 1 if until.day < since.day else months


def age(birth: Any, today: date, precision: str = "") -> str:
    """The age of a person: months under two years, then years; of a year-only birth only 'about' so many years."""
    born, known = partial(birth, precision)
    if born is None:
        return NOTHING
    if known in ("year", "estimated"):
        return _("about %(years)s y") % {"years": today.year - born.year}
    months = full_months(born, today)
    if months < 0:
        return NOTHING
    years, rest = divmod(months, 12)
    if years >= 2:
        return _("%(years)s y") % {"years": years}
    if years == 0:
        return _("%(months)s m") % {"months": rest}
    return (
        _("%(years)s y %(months)s m") % {"years": years, "months": rest}
        if rest
        else _("%(years)s y") % {"years": years}
    )


def age_of_data(observed: Any, today: date) -> str:
    """How long ago a fact was told, in the largest unit that says enough: today, 3 days ago, over 2 years ago."""
    when, _precision = partial(observed)
    if when is None:
        return _("never")
    days = (today - when).days
    if days < 0:
        return _("on %(day)s") % {"day": day(when)}
    if days == 0:
        return _("today")
    if days < 31:
        return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}
    months = full_months(when, today)
    if months < 12:
        months = max(months, 1)
        return ngettext("%(count)s month ago", "%(count)s months ago", months) % {"count": months}
    years = months // 12
    return ngettext("over a year ago", "over %(count)s years ago", years) % {"count": years}


def due(on: date, today: date, *, soon: int = 3) -> tuple[str, str]:
    """(kind, words) of a term: late and by how many days, soon (today, tomorrow, the date), or just the date."""
    days = (on - today).days
    if days < 0:
        return "late", ngettext("%(count)s day late", "%(count)s days late", -days) % {"count": -days}
    if days == 0:
        return "soon", _("today")
    if days == 1:
        return "soon", _("tomorrow")
    return ("soon" if days <= soon else "ok"), day(on)
