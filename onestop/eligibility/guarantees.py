"""The guarantees of the social protection floor, and which programmes fill them for an officer.

Only an active programme fills a guarantee. One that is planned, or of which the office only knows (a pension of another
body), stands beside as information: where there is nothing else the guarantee is a gap, and is shown as one (A21).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from criteria.programme import Programme as Rules
from criteria.read import Unit
from onestop.areas.country import pack
from onestop.areas.scope import Scope
from onestop.eligibility.rulebook import Rulebook, rulebook
from onestop.eligibility.states import Counted
from onestop.programmes.choices import Status
from onestop.programmes.models import Programme


@dataclass(frozen=True)
class CountBeside:
    """Whom the page of a place counts beside the programmes. `beside`: the guarantee whose row shows it, or ''."""

    code: str
    names: Mapping[str, str]
    unit: Unit
    rule: str
    beside: str = ""

    @property
    def table(self) -> str:
        """Its name among the tables of figures: no code of a programme has small letters."""
        return f"count {self.code}"


def place_counts() -> list[CountBeside]:
    """The country's list; empty where it has none."""
    return [
        CountBeside(
            node.text("code"),
            node.names("name"),
            "household" if node.text("unit") == "household" else "person",
            node.text("rule"),
            node.text("beside", ""),
        )
        for node in pack().node("country.yaml").each("place_counts")
    ]


@dataclass(frozen=True)
class Guarantee:
    """One guarantee with the programmes this officer may see.

    `filled_by` are active. `listed` are those of them that stand here in lists: each programme under its first
    guarantee. `known_of` are planned or for information.
    """

    code: str
    number: int
    names: Mapping[str, str]
    text: Mapping[str, str]
    filled_by: tuple[Programme, ...] = ()
    listed: tuple[Programme, ...] = ()
    known_of: tuple[Programme, ...] = ()

    @property
    def is_gap(self) -> bool:
        return not self.filled_by


def named() -> list[Guarantee]:
    """The guarantees of the country's list, in order, without programmes."""
    nodes = pack().node("country.yaml").each("guarantees")
    return [
        Guarantee(node.text("code"), number, node.names("name"), node.names("text"))
        for number, node in enumerate(nodes, start=1)
    ]


def seen_by(scope: Scope) -> list[Programme]:
    """The programmes an officer may look at in tables: of his compartments, and of his sectors where he has some."""
    found = Programme.objects.visible_to(scope).exclude(status=Status.CLOSED)
    return [programme for programme in found if scope.sees_sector(programme.sector)]


def guarantees(programmes: Iterable[Programme]) -> list[Guarantee]:
    """Every guarantee with these programmes."""
    programmes = list(programmes)
    found = []
    for one in named():
        here = [programme for programme in programmes if one.code in programme.guarantees]
        active = [programme for programme in here if programme.status == Status.ACTIVE]
        found.append(
            Guarantee(
                one.code,
                one.number,
                one.names,
                one.text,
                tuple(active),
                tuple(programme for programme in active if programme.guarantees[0] == one.code),
                tuple(programme for programme in here if programme.status != Status.ACTIVE),
            )
        )
    return found


def book_for(on: date, scope: Scope) -> Rulebook:
    """The rulebook of a day, with the programmes of the officer's compartments and sectors."""
    book = rulebook(on, scope)
    if scope.sectors is None:
        return book
    return book.only(
        frozenset(version.code for version in book.versions if scope.sees_sector(version.programme.sector))
    )


def counted(book: Rulebook, guarantees: Iterable[Guarantee]) -> Counted:
    """What a place page counts: each active programme, each guarantee that some of them fill, the country's counts."""
    guarantees = list(guarantees)
    in_rules = {version.code for version in book.versions}
    active = dict.fromkeys((programme.code, programme.unit) for one in guarantees for programme in one.filled_by)
    return Counted(
        book,
        without_rules=tuple((code, unit) for code, unit in active if code not in in_rules),
        groups=tuple((one.code, tuple(programme.code for programme in one.filled_by)) for one in guarantees),
        beside=tuple(
            Rules.read(one.table, one.unit, [(one.code, one.rule)], book.catalogue, own_openings=False)
            for one in place_counts()
        ),
    )


def own_area(scope: Scope, right: str) -> str | None:
    """The unit for which the officer has the right, of several the first; '' for the nation; None for none.

    A place that is open in an emergency is none: no list or table is made of it.
    """
    held = sorted(low for rights, (low, _high) in scope.grants if right in rights)
    return next((unit for unit in held if scope.covers_all_of(unit)), None)
