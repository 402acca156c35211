"""What each row of a workbook would make or change, and what is wrong with it. Asks the database and writes nothing.

Places must lie where the officer makes accounts and changes the organisation; nobody plans a role for themselves; a
role stands at its level; rights that may not be in one hand do not meet, neither in the file nor with what is held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from onestop.areas.country import Role, in_words, pack
from onestop.areas.dates import read_date
from onestop.areas.phones import PhoneWrong, e164
from onestop.areas.scope import Range, current
from onestop.staff import accounts
from onestop.staff.accounts_queries import accounts_seen
from onestop.staff.bodies import BodyKind, body_kinds, labels, named
from onestop.staff.models import Committee, CommitteeMember, Office, Officer, RoleAssignment
from onestop.staff.organising import clash
from onestop.staff.staffing.reading import Row, Workbook
from onestop.staff.staffing.sheets import SHEETS
from onestop.staff.units import read_unit

__all__ = ["CHANGED", "NEW", "SAME", "WRONG", "Plan", "Planned", "Problem", "plan"]

NEW: Final = "new"
CHANGED: Final = "changed"
SAME: Final = "same"
WRONG: Final = "wrong"
EARLIEST: Final = date(1990, 1, 1)
EXCEL_BEGINS: Final = date(1899, 12, 30)
LATEST: Final = date(2100, 1, 1)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: its column's key, and words with a proposal."""

    column: str
    text: str


@dataclass
class Planned:
    """One row: what becomes of it, its name for people, its values as they will be saved, what is wrong with it."""

    row: Row
    outcome: str = NEW
    title: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    record: Any = None
    changes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, column: str, text: str) -> None:
        self.problems.append(Problem(column, text))
        self.outcome = WRONG

    def settle(self, changes: Mapping[str, Any] | None) -> None:
        """New (None: nothing is there yet), the same, or changed in these fields; a wrong row stays wrong."""
        if self.outcome != WRONG:
            self.outcome = NEW if changes is None else CHANGED if changes else SAME
            self.changes = sorted(changes or {})


@dataclass
class Plan:
    """All rows in the order of the sheets."""

    rows: list[Planned]
    remarks: list[str]

    def of(self, sheet: str) -> list[Planned]:
        return [one for one in self.rows if one.row.sheet == sheet]

    def count(self, outcome: str, sheet: str = "") -> int:
        return sum(one.outcome == outcome for one in self.rows if not sheet or one.row.sheet == sheet)

    @property
    def is_sound(self) -> bool:
        """True when nothing is wrong anywhere."""
        return not self.count(WRONG)

    @property
    def has_news(self) -> bool:
        """True when saving would make or change something."""
        return bool(self.count(NEW) or self.count(CHANGED))


def plan(book: Workbook, *, by: Officer) -> Plan:
    """Everything the workbook would do, for the officer whose scope is open."""
    return _Planner(by).plan(book)


def inside_both(first: tuple[Range, ...], second: tuple[Range, ...]) -> tuple[Range, ...]:
    """The codes that lie in both."""
    pairs = [(max(a, c), min(b, d)) for a, b in first for c, d in second]
    return tuple(sorted((low, high) for low, high in pairs if low < high))


class _Planner:
    """Reads the rows in the order in which they rest on each other: offices, officers, roles, committees."""

    def __init__(self, by: Officer) -> None:
        scope = current()
        self.by = by
        self.ranges = inside_both(scope.where("office.write"), scope.where("account.write"))
        self.offices: dict[str, Planned] = {}
        self.officers: dict[str, Planned] = {}
        self.known_offices = {one.code: one for one in Office.objects.select_related("accountable")}
        self.known_officers: dict[str, Officer] = {}
        self.officers_here: dict[str, Officer] = {}  # … of those whom a role may be given: of the area, as on the page
        self.names_in_file: set[str] = set()  # officers stand in any order: a supervisor may come later
        self.hands: dict[UUID, list[RoleAssignment]] = {}  # what each human holds, with all accounts
        self.units: dict[tuple[str, int | None], tuple[str, str]] = {}
        self.given: dict[str, list[tuple[Role, str, date, date | None, int]]] = {}

    def plan(self, book: Workbook) -> Plan:
        names = {row.text("username").lower() for row in book.rows if row.sheet in {"officers", "roles"}}
        names |= {row.text("supervisor").lower() for row in book.rows if row.sheet == "officers"}
        self.names_in_file = {row.text("username").lower() for row in book.rows if row.sheet == "officers"}
        wanted: QuerySet[Officer] = Officer.objects.filter(username__in=names)
        wanted = wanted.select_related("office", "supervisor").prefetch_related("assignments")
        self.known_officers = {one.username: one for one in wanted}
        here = set(accounts_seen(current()).filter(username__in=names).values_list("username", flat=True))
        self.officers_here = {name: one for name, one in self.known_officers.items() if name in here}
        humans = {one.human for one in self.officers_here.values()}
        for held in RoleAssignment.objects.filter(officer__human__in=humans).select_related("officer"):
            self.hands.setdefault(held.officer.human, []).append(held)
        rows = []
        for sheet in SHEETS:
            for row in (row for row in book.rows if row.sheet == sheet):
                planned = Planned(row)
                self._needed(planned)
                getattr(self, f"_{sheet}")(planned)
                rows.append(planned)
        return Plan(rows, book.remarks)

    # what every row has ----------------------------------------------------------------------------------------------
    def _needed(self, one: Planned) -> None:
        for column in SHEETS[one.row.sheet].columns:
            if column.needed and not one.row.text(column.key):
                one.wrong(column.key, _("This must be filled."))

    def _unit(self, one: Planned, level: int | None = None) -> str:
        """The unit of the row, '' also when it is wrong (then a problem stands)."""
        text = one.row.text("unit")
        if not text:
            return ""
        if (text, level) not in self.units:
            first = text.split(" ", 1)[0]  # an entry of the list: “170101 Char Chhuk Commune”
            chosen = first if pack().level_of(first) and first.isdigit() else text
            read = read_unit(chosen, inside=self.ranges, level=level)
            self.units[text, level] = (read.code, read.problem)
        code, problem = self.units[text, level]
        if problem:
            one.wrong("unit", problem)
        return code

    def _day(self, one: Planned, key: str) -> date | None:
        value = one.row.cells.get(key)
        if not value:
            return None
        if isinstance(value, str) and len(value) == 5 and value.isdigit():
            value = EXCEL_BEGINS + timedelta(days=int(value))  # a day whose cell lost its date format
        if not isinstance(value, date):
            try:
                read = read_date(str(value))
            except ValueError as error:
                one.wrong(key, str(error))
                return None
            if read.precision != "day":
                one.wrong(key, _("Give the day, the month and the year."))
                return None
            value = read.value
        if not EARLIEST <= value <= LATEST:
            one.wrong(key, _("This year cannot be meant: %(year)d.") % {"year": value.year})
            return None
        day: date = value
        return day

    def _choice(self, one: Planned, key: str, known: Mapping[str, Mapping[str, str]]) -> str:
        """The code of an entry written by its code, its words in any language, or both; '' when nothing is written."""
        text = one.row.text(key)
        if not text:
            return ""
        words = {code: code for code in known}
        words |= {label.casefold(): code for code, each in known.items() for label in each.values()}
        for wanted in (text.casefold(), text.split(" ", 1)[0].casefold()):
            if wanted in words:
                return words[wanted]
        one.wrong(key, _not_known(text, words))
        return ""

    def _twice(self, one: Planned, key: str, seen: Mapping[str, Planned], value: str) -> bool:
        if value in seen:
            words = {"value": value, "row": seen[value].row.number}
            one.wrong(key, _("“%(value)s” stands in row %(row)d already. Take one of them out.") % words)
            return True
        return False

    def _phone(self, one: Planned) -> str:
        try:
            return e164(one.row.text("phone"))
        except PhoneWrong as wrong:
            one.wrong("phone", str(wrong))
            return ""

    # offices ---------------------------------------------------------------------------------------------------------
    def _offices(self, one: Planned) -> None:
        code, row = one.row.text("code"), one.row
        one.title = code
        if code and not (code.isascii() and code.replace("_", "").isalnum() and code == code.upper()):
            proposal = "".join(sign if sign.isalnum() else "_" for sign in code.upper() if sign.isascii()).strip("_")
            text = _("Only capital Latin letters, digits and _, as in CHAR_CHHUK.")
            one.wrong("code", f"{text} {_('Perhaps: %(code)s') % {'code': proposal}}" if proposal else text)
        if self._twice(one, "code", self.offices, code):
            return
        self.offices[code] = one
        titles = {role.code: role.label for role in pack().roles.values()}
        opened = self._day(one, "opened_on")
        one.values = {
            "name_km": row.text("name_km"),
            "name_latin": row.text("name_latin"),
            "unit_code": self._unit(one),
            "kind": self._choice(one, "kind", labels("office_kinds")),
            "sector": self._choice(one, "sector", labels("sectors")),
            "holder_km": row.text("holder_km"),
            "holder_latin": row.text("holder_latin"),
            "holder_title": self._choice(one, "holder_title", titles),
            "phone": self._phone(one),
        }
        known = self.known_offices.get(code)
        if opened and not row.text("holder_km") and not (known and known.holder):
            one.wrong("holder_km", _("Name the accountable person first; then the office can be opened."))
        if known is None:
            one.values |= {"code": code, "opened_on": opened}
            one.settle(None)
            return
        one.record = known
        if not any(low <= known.unit_code < high for low, high in self.ranges):
            one.wrong("code", _("This code belongs to an office of another place. Choose another code."))
            return
        if known.is_void:
            one.wrong("code", _("The office of this code was taken out. Choose another code."))
        if known.opened_on and opened and known.opened_on != opened:
            one.wrong(
                "opened_on", _("This office is open since %(day)s already.") % {"day": known.opened_on.isoformat()}
            )
        given = {key: value for key, value in one.values.items() if value or key in {"name_km", "name_latin"}}
        changes = {key: value for key, value in given.items() if getattr(known, key) != value}
        if opened and known.opened_on is None:
            changes["opened_on"] = opened
        one.values = changes
        one.settle(changes)

    # officers --------------------------------------------------------------------------------------------------------
    def _officers(self, one: Planned) -> None:
        row = one.row
        name = row.text("username").lower()
        one.title = name
        if name and not (name.isascii() and name.replace(".", "").replace("-", "").replace("_", "").isalnum()):
            one.wrong("username", _("A username has lower-case Latin letters, digits, dots and hyphens."))
        if self._twice(one, "username", self.officers, name):
            return
        self.officers[name] = one
        office = self._office(one)
        language = self._choice(one, "language", {code: {} for code in pack().languages})
        above = row.text("supervisor").lower()
        if above and above not in self.known_officers and above not in self.names_in_file:
            one.wrong(
                "supervisor", _("There is no officer “%(name)s”, neither here nor in this file.") % {"name": above}
            )
        if above and above == name:
            one.wrong("supervisor", _("Nobody is their own supervisor."))
        one.values = {
            "name_km": row.text("name_km"),
            "name_latin": row.text("name_latin"),
            "office": office,
            "language": language,
            "supervisor": above,
        }
        known = self.known_officers.get(name)
        if known is None:
            one.values["username"] = name
            one.settle(None)
            return
        one.record = known
        self._known_officer(one, known, office)

    def _known_officer(self, one: Planned, known: Officer, office: str) -> None:
        """A username that is taken: the same officer of this area, or somebody else's."""
        mine = known.office is not None and any(low <= known.office.unit_code < high for low, high in self.ranges)
        if known.is_system or not mine:
            taken = one.title
            proposal = next(f"{taken}{n}" for n in range(2, 99) if f"{taken}{n}" not in self.known_officers)
            one.wrong(
                "username", _("This username is taken by another officer. Perhaps: %(name)s") % {"name": proposal}
            )
            return
        changes = {key: one.values[key] for key in ("name_km", "name_latin") if getattr(known, key) != one.values[key]}
        if office and known.office and known.office.code != office:
            changes["office"] = office
        if one.values["supervisor"] and (
            known.supervisor is None or known.supervisor.username != one.values["supervisor"]
        ):
            changes["supervisor"] = one.values["supervisor"]
        if changes and known.pk == self.by.pk:
            one.wrong("username", _("This is you: nobody changes their own account here. Take the row out."))
        elif changes and (refusal := accounts.why_not(known, by=self.by)):
            one.wrong("username", refusal)
        one.values = changes
        one.settle(changes)

    def _office(self, one: Planned) -> str:
        """The code of the officer's office: one of this file, or one that stands in the area."""
        code = one.row.text("office").split(" ", 1)[0]
        if not code or code in self.offices:
            return code
        known = self.known_offices.get(code)
        mine = [
            office.code
            for office in self.known_offices.values()
            if any(low <= office.unit_code < high for low, high in self.ranges) and not office.is_void
        ]
        if known is not None and code not in mine:
            one.wrong("office", _("The office %(code)s lies outside your area.") % {"code": code})
        elif known is None:
            near = get_close_matches(code.upper(), [*self.offices, *mine], 3, 0.5)
            text = _("There is no office %(code)s, neither here nor in this file.") % {"code": code}
            one.wrong("office", f"{text} {_('Perhaps: %(code)s') % {'code': ', '.join(near)}}" if near else text)
        return code

    # roles -----------------------------------------------------------------------------------------------------------
    def _roles(self, one: Planned) -> None:
        row = one.row
        name = row.text("username").lower()
        role = self._role(one)
        one.title = f"{name}: {in_words(role.label) if role else row.text('role')}"
        unit = self._unit(one, role.level if role else None)
        since, until = self._day(one, "from"), self._day(one, "to")
        if since and until and until < since:
            one.wrong("to", _("A role does not end before it begins."))
        officer = self.officers_here.get(name)
        if name and officer is None and name not in self.officers:
            near = get_close_matches(name, [*self.officers, *self.officers_here], 3, 0.6)
            text = _("There is no officer “%(name)s”, neither here nor in this file.") % {"name": name}
            one.wrong("username", f"{text} {_('Perhaps: %(code)s') % {'code': ', '.join(near)}}" if near else text)
        if officer is not None and officer.human == self.by.human:
            one.wrong("username", _("This is you: nobody gives a role to themselves. Take the row out."))
        if officer is not None and name in self.officers and self.officers[name].outcome == WRONG:
            return
        if role is None or since is None or one.outcome == WRONG:
            return
        one.values = {"username": name, "role": role.code, "unit_code": unit, "valid_from": since, "valid_to": until}
        held = [
            each
            for each in (officer.assignments.all() if officer else [])
            if _meet(each.valid_from, each.valid_to, since, until)
        ]
        same = next((each for each in held if (each.role, each.unit_code) == (role.code, unit)), None)
        if same is not None:
            self._held_already(one, same, until)
            return
        hand = [
            each
            for each in (self.hands.get(officer.human, []) if officer else [])
            if _meet(each.valid_from, each.valid_to, since, until)
        ]
        others = [(entry, each.unit_code) for each in hand if (entry := each.role_entry) is not None]
        self._against(one, role, unit, others, name, since, until)
        self.given.setdefault(name, []).append((role, unit, since, until, row.number))
        one.settle(None)

    def _against(
        self,
        one: Planned,
        role: Role,
        unit: str,
        others: list[tuple[Role, str]],
        name: str,
        since: date,
        until: date | None,
    ) -> None:
        """Conflicts with roles held already and with earlier rows of this file."""
        for earlier, at, begins, ends, number in self.given.get(name, []):
            if not _meet(begins, ends, since, until):
                continue
            if (earlier.code, at) == (role.code, unit):
                one.wrong(
                    "role",
                    _("“%(value)s” stands in row %(row)d already. Take one of them out.")
                    % {"value": one.title, "row": number},
                )
                return
            others = [*others, (earlier, at)]
        if refusal := clash(role, unit, others):
            one.wrong("role", refusal)

    def _held_already(self, one: Planned, held: RoleAssignment, until: date | None) -> None:
        if held.valid_to == until:
            one.settle({})
        elif held.valid_to is not None and (until is None or until > held.valid_to):
            day = held.valid_to.isoformat()
            one.wrong("to", _("This role is held until %(day)s. Begin the new one after that day.") % {"day": day})
        else:
            one.record, one.values = held, {"valid_to": until}
            one.settle({"to": until})

    def _role(self, one: Planned) -> Role | None:
        text = one.row.text("role")
        if not text:
            return None
        words = {code: code for code in pack().roles}
        for role in pack().roles.values():
            words |= {name.casefold(): role.code for name in (*role.label.values(), *role.also)}
        words |= {code: code for code in pack().roles}
        for wanted in (text.casefold(), text.split(" ", 1)[0].casefold()):
            if wanted in words:
                return pack().roles[words[wanted]]
        one.wrong("role", _not_known(text, words))
        return None

    # committees ------------------------------------------------------------------------------------------------------
    def _committees(self, one: Planned) -> None:
        row, kind = one.row, self._body(one)
        unit = self._unit(one)
        since = self._day(one, "from")
        level = pack().level_of(unit)
        if kind and one.outcome != WRONG and (level.number if level else 0) not in kind.levels:
            levels = ", ".join(
                pack().levels[number - 1].name() if number else _("the nation") for number in sorted(kind.levels)
            )
            one.wrong("unit", _("This kind of committee stands at: %(levels)s.") % {"levels": levels})
        member = row.text("name_km") or row.text("name_latin")
        one.title = f"{in_words(dict(kind.label)) if kind else row.text('kind')} {unit}" + (
            f": {member}" if member else ""
        )
        sex = row.text("sex").upper()
        if sex not in {"", "F", "M"}:
            one.wrong("sex", _("Write F for a woman and M for a man."))
        position = capacity = ""
        if member and kind:
            position = self._choice(one, "position", _only("positions", list(kind.seats)))
            capacity = self._choice(one, "capacity", _only("capacities", list(kind.capacities)))
            for key, value in (("position", position), ("capacity", capacity)):
                if not value and not row.text(key):
                    one.wrong(key, _("A member needs a position and the capacity in which they sit there."))
        if one.outcome == WRONG or kind is None or since is None:
            return
        one.values = {
            "kind": kind.code, "unit_code": unit, "valid_from": since, "name_km": row.text("name_km"),
            "name_latin": row.text("name_latin"), "sex": sex, "position": position, "capacity": capacity,
        }  # fmt: skip
        body = Committee.objects.standing().filter(kind=kind.code, unit_code=unit, valid_to=None).first()
        there = body is not None and (not member or _sits(body, one.values))
        one.settle({} if there else None)

    def _body(self, one: Planned) -> BodyKind | None:
        text = one.row.text("kind")
        kind = named(text) or body_kinds().get(text.split(" ", 1)[0])
        if text and kind is None:
            words = {code: code for code in body_kinds()}
            words |= {
                name.casefold(): each.code
                for each in body_kinds().values()
                for name in (*each.label.values(), *each.also)
            }
            one.wrong("kind", _not_known(text, words))
        return kind


def _sits(body: Committee, values: Mapping[str, Any]) -> bool:
    found = CommitteeMember.objects.filter(committee=body, voided_at=None, position=values["position"])
    return found.filter(name_km=values["name_km"], name_latin=values["name_latin"]).exists()


def _only(what: str, codes: list[str]) -> dict[str, Mapping[str, str]]:
    words = labels(what)
    return {code: words[code] for code in codes}


def _meet(begins: date, ends: date | None, since: date, until: date | None) -> bool:
    """True when two periods have a day in common."""
    return (ends is None or ends >= since) and (until is None or begins <= until)


def _not_known(text: str, words: Mapping[str, str]) -> str:
    """What was written is no entry; the nearest entries."""
    near = [words[word] for word in get_close_matches(text.casefold(), words, 3, 0.55)]
    told = _("“%(text)s” is not known here.") % {"text": text}
    listed = ", ".join(dict.fromkeys(near)) or ", ".join(list(dict.fromkeys(words.values()))[:12])
    return f"{told} {_('Perhaps: %(code)s') % {'code': listed}}"
