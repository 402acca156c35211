"""Our language beside the published conformance files of CEL: a table per file, what passes, what is outside and why.

Each test's expression is read as it stands, nothing is rewritten. It passes when our value is the expected one; it is
outside when our language refuses it (the reason is the key of the refusal) or answers “unknown” where CEL has an error.
Run as a module to write `criteria/CEL.md`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from criteria import syntax
from criteria.family import Family, Member
from criteria.interpret import FamilyWorld
from criteria.problems import RuleRefused
from criteria.read import Reader
from criteria.tests.lending import LIBRARY
from criteria.tokens import Source
from criteria.values import Value

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "specs" / "cel"
PAGE = Path(__file__).resolve().parents[1] / "CEL.md"

# texts stay as they are written
CATALOGUE = replace(LIBRARY, normalise=str)

_TOKEN = re.compile(
    r"\s+|\#[^\n]*|(?P<name>[A-Za-z_][\w.]*)|(?P<text>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
    r"|(?P<number>-?[0-9][\w.+-]*|-[a-z]+)|(?P<sign>[{}\[\]:,;<>/])|(?P<any>.)",
    re.S,
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.S)

Message = dict[str, list[Any]]


def unquote(text: str) -> str:
    """A quoted text of a text-format message, which is UTF-8 once its escapes are read as bytes."""

    def meant(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] == "x" and len(code) > 1:
            return chr(int(code[1:], 16))
        if code[0].isdigit():
            return chr(int(code, 8))
        if code[0] in "uU" and len(code) > 1:
            return "".join(chr(byte) for byte in chr(int(code[1:], 16)).encode())
        return _SIMPLE.get(code, code)

    as_bytes = "".join(chr(byte) for byte in text[1:-1].encode())
    return _ESCAPE.sub(meant, as_bytes).encode("latin-1").decode("utf-8", "surrogateescape")


class TextFormat:
    """As much of the protobuf text format as the conformance files use."""

    def __init__(self, text: str) -> None:
        found = (match for match in _TOKEN.finditer(text) if match.lastgroup)
        self.tokens = [(match.lastgroup or "", match.group()) for match in found]
        self.at = 0

    def message(self, closing: str = "") -> Message:
        found: Message = {}
        while self.at < len(self.tokens) and self.tokens[self.at][1] != closing:
            name = self._name()
            self._skip(":")
            found.setdefault(name, []).extend(self._values())
            self._skip(",")
            self._skip(";")
        self.at += 1
        return found

    def _name(self) -> str:
        kind, text = self.tokens[self.at]
        self.at += 1
        if text == "[":
            while self.tokens[self.at][1] != "]":
                text += self.tokens[self.at][1]
                self.at += 1
            self.at += 1
        return text

    def _skip(self, sign: str) -> None:
        if self.at < len(self.tokens) and self.tokens[self.at][1] == sign:
            self.at += 1

    def _values(self) -> list[Any]:
        kind, text = self.tokens[self.at]
        self.at += 1
        if text in "{<" and kind == "sign":
            return [self.message("}" if text == "{" else ">")]
        if text == "[":
            found: list[Any] = []
            while self.tokens[self.at][1] != "]":
                found.extend(self._values())
                self._skip(",")
            self.at += 1
            return found
        if kind == "text":
            whole = unquote(text)
            while self.at < len(self.tokens) and self.tokens[self.at][0] == "text":
                whole += unquote(self.tokens[self.at][1])
                self.at += 1
            return [whole]
        return [text]


@dataclass
class FileResult:
    """One conformance file."""

    name: str
    passed: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    differs: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.passed + sum(self.outside.values()) + len(self.differs)


def tests_of(path: Path) -> Iterator[tuple[str, Message]]:
    """Each test of a file with the name of its section."""
    for section in TextFormat(path.read_text()).message().get("section", []):
        for test in section.get("test", []):
            yield section["name"][0], test


def answer(expression: str) -> Value:
    """Our value of an expression, of any type; RuleRefused when it is outside the language."""
    source = Source(expression)
    reader = Reader(source, CATALOGUE, "person")
    tree = reader.any_value(syntax.parse(source))
    return tree.value(FamilyWorld(Family("f", (Member("a"),)), CATALOGUE, date(2026, 11, 22), Member("a")))


def expected(test: Message) -> object:
    """The value that the file expects; a test without one expects true."""
    if "typed_result" in test:
        return expected({"value": test["typed_result"][0].get("result", [{}])})
    if "value" not in test:
        return True
    ((kind, (value, *_)),) = test["value"][0].items() or (("none", [None]),)
    readers: dict[str, Any] = {
        "bool_value": lambda text: text == "true",
        "int64_value": int,
        "string_value": str,
        "double_value": Decimal,
    }
    return readers[kind](value) if kind in readers else None


def results(folder: Path = FOLDER) -> list[FileResult]:
    """Every file of the folder, in order of name."""
    found = []
    for path in sorted(folder.glob("*.textproto")):
        result = FileResult(path.name.removesuffix(".textproto"))
        for section, test in tests_of(path):
            _judge(result, f"{section}/{test['name'][0]}", test)
        found.append(result)
    return found


def _judge(result: FileResult, name: str, test: Message) -> None:
    try:
        value = answer(test["expr"][0])
    except RuleRefused as refused:
        result.outside[refused.problems[0].key] += 1
        return
    error = "eval_error" in test or "any_eval_errors" in test
    if error and value is None:
        result.outside["error"] += 1
    elif not error and value is not None and value == expected(test):
        result.passed += 1
    else:
        result.differs.append(f"{name}: {test['expr'][0]} gives {value}")


_WHY = {
    "unknown_root": "names without a root",
    "bare_fact": "names without a root",
    "unknown_function": "other functions",
    "unknown_macro": "other macros",
    "text_prefix": "raw texts and bytes",
    "triple_quotes": "texts in triple quotes",
    "number_suffix": "unsigned numbers",
    "exponent": "exponents",
    "hexadecimal": "hexadecimal numbers",
    "in_needs_list": "lists as values",
    "index": "index into a list or map",
    "map": "maps and messages",
    "null": "null",
    "bad_escape": "other escapes",
    "bad_operator": "names in backticks, points before names",
    "too_many_dots": "parts of messages",
    "zero_division": "division by a literal zero",
    "decimal_division": "division of decimals",
    "no_order": "order of booleans and texts",
    "types_differ": "types that differ",
    "arms_differ": "results of ? : that differ in type",
    "need_boolean": "conditions that are not boolean",
    "need_number": "signs before what is no number",
    "arithmetic_type": "sums of texts and lists",
    "too_precise": "more than four places",
    "too_big": "beyond 64 bits",
    "unexpected": "other syntax",
    "unexpected_end": "other syntax",
    "too_deep": "too deep",
    "in_literals": "lists of other things than literals",
    "bare_point": "points without a digit",
    "has_fact": "has of other things than facts",
    "comment": "comments",
    "bad_character": "other signs",
    "bad_space": "other signs",
    "function_arguments": "functions with other arguments",
    "error": "an error in CEL, unknown here",
}  # fmt: skip


def table(found: list[FileResult]) -> str:
    """The page."""
    lines = [
        "# The rule language beside CEL",
        "",
        "Each published conformance file of CEL, read as it stands. *Outside* is what the language leaves out on",
        "purpose: it is closed, typed, and asks facts by their root. Nothing that passes means something else:",
        "*differs* must stay empty. Written by `python -m criteria.tests.cel_table`, held by its test.",
        "",
        "| file | tests | passed | outside | differs | why outside |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for result in found:
        reasons: Counter[str] = Counter()
        for key, number in result.outside.items():
            reasons[_WHY.get(key, key.replace("_", " "))] += number
        why = ", ".join(f"{reason} {number}" for reason, number in sorted(reasons.items(), key=lambda r: (-r[1], r[0])))
        outside = sum(result.outside.values())
        differs = len(result.differs)
        lines.append(f"| {result.name} | {result.total} | {result.passed} | {outside} | {differs} | {why} |")
    passed, total = sum(r.passed for r in found), sum(r.total for r in found)
    outside = sum(sum(r.outside.values()) for r in found)
    lines.append(f"| **all** | {total} | {passed} | {outside} | {sum(len(r.differs) for r in found)} | |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(table(results()))
