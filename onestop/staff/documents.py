"""The documents made from the tables: the matrix of rights, the diagrams of workflows, the tasks of each role.

`./run onestop rights --write` writes them into docs/; a test holds the files true. They are in the first language of
the country pack that the documents of the code are written in: English.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.apps import apps
from django.utils import translation

from onestop.areas.country import Role, in_words, pack
from onestop.areas.masks import MASKS
from onestop.areas.rights import BUILT, RIGHTS
from onestop.areas.terms import terms
from onestop.staff.tasks import packed_tasks, sources
from onestop.staff.workflow import TABLES, Transition, Workflow

__all__ = ["DOCUMENTS", "code_tables", "rights", "tasks", "workflows"]

LANGUAGE: Final = "en"
_MADE: Final = "<!-- Made by ./run onestop rights --write; do not edit. -->"


def code_tables() -> dict[str, Workflow[Any]]:
    """Every workflow of the rooms, by kind of record; those that tests make up are left out."""
    for config in apps.get_app_configs():
        for name in ("workflow", "help"):
            if config.name.startswith("onestop.") and find_spec(f"{config.name}.{name}"):
                import_module(f"{config.name}.{name}")
    return {kind: table for kind, table in sorted(TABLES.items()) if ".tests" not in table.model.__module__}


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") or "–" for cell in cells) + " |"


def _table(head: list[str], rows: list[list[object]]) -> list[str]:
    return [_row(*head), "|" + "---|" * len(head), *(_row(*row) for row in rows), ""]


def _tiers() -> list[tuple[int, str]]:
    levels = {level.number: level.name(LANGUAGE) for level in pack().levels}
    return [(0, "nation"), *((number, levels[number]) for number in sorted(levels))]


def rights() -> str:
    """Which role has which right, and what each role sees; what each opens is walked in tests/rights."""
    with translation.override(LANGUAGE):
        roles, tiers = list(pack().roles.values()), _tiers()
        lines = [_MADE, "# Rights", ""]
        lines += [
            "Which role gives which right, by the tier of its unit. A right in *italics* belongs to a room still to be",
            "built and opens nothing yet. Names: `onestop/areas/rights.py`; roles: `countries/khm/roles.yaml`.",
            "",
        ]
        holders: list[list[object]] = []
        for code, right in RIGHTS.items():
            cells = [", ".join(r.code for r in roles if r.level == n and code in r.rights) for n, _name in tiers]
            shown = f"`{code}`" if right.room in BUILT else f"*{code}*"
            holders.append([f"{shown}: {right}", *cells])
        lines += _table(["right", *(name for _number, name in tiers)], holders)
        lines += ["## Roles", "", "Masked: columns that the role does not see of the people it sees:"]
        lines += ["; ".join(f"`{code}`, {mask}" for code, mask in MASKS.items()) + ".", ""]
        lines += _table(
            ["role", "tier", "signs in", "sees", "sectors", "compartments", "masked", "rights"],
            [_role_row(role, dict(tiers)) for role in roles],
        )
        lines += ["## Rights not in one hand", ""]
        lines += _table(
            ["these", "and those", "why"],
            [[", ".join(sorted(c.these)), ", ".join(sorted(c.those)), in_words(c.why)] for c in pack().conflicts],
        )
        return "\n".join(lines).rstrip() + "\n"


def _role_row(role: Role, tiers: dict[int, str]) -> list[object]:
    return [
        f"`{role.code}` {in_words(role.label)}",
        tiers[role.level],
        "yes" if role.may_sign_in else "no",
        role.sees,
        "all" if role.sectors is None else ", ".join(sorted(role.sectors)),
        ", ".join(sorted(role.compartments)),
        ", ".join(sorted(role.masks)),
        ", ".join(sorted(role.rights)),
    ]


def workflows() -> str:
    """A diagram and a table for each noun that moves through states, and the terms."""
    with translation.override(LANGUAGE):
        lines = [_MADE, "# Workflows", ""]
        lines += [
            "Every step of every noun that moves through states: the same table feeds the buttons, the worklists, the",
            "checks and the test of states × verbs × roles (`tests/architecture/test_transitions.py`).",
            "",
        ]
        for kind, table in code_tables().items():
            lines += [f"## {table.model._meta.verbose_name} (`{kind}`)", "", "```mermaid", "stateDiagram-v2"]
            for step in table.transitions.values():
                for source in sorted(step.source) or ["[*]"]:
                    lines.append(f"    {source or '[*]'} --> {step.to}: {step.verb}")
            ends = [state for state in table.states if state and not table.leading_on(state)]
            lines += [*(f"    {state} --> [*]" for state in ends), "```", ""]
            lines += _table(
                ["step", "from", "to", "who may", "four eyes: not who", "needs", "due next"],
                [_step_row(step) for step in table.transitions.values()],
            )
        lines += ["## Terms", "", "Working days of the country pack (`countries/khm/terms.yaml`).", ""]
        lines += _table(
            ["term", "working days", "for", "source"],
            [
                [f"`{term.code}`", term.working_days, in_words(term.label), term.source + _demo(term.is_demo)]
                for term in terms().values()
            ],
        )
        return "\n".join(lines).rstrip() + "\n"


def _demo(is_demo: bool) -> str:
    return " (a default of the demonstration: no document names a number)" if is_demo else ""


def _step_row(step: Transition) -> list[object]:
    roles = ", ".join(role.code for role in pack().roles.values() if step.right in role.rights)
    who = f"`{step.right}`: {roles or 'nobody'}" if step.right else "every officer"
    if step.whose:
        who = f"the officer in `{step.whose}`" + (f", with `{step.right}`" if step.right else "")
    eyes = ["did " + verb for verb in sorted(step.not_same_as)] + [f"is in `{name}`" for name in sorted(step.not_by)]
    source = ", ".join(sorted(state or "(new)" for state in step.source)) or "(new)"
    return [step.verb, source, step.to, who, "; ".join(eyes), ", ".join(sorted(step.needs)), step.due]


def tasks() -> str:
    """Which role has which task, from which row of the requirements, and which room brings it."""
    with translation.override(LANGUAGE):
        lines = [_MADE, "# Tasks", ""]
        lines += [
            "The tasks of each role: Tables 7–10 of the study (ORG-51) and what other requirements add. A task of a",
            "room still to come is on nobody's page. Whose it is stands in `countries/khm/tasks.yaml`.",
            "",
        ]
        known = {source.key: source for source in sources()}
        rows: list[list[object]] = []
        for task in sorted(packed_tasks().values(), key=lambda task: task.table or 99):
            brought = f"waits: `{task.source}`" if task.source in known else f"page `{task.page}`" if task.page else ""
            if not brought:
                brought = f"to come: {task.room}"
            everybody = len(task.roles) == len(pack().roles)
            roles = "every role" if everybody else ", ".join(code for code in pack().roles if code in task.roles)
            rows.append([task.table or "–", ", ".join(task.rows), in_words(task.words), roles, brought])
        lines += _table(["Table", "rows", "task", "roles", "in the program"], rows)
        return "\n".join(lines).rstrip() + "\n"


# Each document and how it is made
DOCUMENTS: Final[dict[str, Callable[[], str]]] = {
    "docs/RIGHTS.md": rights,
    "docs/WORKFLOWS.md": workflows,
    "docs/TASKS.md": tasks,
}
