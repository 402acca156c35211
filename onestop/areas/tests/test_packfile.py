from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from onestop.areas.packfile import Node, PackRefused, read_pack_file


def node(tmp_path: Path, text: str) -> Node:
    path = tmp_path / "file.yaml"
    path.write_text(text, "utf-8")
    return read_pack_file(path, "khm/file.yaml")


def refusal(made: Node, read: str, *arguments: object) -> str:
    with pytest.raises(PackRefused) as refused:
        getattr(made, read)(*arguments)
    return str(refused.value)


def test_words_like_on_and_no_are_words_as_in_yaml_1_2(tmp_path: Path) -> None:
    made = node(tmp_path, "on: 2014-06-11\nno: yes\n")
    assert made.day("on") == date(2014, 6, 11)
    assert made.text("no") == "yes"


def test_each_reader_gives_its_type(tmp_path: Path) -> None:
    made = node(tmp_path, "a: 12\nb: 1.50\nc: true\nd: {km: ក, en: k}\ne: [x, y]\nf: null\n")
    assert made.whole("a") == 12
    assert made.decimal("b") == Decimal("1.50")
    assert made.flag("c") is True
    assert made.names("d") == {"km": "ក", "en": "k"}
    assert made.texts("e") == ("x", "y")
    assert made.text("f", "else") == "else"
    assert made.text("g", None) is None
    assert made.texts("g") == ()


def test_plain_gives_everything_below_exactly(tmp_path: Path) -> None:
    made = node(tmp_path, 'a: [1, 1.50, "01", true, null, 2014-06-11, {b: c}]\n')
    assert made.plain() == {"a": [1, Decimal("1.50"), "01", True, None, date(2014, 6, 11), {"b": "c"}]}


def test_a_code_without_quotes_is_refused_with_file_line_and_key(tmp_path: Path) -> None:
    made = node(tmp_path, "units:\n  - {code: 0123}\n").each("units")[0]
    assert refusal(made, "text", "code").startswith(
        "khm/file.yaml:2: units[0].code: a text (a code or a number goes in"
    )


def test_a_missing_key_is_refused_with_the_line_of_what_lacks_it(tmp_path: Path) -> None:
    made = node(tmp_path, "# first\n# second\na: 1\n")
    assert refusal(made, "text", "name") == "khm/file.yaml:3: name: this key is missing."


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    made = node(tmp_path, "a: 1\nb: 2\na: 3\n")
    assert refusal(made, "items") == "khm/file.yaml:3: a: this key stands twice; the first is in line 1."


def test_an_unknown_key_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    made = node(tmp_path, "code: x\nlable: y\n")
    assert refusal(made, "only", "code", "label") == "khm/file.yaml:2: lable: unknown key; known are code, label."


@pytest.mark.parametrize("day", ["2014-02-30", "11.6.2014", "2014-6-1"])
def test_a_day_that_is_none_is_refused(tmp_path: Path, day: str) -> None:
    assert "YYYY-MM-DD" in refusal(node(tmp_path, f"on: {day}\n"), "day", "on")


def test_a_file_that_is_missing_empty_broken_or_not_utf_8_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="khm/file.yaml: there is no such file"):
        read_pack_file(tmp_path / "file.yaml", "khm/file.yaml")
    with pytest.raises(PackRefused, match="khm/file.yaml:1: the file is empty"):
        node(tmp_path, "# nothing\n")
    with pytest.raises(PackRefused, match=r"khm/file.yaml:2: this is not YAML"):
        node(tmp_path, "a: [1, 2\nb: }\n")
    (tmp_path / "file.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(PackRefused, match="khm/file.yaml: the file is not UTF-8"):
        read_pack_file(tmp_path / "file.yaml", "khm/file.yaml")
