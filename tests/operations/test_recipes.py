"""HOWTO.md is true: what it tells a newcomer to write is taken from the page and tried."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from config import command, prepare, server
from config.settings_reference import table
from tests.operations.offices import ask

HOWTO = (server.ROOT / "HOWTO.md").read_text("utf-8")
ADDRESS = re.compile(r"\]\(#([a-z-]+)\)")

# Reads a file of cases with the country pack of the environment and prints each member's value
ONE_CASE = """
import os, pathlib, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django; django.setup()
import tests.cases.test_policy_cases as cases
catalogue = cases.catalogue_of_files([])
for written in cases.yaml(pathlib.Path(sys.argv[1]))["cases"]:
    case, _document = cases.as_case(written["name"], written, catalogue)
    for result in cases.by_interpreter([case], catalogue):
        print(result.member, result.value)
"""


def block(name: str) -> str:
    """The example of HOWTO.md that begins with the comment `# name`, without its indentation."""
    found = re.search(rf"^( *)```\w+\n\1# {name}\n(.*?)^\1```", HOWTO, re.MULTILINE | re.DOTALL)
    assert found, f"HOWTO.md has no example '{name}'"
    return re.sub(rf"^{found[1]}", "", found[2], flags=re.MULTILINE)


def add_examples(pack: Path) -> None:
    """Put the fact and the programme of the page into a country pack."""
    facts = pack / "facts.yaml"
    entry = "".join(f"  {line}\n" for line in block("fact").splitlines())
    facts.write_text(facts.read_text("utf-8").rstrip("\n") + "\n" + entry, "utf-8")
    (pack / "programmes" / "READING.yaml").write_text(block("programme"), "utf-8")


def test_the_reference_of_settings_is_the_one_the_code_prints() -> None:
    assert table() in HOWTO, "make it anew: python -m config.settings_reference"


def test_every_recipe_named_at_the_top_is_there() -> None:
    headings = {
        re.sub(r"[^a-z -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^## (.+)$", HOWTO, re.M)
    }
    named = set(ADDRESS.findall(HOWTO))
    assert len(named) > 8 and named <= headings


def test_every_command_of_the_page_exists() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "config.manage", "help", "--commands"], cwd=server.ROOT, capture_output=True, text=True
    ).stdout.split()
    named = set(re.findall(r"\./run onestop ([\w-]+)", HOWTO))
    assert len(named) > 10
    # a hyphen is written where a module's name has an underscore: verify-audit is verify_audit.py
    assert named <= {*(name.replace("_", "-") for name in listed), *command.WHOLE, "COMMAND"}


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the country pack with the fact and the programme of the page in it; what follows runs with it."""
    copy = tmp_path / "country"
    shutil.copytree(server.ROOT / "countries" / "khm", copy)
    add_examples(copy)
    monkeypatch.setenv("ONESTOP_COUNTRY", str(copy))
    return copy


def test_the_fact_and_the_programme_of_the_page_work_without_programming(
    pack: Path, committed_database: dict[str, str]
) -> None:
    connections["default"].close()
    programme = pack / "programmes" / "READING.yaml"

    def run(*arguments: str, role: str = "app") -> str:
        process = "owner" if role == "owner" else "command"
        return prepare.django(list(arguments), committed_database[role], process=process, mode="test")

    run("facts", "load", role="owner")
    columns = "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s"
    assert ask(committed_database["owner"], columns, "registry_personrow", "reads_khmer") == [("boolean",)]
    assert "reads_khmer" in run("evaluate", "--schema")
    run("programmes", "format", str(programme))
    assert "nothing to put right" in run("criteria", "check", str(programme))
    run("programmes", "load")
    assert run("programmes", "export", "READING").strip() == programme.read_text("utf-8").strip()
    asked = ["crosstable", "--unit", "1701", "--on", "2014-06-11", "--format", "json"]
    assert '"READING"' in run(*asked)


@pytest.mark.long
def test_a_fact_that_a_loaded_programme_asks_for_is_not_taken_out_unsaid(
    pack: Path, committed_database: dict[str, str]
) -> None:
    connections["default"].close()
    owner, app = committed_database["owner"], committed_database["app"]
    prepare.django(["facts", "load"], owner, process="owner", mode="test")
    prepare.django(["programmes", "load"], app, process="command", mode="test")
    shutil.copy(server.ROOT / "countries" / "khm" / "facts.yaml", pack / "facts.yaml")
    (pack / "programmes" / "READING.yaml").unlink()
    with pytest.raises(prepare.NotPrepared, match=r"READING, as it was loaded:\d+:\d+: .*reads_khmer.*topic: null"):
        prepare.run_steps(owner, app, mode="test")


def test_a_mistake_in_the_programme_of_the_page_is_named_with_its_place_and_a_proposal(pack: Path) -> None:
    programme = pack / "programmes" / "READING.yaml"
    programme.write_text(programme.read_text("utf-8").replace("!person.reads_khmer", "!person.read_khmer"), "utf-8")
    with pytest.raises(prepare.NotPrepared, match=r"READING\.yaml:\d+:\d+: .*reads_khmer"):
        prepare.django(
            ["criteria", "check", str(programme)], "postgresql://nobody@/nothing", process="command", mode="test"
        )


def test_the_case_of_the_page_comes_out_as_written(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "reading.yaml").write_text(block("case"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ONE_CASE, str(tmp_path / "reading.yaml")],
        cwd=server.ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["asked True", "not_asked None"], done.stderr
