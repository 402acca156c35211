"""Masked columns are read through `areas.masks` alone: nowhere else does code or a template reach for their values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from onestop.areas.country import pack
from onestop.areas.masks import MASKS
from onestop.areas.models import Personal

# A name so common that it is looked for by the walk of rights only, which sees the values: IdentityDocument.number
EVERYWHERE = {"number"}
# Who writes these columns, or looks for whom they belong to, and shows nothing; a new line here is a decision
WRITE = {
    "onestop/registry/actions/registering.py": "stores what was typed",
    "onestop/registry/checking.py": "checks what a file brings",
    "onestop/registry/staging.py": "writes what a file brings",
}
# Columns of the same name that are of no person
OF_NOBODY = {
    "onestop/eligibility/templates/eligibility/programme.html": "contact.phone",
    "onestop/registry/templates/registry/parts/call.html": "other.office.phone",
    "onestop/staff/templates/staff/office.html": "about.phone",
    "onestop/staff/templates/staff/office_form.html": "form.phone",
}


def masked_columns() -> dict[str, str]:
    """Every masked column by name, with its kind."""
    found: dict[str, str] = {}
    for model in apps.get_models():
        if issubclass(model, Personal):
            found |= model.masked
    return found


def test_every_kind_is_of_some_column_and_every_column_of_a_known_kind() -> None:
    assert set(masked_columns().values()) == MASKS.keys()
    for model in apps.get_models():
        for column in getattr(model, "masked", {}):
            assert model._meta.get_field(column).column == column, model


def test_every_kind_is_masked_by_a_role_with_its_reason() -> None:
    """A kind that nobody masks is to be taken out; a list without a reason above it cannot be reviewed."""
    assert {kind for role in pack().roles.values() for kind in role.masks} == MASKS.keys()
    lines = (pack().folder / "roles.yaml").read_text("utf-8").splitlines()
    bare = [line for above, line in zip(lines, lines[1:], strict=False) if "masks: [" in line and "# " not in above]
    assert not bare


def read_past(text: str, columns: set[str]) -> Iterator[str]:
    """The columns that Python reads as attributes of something: `person.phone`, `line.person.phone`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in columns and isinstance(node.ctx, ast.Load):
            yield ast.unparse(node)


def shown_past(text: str, columns: set[str]) -> Iterator[str]:
    """The same in a template."""
    yield from re.findall(rf"[\w.]+\.(?:{'|'.join(sorted(columns))})\b", text)


def test_no_code_and_no_template_reads_a_masked_column_past_its_reader(pytestconfig: pytest.Config) -> None:
    columns = masked_columns().keys() - EVERYWHERE
    past = []
    for file in sorted((pytestconfig.rootpath / "onestop").rglob("*")):
        name = str(file.relative_to(pytestconfig.rootpath))
        if {"tests", "migrations"} & set(file.parts) or file.suffix not in {".py", ".html"} or name in WRITE:
            continue
        reads = read_past if file.suffix == ".py" else shown_past
        found = set(reads(Path(file).read_text("utf-8"), columns)) - {OF_NOBODY.get(name, "")}
        past += [f"{name}: {one}" for one in sorted(found)]
    assert not past, f"show these through areas.masks.shown or {{{{ record|shown:'column' }}}}: {past}"


def test_a_reading_past_is_found() -> None:
    assert list(read_past("said = line.person.phone\nperson.phone = typed\n", {"phone"})) == ["line.person.phone"]
    assert list(shown_past("{{ page.household.phone|telephone }} {{ household|shown:'phone' }}", {"phone"})) == [
        "page.household.phone"
    ]
