"""The documents made from the tables are true, and the tasks of roles are those of the study's Tables 7-10 (ORG-51)."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from onestop.areas.country import pack
from onestop.areas.rights import BUILT
from onestop.staff.documents import DOCUMENTS
from onestop.staff.tasks import packed_tasks, sources

# Rows that cite one of the tables (requirements.md): kept here so that the comparison needs no file beside the project
CITING = {
    7: "F1-12 F1-34 F2-43 F2-44 F2-45 F3-39 F3-40 F4-32 F4-34 F4-37 F5-17 F5-18 F5-19 F5-20 ORG-42 REP-08 "
    "REP-09 REP-10 REP-17 INT-13",
    8: "F1-10 F1-16 F1-17 F2-19 F2-21 F2-24 F2-31 F2-34 F2-35 F3-17 F3-18 F3-30 F3-31 F3-33 F3-34 F4-25 F4-27 F4-28 "
    "F4-31 F4-42 F5-15 REP-03 REP-05 REP-11 DATA-34 DATA-35",
    9: "F1-11 F1-19 F2-08 F2-15 F2-16 F3-36 F4-17 F4-18 F4-41 F4-43 F5-16 ORG-31 REP-02 REP-13 REP-31 DATA-23 DATA-27",
    10: "F2-06 F2-07 F3-35 F4-16 DATA-28",
}
# The actors the rows name, and the roles of the pack
ACTORS = {
    "CA": "commune_assistant",
    "DA": "district_assistant",
    "PO": "planning_officer",
    "AFO": "finance_officer",
    "ISO": "intersector_officer",
    "IT": "it_officer",
    "TO": "technical_officer",
    "VDC": "village_chair",
    "CIO": "provincial_consolidation",
    "PPO": "provincial_planning",
    "SRO": "provincial_statistics",
    "CDO": "provincial_capacity",
    "FD": "provincial_finance",
    "ESAO": "provincial_social_affairs",
}


def test_every_row_that_cites_a_table_is_a_task_of_that_table() -> None:
    tasks = packed_tasks().values()
    for table, rows in CITING.items():
        # a row may stand under the table it cites or, where both tiers share the task, under the other's
        missing = {row for row in rows.split() if not any(row in task.rows for task in tasks)}
        assert not missing, f"Table {table}: {missing}"
        assert {row for task in tasks if task.table == table for row in task.rows} & set(rows.split())


def test_the_rows_are_those_of_the_requirements(shared: Path) -> None:
    text = (shared / "requirements.md").read_text("utf-8")
    found: dict[int, set[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 4 and re.fullmatch(r"[A-Z]+\d?-\d+", cells[1]):
            for table in re.findall(r"\bTables? (\d+)(?:-(\d+))?", cells[3]):
                if int(table[0]) in CITING:
                    found.setdefault(int(table[0]), set()).add(cells[1])
    assert found == {table: set(rows.split()) for table, rows in CITING.items()}


def test_each_actor_a_row_names_first_has_the_task(shared: Path) -> None:
    """Row by row: whom the requirement names as the doer (before the arrow) finds the task on the home page."""
    rows: dict[str, str] = {}
    for line in (shared / "requirements.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 4:
            rows[cells[1]] = cells[4]
    wanted = {row for listed in CITING.values() for row in listed.split() if not row.startswith(("DATA", "ORG"))}
    for row in sorted(wanted):
        doers = re.split(r"→|->", rows[row])[0]
        roles = {role for task in packed_tasks().values() if row in task.rows for role in task.roles}
        for actor, role in ACTORS.items():
            if re.search(rf"\b{actor}\b(?! team)", doers):
                assert role in roles, f"{row}: {actor}"


def test_every_task_of_a_built_room_is_counted_or_has_its_page() -> None:
    keys = {source.key for source in sources()}
    for task in packed_tasks().values():
        if task.source:
            assert task.source in keys, task.key
        elif task.page:
            try:
                assert reverse(task.page)
            except NoReverseMatch:
                pytest.fail(f"tasks.yaml: {task.key} names the page {task.page}, which is not there")
        else:
            assert task.room not in BUILT, f"tasks.yaml: {task.key} is of a room that is built, and leads nowhere"


def test_every_role_of_a_counted_task_holds_its_right() -> None:
    known = {source.key: source for source in sources()}
    for task in packed_tasks().values():
        right = known[task.source].right if task.source else ""
        if right:
            lacking = {role for role in task.roles if right not in pack().roles[role].rights}
            assert not lacking, f"{task.key} needs {right}"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_document_says_what_the_tables_say(name: str) -> None:
    """Run ./run onestop rights --write after a change of roles, steps, tasks or pages, and read the difference."""
    assert (settings.ROOT / name).read_text("utf-8") == DOCUMENTS[name]()
