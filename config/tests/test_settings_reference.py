"""The reference of settings tells of every variable, and of none that nobody reads."""

import re
from pathlib import Path

from config.settings import SETTINGS
from config.settings_reference import INTERNAL, table

ROOT = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r"environ(?:\.get\(|\.setdefault\(|\[)\s*\"([A-Z_]+)\"")
# Variables of the machine, not of ours
OF_THE_MACHINE = {"PATH", "HOME", "TMPDIR"}


def variables_read() -> set[str]:
    """The environment variables that the house reads by name, tests apart."""
    files = [ROOT / "conftest.py", *(f for room in ("config", "onestop", "bench") for f in (ROOT / room).rglob("*.py"))]
    found = {name for file in files if "tests" not in file.parts for name in READ.findall(file.read_text("utf-8"))}
    assert {"PGBIN", "DATABASE_URL"} <= found, "the search itself finds nothing any more"
    return found - OF_THE_MACHINE


def test_every_variable_the_code_reads_is_explained() -> None:
    assert variables_read() - {setting.name for setting in SETTINGS} - set(INTERNAL) == set()


def test_no_explained_variable_is_unused() -> None:
    assert {setting.name for setting in SETTINGS} - variables_read() == set()


def test_the_table_has_a_whole_line_for_each() -> None:
    lines = table().splitlines()
    assert len(lines) == len(SETTINGS) + 2
    assert {line.count(" | ") for line in lines} == {2}
    assert all(setting.sentence in table() for setting in SETTINGS)
