"""Text of a rule → tokens with exact positions, and a clear word about everything that is no token."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from criteria.problems import Problem, RuleRefused

LENGTH_LIMIT = 20_000
WHOLE_LOW, WHOLE_HIGH = -(2**63), 2**63 - 1
PLACES = 4

Kind = Literal["name", "whole", "decimal", "text", "operator", "end"]

OPERATORS = (
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", "(", ")", "[", "]", ".", ",",
)  # fmt: skip
# What people write from other languages, and what to write instead.
MISTAKES = {
    "<>": "!=", "=>": ">=", "=<": "<=", "===": "==", "!==": "!=", "=": "==", "&": "&&", "|": "||", "≥": ">=",
    "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "−": "-", "–": "-", "^": None, "~": "!", ";": None, "‘": "'",
    "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "`": "'",
}  # fmt: skip
WORD_MISTAKES = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!"}

_BLANK = re.compile(r"[ \t\r\n\f]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEX = re.compile(r"0[xX][0-9A-Za-z]*")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_FRACTION = re.compile(r"\.[0-9]+")
_EXPONENT = re.compile(r"[eE][+-]?[0-9]+")
# What no database keeps in a text: NUL, and half of a surrogate pair.
NO_CHARACTER = re.compile(r"[\0\ud800-\udfff]")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPES |= {sign: sign for sign in "\\'\"`?"}
_CODE_ESCAPES = {"x": 2, "u": 4, "U": 8}


@dataclass(frozen=True)
class Token:
    """`value` is the number or the text meant; `text` what was written."""

    kind: Kind
    text: str
    position: int
    value: int | Decimal | str | None = None

    @property
    def end(self) -> int:
        return self.position + len(self.text)


class Source:
    """The text of one rule; makes positions and refusals."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]

    def place(self, position: int) -> tuple[int, int]:
        """Line and column, 1-based, in code points."""
        line = bisect_right(self._line_starts, position)
        return line, position - self._line_starts[line - 1] + 1

    def problem(self, position: int, key: str, proposal: str | None = None, **params: object) -> Problem:
        line, column = self.place(position)
        words = {name: str(value) for name, value in params.items()}
        return Problem(line, column, key, words, proposal, position=position)

    def refuse(self, position: int, key: str, proposal: str | None = None, **params: object) -> RuleRefused:
        return RuleRefused([self.problem(position, key, proposal, **params)])


def tokens(source: Source) -> list[Token]:
    """All tokens, with an `end` token after the last."""
    text = source.text
    if len(text) > LENGTH_LIMIT:
        raise source.refuse(0, "too_long", length=len(text), limit=LENGTH_LIMIT)
    found: list[Token] = []
    position = 0
    while True:
        blank = _BLANK.match(text, position)
        if blank:
            position = blank.end()
        if position >= len(text):
            break
        token = _token(source, position)
        found.append(token)
        position = token.end
    if not found:
        raise source.refuse(0, "empty")
    found.append(Token("end", "", len(text)))
    return found


def _token(source: Source, position: int) -> Token:
    text = source.text
    sign = text[position]
    if sign in "'\"":
        return _text(source, position)
    name = _NAME.match(text, position)
    if name:
        return _name(source, name.group(), position)
    if sign.isascii() and sign.isdigit():
        return _number(source, position)
    if text.startswith(("//", "/*"), position) or sign == "#":
        raise source.refuse(position, "comment")
    for mistake in ("===", "!==", "<>", "=>", "=<"):
        if text.startswith(mistake, position):
            raise source.refuse(position, "bad_operator", MISTAKES[mistake], text=mistake)
    for operator in OPERATORS:
        if text.startswith(operator, position):
            fraction = _FRACTION.match(text, position)
            if fraction and _starts_number(text, position):
                raise source.refuse(position, "bare_point", "0" + fraction.group())
            return Token("operator", operator, position)
    raise _bad_character(source, position)


def _bad_character(source: Source, position: int) -> RuleRefused:
    sign = source.text[position]
    if sign in MISTAKES:
        return source.refuse(position, "bad_operator", MISTAKES[sign], text=sign)
    if sign in "{}":
        return source.refuse(position, "map")
    if sign.isspace() or not sign.isprintable():
        return source.refuse(position, "bad_space", code=f"{ord(sign):04X}")
    if sign.isdecimal():
        return source.refuse(position, "bad_character", str(int(sign)), text=sign)
    return source.refuse(position, "bad_character", text=sign)


def _starts_number(text: str, position: int) -> bool:
    """The point at `position` begins a number: it follows neither a name nor a bracket."""
    before = text[:position].rstrip()
    return not before or not (before[-1].isalnum() or before[-1] in "_)]'\"")


def _name(source: Source, name: str, position: int) -> Token:
    after = source.text[position + len(name) : position + len(name) + 1]
    if after in ("'", '"') and after and name.lower() in ("r", "b", "br", "rb"):
        raise source.refuse(position, "text_prefix", "a text without prefix")
    if name in WORD_MISTAKES:
        raise source.refuse(position, "bad_word", WORD_MISTAKES[name], text=name)
    return Token("name", name, position)


def _number(source: Source, position: int) -> Token:
    text = source.text
    hexadecimal = _HEX.match(text, position)
    if hexadecimal:
        try:
            plain: str | None = str(int(hexadecimal.group(), 16))
        except ValueError:
            plain = None
        raise source.refuse(position, "hexadecimal", plain)
    match = _NUMBER.match(text, position)
    assert match is not None
    written = match.group()
    exponent = _EXPONENT.match(text, match.end())
    if exponent:
        raise source.refuse(position, "exponent", _plain(written + exponent.group()))
    tail = _NAME.match(text, match.end())
    if tail:
        proposal = written if tail.group() in ("u", "U", "L", "l", "f", "d") else None
        raise source.refuse(position, "number_suffix", proposal, text=written + tail.group())
    # not int(): Python refuses to read a whole number of thousands of digits
    value = Decimal(written)
    if match.group(1) is None:
        if text[match.end() : match.end() + 1] == ".":
            raise source.refuse(position, "bare_point", f"{written}.0")
        # −2^63 is written as a minus before 2^63, so one more is let through; the reader checks the sign.
        if value > WHOLE_HIGH + 1:
            raise source.refuse(position, "too_big")
        return Token("whole", written, position, int(value))
    if len(match.group(1)) - 1 > PLACES:
        rounded = f"{value:.{PLACES}f}" if len(written) < 25 else None
        raise source.refuse(position, "too_precise", rounded)
    if value >= WHOLE_HIGH + 1:
        raise source.refuse(position, "too_big")
    return Token("decimal", written, position, value)


def _plain(written: str) -> str | None:
    """A number with an exponent as the language writes it; None for one that is too big or too precise."""
    try:
        value = Decimal(written)
    except InvalidOperation:
        return None
    if not -PLACES <= value.adjusted() <= 18:
        return None
    plain = f"{value.normalize():f}"
    return plain if len(plain.partition(".")[2]) <= PLACES else None


def _text(source: Source, position: int) -> Token:
    text = source.text
    quote = text[position]
    if text.startswith(quote * 3, position):
        raise source.refuse(position, "triple_quotes", quote)
    value: list[str] = []
    at = position + 1
    while True:
        sign = text[at : at + 1]
        if sign in ("", "\n", "\r"):
            raise source.refuse(position, "open_text", quote)
        if sign == quote:
            break
        if sign == "\\":
            meant, at = _escape(source, at)
            value.append(meant)
            continue
        if NO_CHARACTER.match(sign):
            raise source.refuse(at, "bad_space", code=f"{ord(sign):04X}")
        value.append(sign)
        at += 1
    return Token("text", text[position : at + 1], position, "".join(value))


def _escape(source: Source, at: int) -> tuple[str, int]:
    """The character meant by the escape at `at`, and the position after it."""
    text = source.text
    letter = text[at + 1 : at + 2]
    if letter in _ESCAPES:
        return _ESCAPES[letter], at + 2
    digits = _CODE_ESCAPES.get(letter, 0)
    code = text[at + 2 : at + 2 + digits]
    if digits and len(code) == digits and re.fullmatch("[0-9A-Fa-f]+", code):
        number = int(code, 16)
        if number <= 0x10FFFF and not NO_CHARACTER.match(chr(number)):
            return chr(number), at + 2 + digits
    raise source.refuse(at, "bad_escape", text=text[at : at + 2 + digits].strip() or "\\")
