"""Tokens → the bare syntax of a rule: no types yet, no catalogue, every node with its position.

A recursive-descent parser by precedence, loosest first: `? :`, `||`, `&&`, comparisons (no chaining), `+ -`, `* / %`,
unary `! -`, selection and call. Depth is counted while reading, so that no rule can exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from criteria.problems import RuleRefused
from criteria.tokens import Source, Token, tokens

DEPTH_LIMIT = 100

_RELATIONS = ("==", "!=", "<", "<=", ">", ">=")
_LEVELS = {"||": 1, "&&": 2, **dict.fromkeys((*_RELATIONS, "in"), 3), "+": 4, "-": 4, "*": 5, "/": 5, "%": 5}


@dataclass(frozen=True)
class Syntax:
    """`position`…`end` is the part of the text; `depth` how deep it is nested."""

    position: int
    end: int
    depth: int


@dataclass(frozen=True)
class Constant(Syntax):
    """A number, text, true, false; `written` as in the rule."""

    value: int | Decimal | str | bool
    written: str


@dataclass(frozen=True)
class Name(Syntax):
    name: str


@dataclass(frozen=True)
class Select(Syntax):
    base: Syntax
    name: str
    name_position: int


@dataclass(frozen=True)
class Call(Syntax):
    """`name(arguments)`, with `target.` before it or None."""

    target: Syntax | None
    name: str
    name_position: int
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True)
class Unary(Syntax):
    operator: str
    operand: Syntax


@dataclass(frozen=True)
class Binary(Syntax):
    """Comparison, `in` or arithmetic."""

    operator: str
    operator_position: int
    left: Syntax
    right: Syntax


@dataclass(frozen=True)
class Joined(Syntax):
    """`&&` or `||` over two or more parts."""

    operator: str
    parts: tuple[Syntax, ...]


@dataclass(frozen=True)
class Choice(Syntax):
    condition: Syntax
    yes: Syntax
    no: Syntax


@dataclass(frozen=True)
class ListOf(Syntax):
    items: tuple[Syntax, ...]


def parse(source: Source) -> Syntax:
    """The syntax of the whole text; RuleRefused at the first thing that is not in the language."""
    return _Parser(source).rule()


class _Parser:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens: Sequence[Token] = tokens(source)
        self.at = 0
        self.nesting = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def is_operator(self, text: str) -> bool:
        return self.token.kind == "operator" and self.token.text == text

    def unexpected(self, expected: str) -> RuleRefused:
        token = self.token
        if token.kind == "end":
            return self.source.refuse(token.position, "unexpected_end", expected=expected)
        return self.source.refuse(token.position, "unexpected", expected=expected, found=token.text)

    def expect(self, text: str) -> Token:
        if not self.is_operator(text):
            raise self.unexpected(f"“{text}”")
        return self.next()

    def rule(self) -> Syntax:
        found = self.expression()
        if self.token.kind != "end":
            raise self.unexpected("an operator")
        return found

    def enter(self, position: int) -> None:
        self.nesting += 1
        self.check_depth(self.nesting, position)

    def check_depth(self, depth: int, position: int) -> int:
        if depth > DEPTH_LIMIT:
            raise self.source.refuse(position, "too_deep", limit=DEPTH_LIMIT)
        return depth

    def expression(self) -> Syntax:
        condition = self.binary(1)
        if not self.is_operator("?"):
            return condition
        self.enter(self.next().position)
        yes = self.expression()
        self.expect(":")
        no = self.expression()
        self.nesting -= 1
        depth = self.check_depth(1 + max(condition.depth, yes.depth, no.depth), condition.position)
        return Choice(condition.position, no.end, depth, condition, yes, no)

    def level(self) -> int:
        """How tightly the operator at hand binds; 0 when there is none."""
        token = self.token
        if token.kind == "operator" or (token.kind == "name" and token.text == "in"):
            return _LEVELS.get(token.text, 0)
        return 0

    def binary(self, least: int) -> Syntax:
        left = self.operand()
        while (level := self.level()) >= least:
            operator = self.next()
            right = self.binary(level + 1)
            if level <= 2:
                left = self.join(operator.text, left, right)
                continue
            deeper = 1 if level > 3 else 0
            depth = self.check_depth(deeper + max(left.depth, right.depth), operator.position)
            left = Binary(left.position, right.end, depth, operator.text, operator.position, left, right)
            if level == 3 and self.level() == 3:
                raise self.chained(left, right)
        return left

    def chained(self, left: Binary, middle: Syntax) -> RuleRefused:
        operator = self.token
        words = self.source.text
        proposal = None
        if operator.text in _RELATIONS and left.operator in _RELATIONS:
            proposal = f"{words[left.position : left.end]} && {words[middle.position : middle.end]} {operator.text} …"
        return self.source.refuse(operator.position, "chained", proposal)

    @staticmethod
    def join(operator: str, left: Syntax, right: Syntax) -> Joined:
        """`a && b && c` is one node of three parts, so long criteria are not deep ones."""
        parts = left.parts if isinstance(left, Joined) and left.operator == operator else (left,)
        return Joined(left.position, right.end, max(left.depth, right.depth), operator, (*parts, right))

    def operand(self) -> Syntax:
        """A value with its signs before it and its selections and calls after it."""
        signs: list[Token] = []
        while self.token.kind == "operator" and self.token.text in ("!", "-"):
            signs.append(self.next())
            self.enter(signs[-1].position)
        found = self.primary()
        while self.token.kind == "operator":
            if self.is_operator("."):
                found = self.selection(found)
            elif self.is_operator("["):
                raise self.source.refuse(self.token.position, "index")
            else:
                break
        for sign in reversed(signs):
            found = Unary(sign.position, found.end, self.check_depth(found.depth + 1, sign.position), sign.text, found)
        self.nesting -= len(signs)
        return found

    def selection(self, base: Syntax) -> Syntax:
        self.next()
        if self.token.kind != "name":
            raise self.unexpected("the name of a fact")
        name = self.next()
        if not self.is_operator("("):
            return Select(base.position, name.end, base.depth, base, name.text, name.position)
        arguments, end = self.arguments()
        depth = max([base.depth, *(argument.depth + 1 for argument in arguments)])
        return Call(
            base.position, end, self.check_depth(depth, name.position), base, name.text, name.position, arguments
        )

    def arguments(self) -> tuple[tuple[Syntax, ...], int]:
        self.enter(self.expect("(").position)
        found: list[Syntax] = []
        if not self.is_operator(")"):
            found.append(self.expression())
            while self.is_operator(","):
                self.next()
                found.append(self.expression())
        end = self.expect(")").end
        self.nesting -= 1
        return tuple(found), end

    def primary(self) -> Syntax:
        token = self.token
        if token.kind in ("whole", "decimal", "text"):
            self.next()
            assert token.value is not None
            return Constant(token.position, token.end, 0, token.value, token.text)
        if token.kind == "name" and token.text != "in":
            return self.named(self.next())
        if self.is_operator("("):
            self.enter(self.next().position)
            inner = self.expression()
            end = self.expect(")").end
            self.nesting -= 1
            return self.bracketed(inner, token.position, end)
        if self.is_operator("["):
            return self.list_of()
        if token.kind == "operator" and token.text == ".":
            raise self.source.refuse(token.position, "bad_operator", text=".")
        raise self.unexpected("a value")

    def bracketed(self, inner: Syntax, position: int, end: int) -> Syntax:
        """Brackets only group; they count as depth, and a bracketed `&&` is not taken into an outer one."""
        depth = self.check_depth(inner.depth + 1, position)
        return Joined(position, end, depth, "()", (inner,))

    def named(self, name: Token) -> Syntax:
        if name.text in ("true", "false"):
            return Constant(name.position, name.end, 0, name.text == "true", name.text)
        if name.text == "null":
            raise self.source.refuse(name.position, "null")
        if not self.is_operator("("):
            return Name(name.position, name.end, 0, name.text)
        arguments, end = self.arguments()
        depth = max([0, *(argument.depth + 1 for argument in arguments)])
        return Call(
            name.position, end, self.check_depth(depth, name.position), None, name.text, name.position, arguments
        )

    def list_of(self) -> Syntax:
        start = self.expect("[")
        self.enter(start.position)
        items: list[Syntax] = []
        while not self.is_operator("]"):
            items.append(self.expression())
            if not self.is_operator(","):
                break
            self.next()
        end = self.expect("]").end
        self.nesting -= 1
        depth = max([0, *(item.depth for item in items)])
        return ListOf(start.position, end, depth, tuple(items))


def plain(syntax: Syntax) -> Syntax:
    """The syntax without the brackets around it."""
    while isinstance(syntax, Joined) and syntax.operator == "()":
        syntax = syntax.parts[0]
    return syntax
