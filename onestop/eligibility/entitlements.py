"""What one person may get, as plain data: the output of the command `entitlements`, on which others build."""

from datetime import date
from decimal import Decimal
from typing import Any

from criteria.dates import NONE_DATE
from criteria.explain import missing_in
from criteria.interpret import CriterionState, FactRead
from criteria.values import Range, Truth
from onestop.areas.country import in_words
from onestop.eligibility.explain import Cell, Folder
from onestop.eligibility.sentences import criterion_sentence, sentence

STATES = {True: "met", False: "not_met", None: "unknown"}


def entitlements(folder: Folder, member: str) -> list[dict[str, Any]]:
    """Every programme of the day for one member, in catalogue order."""
    return [entitlement(folder, folder.cell(version, member)) for version in folder.book.versions]


def entitlement(folder: Folder, cell: Cell) -> dict[str, Any]:
    """One programme with the state, sentence, facts and missing facts of each criterion."""
    miss = folder.nearest_miss(cell)
    return {
        "programme": cell.version.code,
        "unit": cell.version.rules.unit,
        "verdict": cell.assessment.verdict.value,
        "version": cell.version.version.valid_from.isoformat(),
        "criteria": [criterion(folder, cell, state) for state in cell.assessment.criteria],
        "nearest_miss": None
        if miss is None
        else {
            "criterion": miss.criterion,
            "conditions": [sentence(atom, folder.book.catalogue) for atom in miss.atoms],
            "together": miss.together,
        },
        "changes": [
            {
                "on": change.on.isoformat(),
                "verdict": change.verdict.value if change.verdict else None,
                "because": [{"criterion": key, "state": state_word(truth)} for key, truth in change.because],
            }
            for change in folder.changes(cell)
        ],
    }


def criterion(folder: Folder, cell: Cell, state: CriterionState) -> dict[str, Any]:
    """One criterion: its key, state, sentence in each language, the facts it read and those still missing."""
    missing = missing_in(cell.assessment, state.key, folder.family, folder.book.catalogue)
    return {
        "key": state.key,
        "state": state_word(state.state),
        "sentence": criterion_sentence(cell.version, state.key, state.tree, folder.book.catalogue),
        "facts": [
            {
                "fact": read.name,
                "of": read.of,
                "value": plain(read),
                "observed_on": read.observed_on.isoformat() if read.observed_on else None,
                "stale": read.stale,
            }
            for read in state.facts
        ],
        "missing": [{"fact": one.name, "of": one.of} for one in missing],
    }


def state_word(truth: Truth) -> str:
    return STATES[truth]


def plain(read: FactRead) -> Any:
    """A value as JSON has it: dates as text, an interval as its two ends, "none" for a date that does not apply."""
    return plain_value(read.value)


def plain_value(value: Any) -> Any:
    if isinstance(value, Range):
        low, high = plain_value(value.low), plain_value(value.high)
        return low if low == high else [low, high]
    if isinstance(value, date):
        return "none" if value == NONE_DATE else value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value) if isinstance(value, Decimal) else value


def as_lines(found: list[dict[str, Any]], language: str) -> str:
    """The same to read: one line a programme, one a criterion, in one language."""
    lines = []
    for one in found:
        lines.append(f"{one['programme']:<12} {one['verdict']}  ({one['version']})")
        for part in one["criteria"]:
            asked = ", ".join(f"{missing['fact']} ({missing['of']})" for missing in part["missing"])
            lines.append(
                f"  {part['state']:<8} {in_words(part['sentence'], language)}" + (f"  ? {asked}" if asked else "")
            )
        lines += [f"  from {change['on']}: {change['verdict'] or 'no longer a member'}" for change in one["changes"]]
    return "\n".join(lines)
