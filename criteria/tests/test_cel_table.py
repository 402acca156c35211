"""The page about CEL says what its conformance files give today."""

from __future__ import annotations

import os

import pytest

from criteria.tests.cel_table import FOLDER, PAGE, TextFormat, results, table

needs_files = pytest.mark.skipif(
    not FOLDER.is_dir() and not os.environ.get("CI"), reason=f"the conformance files are not here: {FOLDER}"
)


@pytest.mark.shared
@needs_files
def test_the_page_is_what_the_files_give() -> None:
    found = results()
    assert [line for result in found for line in result.differs] == []
    assert PAGE.read_text() == table(found), "write it again: python -m criteria.tests.cel_table"
    assert sum(result.passed for result in found) > 100


def test_the_text_format_is_read_as_its_definition_says() -> None:
    text = """
    # a comment
    name: "a" 'b'  section { test: { expr: "\\"\\x41\\101\\n" value: { int64_value: -3 } } test { expr: 'é\\u00e9' } }
    [a.b/c] { x: [1, 2] } list: <y: true>,
    """
    message = TextFormat(text).message()
    assert message["name"] == ["ab"]
    first, second = message["section"][0]["test"]
    assert first == {"expr": ['"AA\n'], "value": [{"int64_value": ["-3"]}]}
    assert second == {"expr": ["éé"]}
    assert message["[a.b/c"] == [{"x": ["1", "2"]}]
    assert message["list"] == [{"y": ["true"]}]
