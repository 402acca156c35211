"""A programme file as text: reading it with the place of every value, and writing its canonical form.

Reading keeps, for each value, line and column (1-based, in code points) by its dotted path, such as
"versions.0.criteria.1.rule", so that whatever is wrong with the file or with a rule inside it can be shown where it
stands. The canonical form is the one `programmes format` writes: keys in the order of the schema, one value a line,
short lists and maps in one line, no comments; reading and writing it again gives the same bytes.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from criteria.tokens import NO_CHARACTER, WHOLE_HIGH

WIDTH: Final = 120
# The schema needs eight; without a limit a file of brackets alone would exhaust the stack
DEEPEST: Final = 30
Value = Any  # a YAML value: dict, list, str, int, float, bool, date or None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text value in the file: where its content begins, and how it is quoted ('' for none)."""

    place: Place
    source: str
    quote: str


@dataclass(slots=True)
class Document:
    """A file as read: its data, the place of every value and key, and the texts with their quotes."""

    name: str
    data: dict[str, Value]
    places: dict[str, Place] = field(default_factory=dict)
    texts: dict[str, Scalar] = field(default_factory=dict)

    def place(self, path: str) -> Place:
        """The place of a value, or of the nearest one around it."""
        while path and path not in self.places:
            path = path.rpartition(".")[0]
        return self.places.get(path, Place(1, 1))

    def inside(self, path: str, line: int, column: int) -> Place:
        """The place in the file of a position inside a text value, itself 1-based.

        A rule is one line in almost every file; escapes in a double-quoted text take more room than what they mean.
        """
        text = self.texts.get(path)
        if text is None or line > 1:
            return self.place(path)
        return Place(text.place.line, text.place.column + _offset(text, column - 1))


class NotYaml(Exception):
    """The text is no YAML 1.2 mapping; `place` is where reading stopped."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


def read(text: str, name: str) -> Document:
    """Read one file; raises NotYaml when it cannot be read as a mapping, or names a key twice."""
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = DEEPEST
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        said = " ".join(str(error.problem or error.context or error).split())
        # advice for programmers, which the limit on depth ends with
        raise NotYaml(said.partition(", if necessary increase")[0], place) from error
    except ReaderError as error:
        before = text[: error.position]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise NotYaml(f"the sign U+{ord(text[error.position]):04X} has no place in a file of text", place) from error
    if not isinstance(node, MappingNode):
        raise NotYaml("the file must be a mapping that begins with 'code:'", Place(1, 1))
    again = _repeated(node)
    if again is not None:
        place = Place(again.start_mark.line + 1, again.start_mark.column + 1)
        raise NotYaml("this is repeated by an alias (*); write it out in every place", place)
    document = Document(name, {})
    document.data = _value(node, "", document, text)
    return document


def _repeated(node: Node) -> Node | None:
    """A node that an alias repeats, or None: a few lines of aliases can stand for a file without end."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            return one
        seen.add(id(one))
        if isinstance(one, MappingNode):
            waiting += [part for pair in one.value for part in pair]
        elif isinstance(one, SequenceNode):
            waiting += one.value
    return None


def _value(node: Node, path: str, document: Document, source: str) -> Value:
    """The plain value of a node, its place noted on the way."""
    place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
    document.places[path] = place
    if isinstance(node, MappingNode):
        return _mapping(node, path, document, source)
    if isinstance(node, SequenceNode):
        return [
            _value(item, f"{path}.{number}".lstrip("."), document, source) for number, item in enumerate(node.value)
        ]
    assert isinstance(node, ScalarNode)
    kind = str(node.tag).rpartition(":")[2]
    if kind == "str":
        quote = node.style if node.style in {'"', "'"} else ""
        begin = Place(place.line, place.column + len(quote))
        raw = source[node.start_mark.index + len(quote) : node.end_mark.index - len(quote)]
        document.texts[path] = Scalar(begin, raw, quote)
        return _storable(node, place)
    return _scalar(kind, str(node.value), place)


def _mapping(node: MappingNode, path: str, document: Document, source: str) -> dict[str, Value]:
    """A mapping with text keys; the same key twice is refused, since YAML would keep only one of them."""
    found: dict[str, Value] = {}
    for key_node, value_node in node.value:
        place = Place(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        key = _storable(key_node, place)
        if key in found:
            raise NotYaml(f"'{key}' stands here twice", place)
        inner = f"{path}.{key}".lstrip(".")
        found[key] = _value(value_node, inner, document, source)
        document.places[f"{inner}:key"] = place
    return found


def _storable(node: Node, place: Place) -> str:
    """The text of a value or key; an escape may have written into it what no database keeps."""
    text = str(node.value)
    wrong = NO_CHARACTER.search(text)
    if wrong:
        raise NotYaml(f"the sign U+{ord(wrong.group()):04X} has no place in a text", place)
    return text


def _scalar(kind: str, text: str, place: Place) -> Value:
    """The value of a scalar that is no text."""
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                whole = int(text.replace("_", ""), 0)
                if abs(whole) <= WHOLE_HIGH:
                    return whole
            case "float":
                number = float(text)
                if math.isfinite(number):
                    return number
            case "timestamp":
                return date.fromisoformat(text)
    except ValueError as error:
        raise NotYaml(f"'{text[:40]}' is no {kind} (dates are written 2014-06-01)", place) from error
    if kind in ("int", "float"):
        raise NotYaml("this number is too big", place)
    raise NotYaml(f"values of the kind '{kind}' are not used here", place)


_ESCAPES: Final = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


def _offset(text: Scalar, characters: int) -> int:
    """How many code points of the source stand before the given number of characters of the value."""
    if not text.quote:
        return characters
    position = 0
    for _ in range(characters):
        if text.quote == "'" and text.source.startswith("''", position):
            position += 2
        elif text.quote == '"' and (escape := _ESCAPES.match(text.source, position)):
            position = escape.end()
        else:
            position += 1
    return position


# Writing ------------------------------------------------------------------------------------------------------------

_PLAIN: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~][^:#\n\[\]{},\"']*")
_RESERVED: Final = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ""}
_NUMBER_LIKE: Final = re.compile(r"[-+.]?\d[\d_.,:eE+\-/x]*")


def write(data: dict[str, Value], quoted: frozenset[str] = frozenset({"rule"})) -> str:
    """The canonical text of a document whose keys are already in their order; `quoted` keys are always quoted."""
    return "".join(_entry(key, value, "", quoted) for key, value in data.items())


def _entry(key: str, value: Value, indent: str, quoted: frozenset[str]) -> str:
    """`key: value`, in one line when it fits, else as a block below it."""
    flow = _flow(value, key, quoted)
    line = f"{indent}{key}: {flow}"
    if _is_short(value) and len(line) <= WIDTH:
        return line + "\n"
    if isinstance(value, dict) and value:
        inner = "".join(_entry(name, item, indent + "  ", quoted) for name, item in value.items())
        return f"{indent}{key}:\n{inner}"
    if isinstance(value, list) and value:
        return f"{indent}{key}:\n" + "".join(_item(item, indent + "  ", key, quoted) for item in value)
    return line + "\n"


def _item(value: Value, indent: str, key: str, quoted: frozenset[str]) -> str:
    """One item of a block list."""
    flow = _flow(value, key, quoted)
    if (_is_short(value) and len(indent) + 2 + len(flow) <= WIDTH) or not isinstance(value, dict) or not value:
        return f"{indent}- {flow}\n"
    lines = "".join(_entry(name, item, indent + "  ", quoted) for name, item in value.items())
    return f"{indent}- {lines[len(indent) + 2 :]}"


def _is_short(value: Value) -> bool:
    """Scalars, and lists or maps that hold nothing deeper than one more level of scalars."""
    if isinstance(value, dict):
        return all(not isinstance(item, dict | list) or _is_flat(item) for item in value.values())
    if isinstance(value, list):
        return all(not isinstance(item, dict | list) for item in value)
    return True


def _is_flat(value: Value) -> bool:
    items = value.values() if isinstance(value, dict) else value
    return all(not isinstance(item, dict | list) for item in items)


def _flow(value: Value, key: str, quoted: frozenset[str]) -> str:
    """The value in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(item, name, quoted)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, key, quoted) for item in value) + "]"
    if isinstance(value, str):
        return _text(value, always=key in quoted)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else repr(value)


def _text(value: str, *, always: bool) -> str:
    """A text, plain where YAML reads it back as the same text, else in double quotes."""
    plain = (
        not always
        and _PLAIN.fullmatch(value)
        and not value.endswith(" ")
        and value.lower() not in _RESERVED
        and not _NUMBER_LIKE.fullmatch(value)
    )
    if plain:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
