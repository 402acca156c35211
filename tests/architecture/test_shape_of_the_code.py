"""The house rules that a reader can check without running anything: sizes, names, one clock, no hidden machinery."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ["config", "criteria", "pilot", "onestop", "bench", "tests"]
LONGEST_FILE = 500
LONGEST_FUNCTION = 80
BANNED_NAMES = {"services.py", "utils.py", "helpers.py", "managers.py", "common.py", "misc.py"}


def sources() -> list[Path]:
    """Every Python file of ours but migrations."""
    found = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return [ROOT / "conftest.py", *(path for path in found if "migrations" not in path.parts)]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    written = [
        *sources(),
        *(path for kind in ("html", "css", "js", "typ") for path in (ROOT / "onestop").rglob(f"*.{kind}")),
    ]
    long = {
        name(path): lines for path in written if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert not long


def test_no_function_is_longer_than_eighty_lines() -> None:
    long = {
        f"{name(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in sources()
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert not long


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [name(path) for path in sources() if path.name in BANNED_NAMES]


def test_every_folder_of_tests_is_a_package() -> None:
    """In a folder that is none, conftest.py goes by the bare name `conftest`, and of two only the first is found."""
    folders = {path.parent for path in sources() if path.name == "conftest.py" or path.name.startswith("test_")}
    assert {folder for folder in folders if folder != ROOT and not (folder / "__init__.py").is_file()} == set()


def test_nearly_every_function_is_annotated() -> None:
    nodes = [node for path in sources() for node in functions(path)]
    bare = [node for node in nodes if node.returns is None]
    assert len(bare) <= 0.05 * len(nodes), [node.name for node in bare][:20]


def test_there_is_one_clock() -> None:
    """areas.clock says what day it is; the machine's own day is wrong abroad and in the demonstration."""
    banned = re.compile(r"\b(date\.today|datetime\.(today|now|utcnow)|timezone\.localdate)\s*\(")
    allowed = {"onestop/areas/clock.py", "tests/architecture/test_shape_of_the_code.py"}
    found = [
        f"{name(path)}:{number}"
        for path in sources()
        if path.parts[len(ROOT.parts)] == "onestop" and name(path) not in allowed and "tests" not in path.parts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if banned.search(line)
    ]
    assert not found


def test_there_are_no_signals_and_no_hidden_saves() -> None:
    signals = re.compile(r"django\.db\.models\.signals|django\.dispatch|@receiver")
    found = [name(path) for path in sources() if "tests" not in path.parts and signals.search(path.read_text("utf-8"))]
    saves = [
        f"{name(path)}:{node.lineno}"
        for path in (ROOT / "onestop").rglob("models*.py")
        for parent in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(parent, ast.ClassDef)
        for node in parent.body
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    assert not found and not saves


def test_rooms_import_nothing_inside_functions() -> None:
    found = [
        f"{name(path)}:{inner.lineno}"
        for folder in ("onestop", "criteria", "pilot", "config")
        for path in (ROOT / folder).rglob("*.py")
        if "tests" not in path.parts
        for node in functions(path)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not found


def test_locks_name_no_host() -> None:
    locks = [*ROOT.glob("requirements*.lock"), ROOT / "package-lock.json", ROOT / ".npmrc", ROOT / "pyproject.toml"]
    assert len(locks) >= 6
    assert not [lock.name for lock in locks if "://" in lock.read_text("utf-8")]


def test_nothing_cambodian_stands_in_code() -> None:
    """Codes, kinds and names of the country come from its pack; only the pack, the generator and tests know them."""
    cambodian = re.compile(r"[\u1780-\u17ff]|\bkhum\b|\bsangkat\b|\bsrok\b|Siem Reap|Angkor", re.IGNORECASE)
    allowed = re.compile(
        r"/tests/|^tests/|/locale/|^bench/|^pilot/|areas/text\.py|areas/dates\.py|areas/names\.py|registry/names|/factories\.py|ui/(formats|read)"
    )
    found = [
        f"{name(path)}:{number}: {line.strip()[:60]}"
        for path in sources()
        if path.parts[len(ROOT.parts)] in {"onestop", "criteria"} and not allowed.search(name(path))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if cambodian.search(line.split("#")[0]) and '"""' not in line
    ]
    assert not found


def test_every_template_is_used() -> None:
    everything = "\n".join(
        path.read_text("utf-8") for kind in ("*.py", "*.html") for path in (ROOT / "onestop").rglob(kind)
    )
    unused = []
    for path in (ROOT / "onestop").rglob("templates/**/*.html"):
        template = str(path).split("/templates/")[1]
        if f'"{template}"' not in everything and not re.fullmatch(r"\d{3}(_csrf)?\.html", path.name):
            unused.append(template)
    assert not unused


def test_nothing_of_this_machine_is_committed() -> None:
    listed = subprocess.run(
        ["git", "grep", "-nIF", "-e", f"{ROOT}/", "--", "."], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode > 1:
        pytest.fail(f"git could not look: {listed.stderr}")
    assert not listed.stdout
