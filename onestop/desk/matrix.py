"""Members × programmes as one matrix: what each cell shows, which columns stand there, and what no programme covers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from criteria.dates import completes_on
from onestop.areas.country import pack
from onestop.desk.queries import Opened
from onestop.desk.words import in_each_language, names_of, programme_names
from onestop.eligibility.explain import Cell
from onestop.eligibility.guarantees import Guarantee, named
from onestop.eligibility.outcomes import deciding
from onestop.eligibility.rulebook import Version
from onestop.registry.declared import declared
from onestop.registry.models import Person
from onestop.ui import components as ui
from onestop.ui import languages
from onestop.ui.format import age, day

MOST_UNGROUPED = 10  # more programmes than this are grouped by guarantee, and those that say no to all are left out
SHOWN_AS_NO = frozenset({"not_eligible"})


@dataclass(frozen=True)
class Table:
    """The matrix of a household with its legend. `left_out`: columns not shown, since they say no to everybody."""

    matrix: ui.Matrix
    legend: list[ui.Part]
    left_out: int
    gaps: list[Guarantee]


@dataclass(frozen=True)
class _Column:
    """A programme, or the gap where a guarantee has none."""

    head: ui.MatrixColumn
    version: Version | None = None
    gap: Guarantee | None = None


def table(page: Opened, *, everything: bool = False) -> Table:
    """The matrix; with `everything` also the programmes that say no to all."""
    guarantees = named()
    shown = [version for version in page.book.versions if everything or not grouped(page) or speaks(page, version)]
    gaps = gaps_of(page, guarantees)
    columns = [*_columns(page, shown, guarantees), *_gap_columns(page, gaps)]
    rows = list(_rows(page, columns))
    caption = in_each_language(_("Members and programmes on %(day)s"), day=day(page.on))
    matrix = ui.Matrix(caption, [column.head for column in columns], rows, _("Members"))
    return Table(matrix, legend(page, bool(gaps)), len(page.book.versions) - len(shown), gaps)


def grouped(page: Opened) -> bool:
    """Whether there are so many programmes that they stand under their guarantees."""
    return len(page.book.versions) > MOST_UNGROUPED


def speaks(page: Opened, version: Version) -> bool:
    """Whether a programme says anything but no to somebody of the household."""
    return any(page.folder.cell(version, member).state not in SHOWN_AS_NO for member in page.folder.members)


def gaps_of(page: Opened, guarantees: list[Guarantee]) -> list[Guarantee]:
    """The guarantees that no active programme of the day fills: a standing gap, never hidden (A21)."""
    filled = {code for version in page.book.versions for code in version.programme.guarantees}
    return [guarantee for guarantee in guarantees if guarantee.code not in filled]


def _columns(page: Opened, shown: list[Version], guarantees: list[Guarantee]) -> Iterator[_Column]:
    order = {guarantee.code: number for number, guarantee in enumerate(guarantees)}
    names = {guarantee.code: guarantee.names for guarantee in guarantees}
    by_guarantee = grouped(page)

    def first_of(version: Version) -> str:
        return next(iter(version.programme.guarantees), "")

    def place(version: Version) -> tuple[int, bool]:
        group = order.get(first_of(version), len(order)) if by_guarantee else 0
        return group, not version.counts_households

    for version in sorted(shown, key=place):
        unit = _("for the household") if version.counts_households else _("for each person")
        group = names.get(first_of(version), "") if by_guarantee else unit
        yield _Column(ui.MatrixColumn(programme_names(version.programme), group), version)


def _gap_columns(page: Opened, gaps: list[Guarantee]) -> Iterator[_Column]:
    """A column for a gap that somebody of the household would need."""
    for gap in gaps:
        if any(needs(member, gap, page.on) for member in page.members):
            yield _Column(ui.MatrixColumn(gap.text, gap.names), gap=gap)


def needs(member: Person, gap: Guarantee, on: date) -> bool:
    """Whether a guarantee is for a person of this age, as far as the birth is known."""
    from_age = _ages()[gap.code]
    if from_age is None:
        return True
    return member.birth_from is not None and completes_on(member.birth_from, from_age * 12) <= on


def _ages() -> dict[str, int | None]:
    """From which age a guarantee is meant, where it is for an age."""
    nodes = pack().node("country.yaml").each("guarantees")
    return {node.text("code"): node.whole("from_age", None) for node in nodes}


def _rows(page: Opened, columns: list[_Column]) -> Iterator[ui.MatrixRow]:
    if any(column.version and column.version.counts_households for column in columns):
        yield ui.MatrixRow(
            _("Whole household"),
            [_whole(page, column) for column in columns],
            _("one benefit for the household"),
            is_whole=True,
        )
    fill = {
        column.version.code: deciding(page.folder, page.folder.cell(column.version, ""))
        for column in columns
        if column.version and column.version.counts_households
    }
    for member in page.members:
        cells = [_cell_of(page, column, member, fill) for column in columns]
        yield ui.MatrixRow(names_of(member), cells, detail_of(page, member), url=f"#m-{member.number}")


def _whole(page: Opened, column: _Column) -> ui.Cell | None:
    if column.version is None or not column.version.counts_households:
        return None
    return shown_cell(page, page.folder.cell(column.version, ""))


def _cell_of(page: Opened, column: _Column, member: Person, fill: dict[str, frozenset[str]]) -> ui.Cell | None:
    """A member's cell; of a household programme only where a fact of this member decides."""
    if column.gap is not None:
        return ui.Cell("no_programme") if needs(member, column.gap, page.on) else None
    version = column.version
    if version is None:
        return None
    cell = page.folder.cell(version, str(member.pk))
    if not version.counts_households:
        return shown_cell(page, cell)
    if cell.state not in {"eligible", "unknown"} or str(member.pk) not in fill[version.code]:
        return None
    return shown_cell(page, cell, member)


def shown_cell(page: Opened, cell: Cell, member: Person | None = None) -> ui.Cell:
    """State, link to the reason, and the month from which a no becomes a yes."""
    soon = page.folder.yes_from(cell) if cell.state == "not_eligible" and not page.is_past else None
    return ui.Cell(cell.state, reason_url(page, cell, member), soon)  # type: ignore[arg-type]  # states of the room below


def reason_url(page: Opened, cell: Cell, member: Person | None = None) -> str:
    """The page of a cell's reason; `member` where a household's cell stands in the row of one."""
    who = str(member.pk) if member else cell.member
    keys = [page.household.pk, cell.version.code, *([who] if who else [])]
    return reverse("desk:reason", args=keys) + on_a_past_day(page)


def on_a_past_day(page: Opened) -> str:
    return f"?on={page.on.isoformat()}" if page.is_past else ""


def detail_of(page: Opened, member: Person) -> str:
    """The quiet line under a name: relation · sex · age."""
    return " · ".join(filter(None, (relation_of(page, member), sex_of(member), age_of(member, page.on))))


def relation_of(page: Opened, member: Person) -> str:
    """The relation to the head, in the page's language; '' where it is not recorded."""
    fact, code = declared().get("person", "relation"), page.relation(member)
    return next((languages.one(one.label) for one in fact.codes if one.code == code), "") if fact and code else ""


def sex_of(member: Person) -> str:
    return str(member.get_sex_display()) if member.sex else ""


def age_of(member: Person, on: date) -> str:
    """The age as exactly as the birth is known; '' where it is not."""
    return age(member.birth_date, on, member.birth_precision) if member.birth_date else ""


def legend(page: Opened, has_gap: bool) -> list[ui.Part]:
    """The states with how many cells have them; a household's cell counts once."""
    counts = Counter(cell.state for cell in page.folder.cells)
    parts = [ui.Part(state, counts[state]) for state in ("receiving", "eligible", "unknown")]
    parts.append(ui.Part("not_eligible", None))  # type: ignore[arg-type]  # None: no count is shown
    return [*parts, ui.Part("no_programme", None)] if has_gap else parts  # type: ignore[arg-type]
