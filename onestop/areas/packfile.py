"""Reading one YAML file of a country pack, so that every refusal names file, line and key.

YAML 1.2 (`on` and `no` are words, not booleans) through ruamel's composer; nothing in a file is ever executed. A code
without quotes reads as a number and is refused rather than guessed: `01` and `1` would be one place.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

T = TypeVar("T")
_TAG: Final = "tag:yaml.org,2002:"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class PackRefused(Exception):
    """A file of the country pack cannot be used. The message says where (file:line: key) and what to write instead."""


class _Missing:
    """Marks "no default given", since None is a default a caller may want."""


_MISSING: Final = _Missing()


class Node:
    """One mapping, list or value of a YAML file, knowing where it stands.

    The typed readers (`text`, `whole`, `day` …) take the key inside this mapping and an optional default; without a
    default a missing or null key is refused. With key None they read this node itself.
    """

    def __init__(self, raw: Any, file: str, path: str = "") -> None:
        self._raw = raw
        self.file = file
        self.path = path
        self._children: dict[str, Node] | None = None

    def __repr__(self) -> str:
        return f"<Node {self.file}:{self.line} {self.path}>"

    @property
    def line(self) -> int:
        """Line in the file, counted from 1."""
        return int(self._raw.start_mark.line) + 1

    @property
    def column(self) -> int:
        """Column in the line, counted from 1 in code points."""
        return int(self._raw.start_mark.column) + 1

    def refuse(self, message: str, key: str | None = None) -> PackRefused:
        """The exception that says what is wrong here; the caller raises it."""
        node = self._mapping().get(key, self) if key is not None and isinstance(self._raw, MappingNode) else self
        path = node.path if node is not self or key is None else f"{self.path}.{key}".lstrip(".")
        return PackRefused(f"{self.file}:{node.line}: {path or 'file'}: {message}")

    # mappings ----------------------------------------------------------------------------------------------------
    def _mapping(self) -> "dict[str, Node]":
        if self._children is None:
            if not isinstance(self._raw, MappingNode):
                raise self.refuse(f"a mapping (key: value) is expected, not {self._kind()}.")
            self._children = {}
            for raw_key, raw_value in self._raw.value:
                key = str(raw_key.value)
                if key in self._children:
                    at = Node(raw_key, self.file, f"{self.path}.{key}".lstrip("."))
                    raise at.refuse(f"this key stands twice; the first is in line {self._children[key].line}.")
                self._children[key] = Node(raw_value, self.file, f"{self.path}.{key}".lstrip("."))
        return self._children

    def _kind(self) -> str:
        if isinstance(self._raw, MappingNode):
            return "a mapping"
        if isinstance(self._raw, SequenceNode):
            return "a list"
        return f"'{self._raw.value}'" if self._raw.value else "nothing"

    def items(self) -> "list[tuple[str, Node]]":
        """Keys and values of this mapping, in the order of the file."""
        return list(self._mapping().items())

    def has(self, key: str) -> bool:
        """True when the key stands in this mapping and is not null."""
        node = self._mapping().get(key)
        return node is not None and not node.is_null

    @property
    def is_null(self) -> bool:
        return bool(self._raw.tag == f"{_TAG}null")

    @property
    def is_list(self) -> bool:
        return isinstance(self._raw, SequenceNode)

    def child(self, key: str) -> "Node":
        """The value of a key that must be there."""
        if not self.has(key):
            raise self.refuse("this key is missing.", key)
        return self._mapping()[key]

    def only(self, *keys: str) -> None:
        """Refuse any key not named here, so that a misspelt key is not silently ignored."""
        for key, node in self._mapping().items():
            if key not in keys:
                raise node.refuse(f"unknown key; known are {', '.join(keys)}.")

    # lists -------------------------------------------------------------------------------------------------------
    def each(self, key: str | None = None) -> "list[Node]":
        """The members of a list; a missing or null key is an empty list."""
        if key is not None:
            return self._mapping()[key].each() if self.has(key) else []
        if not isinstance(self._raw, SequenceNode):
            raise self.refuse(f"a list is expected, not {self._kind()}.")
        return [Node(raw, self.file, f"{self.path}[{number}]") for number, raw in enumerate(self._raw.value)]

    def texts(self, key: str | None = None) -> tuple[str, ...]:
        """A list of texts; a missing or null key is empty."""
        return tuple(node.text() for node in self.each(key))

    # values ------------------------------------------------------------------------------------------------------
    def _value(self, key: str | None, default: T | _Missing) -> "Node | T":
        if key is None:
            return self
        if self.has(key):
            return self._mapping()[key]
        if isinstance(default, _Missing):
            raise self.refuse("this key is missing.", key)
        return default

    def _scalar(self, tags: Iterable[str], expected: str) -> str:
        if not isinstance(self._raw, ScalarNode) or str(self._raw.tag).removeprefix(_TAG) not in tags:
            raise self.refuse(f"{expected} is expected, not {self._kind()}.")
        return str(self._raw.value)

    def text(self, key: str | None = None, default: T | _Missing = _MISSING) -> "str | T":
        """A text. A number without quotes is refused: codes keep their leading zeros only inside quotes."""
        node = self._value(key, default)
        if not isinstance(node, Node):
            return node
        return node._scalar(("str",), 'a text (a code or a number goes in quotes: "01")')

    def whole(self, key: str | None = None, default: T | _Missing = _MISSING) -> "int | T":
        """A whole number."""
        node = self._value(key, default)
        return int(node._scalar(("int",), "a whole number"), 10) if isinstance(node, Node) else node

    def decimal(self, key: str | None = None, default: T | _Missing = _MISSING) -> "Decimal | T":
        """A number, exact as written."""
        node = self._value(key, default)
        return Decimal(node._scalar(("int", "float"), "a number")) if isinstance(node, Node) else node

    def flag(self, key: str | None = None, default: T | _Missing = _MISSING) -> "bool | T":
        """true or false."""
        node = self._value(key, default)
        return node._scalar(("bool",), "true or false").lower() == "true" if isinstance(node, Node) else node

    def day(self, key: str | None = None, default: T | _Missing = _MISSING) -> "date | T":
        """A day, written YYYY-MM-DD."""
        node = self._value(key, default)
        if not isinstance(node, Node):
            return node
        text = node._scalar(("timestamp", "str"), "a day (YYYY-MM-DD)")
        try:
            if not _DAY.fullmatch(text):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError as error:
            raise node.refuse(f"'{text}' is no day; write it YYYY-MM-DD.") from error

    def names(self, key: str | None = None, default: T | _Missing = _MISSING) -> "dict[str, str] | T":
        """A mapping of language code to text, such as {km: …, en: …}."""
        node = self._value(key, default)
        return {code: child.text() for code, child in node.items()} if isinstance(node, Node) else node

    def plain(self) -> Any:
        """Everything below here as dict, list, str, int, Decimal, bool, date and None."""
        if isinstance(self._raw, MappingNode):
            return {key: node.plain() for key, node in self._mapping().items()}
        if isinstance(self._raw, SequenceNode):
            return [node.plain() for node in self.each()]
        match self._raw.tag.removeprefix(_TAG):
            case "null":
                return None
            case "bool":
                return self.flag()
            case "int":
                return self.whole()
            case "float":
                return self.decimal()
            case "timestamp":
                return self.day()
        return str(self._raw.value)


def read_pack_file(path: Path, shown_as: str | None = None) -> Node:
    """The file as a tree of nodes; `shown_as` is its name in messages. Raises PackRefused."""
    name = shown_as or str(path)
    try:
        raw = YAML(typ="safe", pure=True).compose(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise PackRefused(f"{name}: there is no such file in the country pack.") from error
    except UnicodeDecodeError as error:
        raise PackRefused(f"{name}: the file is not UTF-8; save it as UTF-8.") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackRefused(f"{name}:{line}: this is not YAML: {error.problem}.") from error
    if raw is None:
        raise PackRefused(f"{name}:1: the file is empty.")
    return Node(raw, name)
