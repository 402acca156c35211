"""What each answer to a question would change, and whose facts decide a verdict of the household.

Everything is asked of the interpreter again with an answer put in or left out, so it cannot disagree with the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from criteria.candidates import candidates
from criteria.catalogue import FactType
from criteria.explain import BIRTH
from criteria.family import Answer, Family, Member
from criteria.interpret import HOUSEHOLD, verdict
from criteria.values import Truth, Value
from onestop.eligibility.explain import Cell, Folder, Question

MOST_TRIED = 40  # answers tried for one question; beyond it only what the question settles is told
_TELLABLE = frozenset({FactType.BOOL, FactType.CODE, FactType.WHOLE, FactType.DECIMAL})


@dataclass(frozen=True)
class Outcome:
    """Answers that come to the same: the cells they make a yes and a no. `values` ascend, or follow the code list.

    Of numbers the values are the ends of stretches: everything from the first to the last comes to the same; `opens`
    and `closes` say that the stretch has no lower or no upper end.
    """

    values: tuple[Value, ...]
    eligible: tuple[Cell, ...]
    not_eligible: tuple[Cell, ...]
    opens: bool = False
    closes: bool = False


def outcomes(folder: Folder, question: Question) -> list[Outcome]:
    """What each answer makes of the cells the question may settle; nothing where answers are too many to tell."""
    fact = question.missing.fact
    if fact is None or question.name == BIRTH or fact.type not in _TELLABLE or not question.cells:
        return []
    trees = [tree for cell in question.cells for _key, tree in cell.version.rules.all_criteria]
    values = candidates(fact, trees, folder.family, folder.book.on)
    if len(values) > MOST_TRIED:
        return []
    found = [(value, _results(folder, question, value)) for value in values]
    if fact.type in {FactType.WHOLE, FactType.DECIMAL}:
        return list(_stretches(found, question.cells))
    together: dict[tuple[Truth, ...], list[Value]] = {}
    for value, results in found:
        together.setdefault(results, []).append(value)
    return [_outcome(values, results, question.cells) for results, values in together.items()]


def _results(folder: Folder, question: Question, value: Value) -> tuple[Truth, ...]:
    """The verdict of each cell of the question once this is answered."""
    fact = question.missing.fact
    assert fact is not None
    book = folder.book
    changed = folder.family.answered(None if question.of == HOUSEHOLD else question.of, fact, Answer(value, book.on))
    return tuple(
        verdict(cell.version.rules, changed, book.on, book.catalogue, person=cell.member) for cell in question.cells
    )


def _stretches(found: list[tuple[Value, tuple[Truth, ...]]], cells: tuple[Cell, ...]) -> Iterator[Outcome]:
    """Neighbouring numbers of one result, joined."""
    stretches: list[tuple[list[Value], tuple[Truth, ...]]] = []
    for value, results in found:
        if stretches and stretches[-1][1] == results:
            stretches[-1][0].append(value)
        else:
            stretches.append(([value], results))
    for number, (values, results) in enumerate(stretches):
        ends = _outcome(values[:1] + values[1:][-1:], results, cells)
        yield replace(ends, opens=number == 0, closes=number == len(stretches) - 1)


def _outcome(values: list[Value], results: tuple[Truth, ...], cells: tuple[Cell, ...]) -> Outcome:
    pairs = list(zip(cells, results, strict=True))
    return Outcome(
        tuple(values),
        tuple(cell for cell, truth in pairs if truth is True),
        tuple(cell for cell, truth in pairs if truth is False),
    )


def deciding(folder: Folder, cell: Cell) -> frozenset[str]:
    """Ids of the members whose own facts decide a cell of the household: the pupil, the pregnant mother.

    Of a yes: who alone brings it, and whose facts it cannot do without. Of an unknown: whose facts are missing.
    """
    if cell.truth is None:
        return frozenset(one.of for one in folder.missing(cell) if one.of != HOUSEHOLD)
    if cell.truth is False or not cell.version.rules.reading.members:
        return frozenset()
    everybody = frozenset(folder.members)
    if _without(folder, cell, everybody) is True:
        return frozenset()
    return frozenset(
        member
        for member in everybody
        if _without(folder, cell, everybody - {member}) is True or _without(folder, cell, {member}) is not True
    )


def _without(folder: Folder, cell: Cell, silent: frozenset[str] | set[str]) -> Truth:
    """The household's verdict if nothing were known of these members but that they live there."""
    book = folder.book
    family: Family = replace(
        folder.family,
        members=tuple(_silent(member) if member.id in silent else member for member in folder.family.members),
    )
    return verdict(cell.version.rules, family, book.on, book.catalogue)


def _silent(member: Member) -> Member:
    return replace(member, answers={}, birth=None)
