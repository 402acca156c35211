"""Text → typed tree: every word looked up in the catalogue, every type checked, positions kept.

`read` gives the tree or raises RuleRefused with all problems found; `check` adds what only whole rules and whole
programmes can tell (contradictions, compartments, always true). Reading goes on after a problem at the next part of
`&&` and `||`, so that a clerk sees them all at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal as OneOf
from typing import NoReturn

from criteria import syntax as syn
from criteria.catalogue import Catalogue, CatalogueError, Fact, FactType
from criteria.dates import NONE_DATE
from criteria.problems import Problem, RuleRefused
from criteria.tokens import WHOLE_HIGH, WHOLE_LOW, Source
from criteria.tree import (
    Aggregate,
    All,
    And,
    Arithmetic,
    AsOf,
    Count,
    Derived,
    Enrolled,
    Exists,
    FactNode,
    Has,
    If,
    InArea,
    Literal,
    Node,
    Not,
    Or,
    Root,
    Span,
)
from criteria.tree.compare import list_of
from criteria.typing_rules import Typing, same_list

Unit = OneOf["person", "household"]
# No rule of 20,000 characters reaches it by being long; choices inside the conditions of choices multiply, and do.
WEIGHT_LIMIT = 50_000

_RESERVED = {
    "person",
    "household",
    "as_of",
    "none",
    "true",
    "false",
    "null",
    "in",
    "has",
    "enrolled",
    "in_area",
    "date",
}
_MACROS = {"exists": Exists, "all": All}
_FUNCTIONS = ("has", "enrolled", "in_area", "date")
_UNKNOWN_MACROS = ("exists_one", "map", "existsOne", "transformList", "transformMap", "sum", "any", "count")


def read(text: str, catalogue: Catalogue, *, unit: Unit = "person") -> Node:
    """The typed tree of one criterion; RuleRefused with every problem found."""
    source = Source(text)
    try:
        syntax = syn.parse(source)
        return Reader(source, catalogue, unit).criterion(syntax)
    except RecursionError:
        raise source.refuse(0, "too_deep", limit=syn.DEPTH_LIMIT) from None


def derived_tree(fact: Fact, root: Root, catalogue: Catalogue, under: tuple[str, ...] = ()) -> Node:
    """The tree of a derived fact under a root, read once per catalogue. CatalogueError when its rule does not check."""
    kept = catalogue.trees.get((fact.key, root))
    if isinstance(kept, Node):
        return kept
    if fact.key in under:
        raise CatalogueError(f"the derived fact {fact.key} needs itself: {' → '.join((*under, fact.key))}")
    source = Source(fact.derived or "")
    try:
        reader = Reader(source, catalogue, fact.of, instead_of_person=root, under=(*under, fact.key))
        tree = reader.any_value(syn.parse(source))
    except RuleRefused as refused:
        first = refused.problems[0]
        raise CatalogueError(
            f"the derived fact {fact.key} does not check: {first.column}: {first.message}"
        ) from refused
    if tree.type is not fact.type:
        raise CatalogueError(f"the derived fact {fact.key} is declared {fact.type}, its rule gives {tree.type}")
    listed = list_of(tree)
    if listed is not None and not same_list(listed, fact):
        raise CatalogueError(f"the derived fact {fact.key} has another list of codes than its rule ({listed.key})")
    if any(isinstance(node, Aggregate | InArea) for node in tree.walk()):
        raise CatalogueError(
            f"the derived fact {fact.key} asks the members or an area: write it over facts of the {fact.of} itself"
        )
    catalogue.trees[fact.key, root] = tree
    return tree


class Refused(Exception):
    """This part cannot be read; the problem is already noted."""


class Reader(Typing):
    """Turns bare syntax into the typed tree."""

    def __init__(
        self,
        source: Source,
        catalogue: Catalogue,
        unit: Unit,
        *,
        instead_of_person: Root = "person",
        under: tuple[str, ...] = (),
    ) -> None:
        self.source = source
        self.catalogue = catalogue
        self.unit = unit
        self.instead_of_person = instead_of_person
        self.under = under
        self.member: str | None = None
        self.problems: list[Problem] = []

    # --- reporting -------------------------------------------------------------------------------------------------

    def refuse(self, at: syn.Syntax | int, key: str, proposal: str | None = None, **params: object) -> NoReturn:
        self.note(at, key, proposal, **params)
        raise Refused

    def note(self, at: syn.Syntax | int, key: str, proposal: str | None = None, **params: object) -> None:
        position = at if isinstance(at, int) else at.position
        self.problems.append(self.source.problem(position, key, proposal, **params))

    def finish(self) -> None:
        if self.problems:
            raise RuleRefused(self.problems)

    def span(self, syntax: syn.Syntax) -> Span:
        line, column = self.source.place(syntax.position)
        return Span(syntax.position, syntax.end, line, column)

    def written(self, part: syn.Syntax | Node) -> str:
        """As it stands in the rule."""
        start, end = (part.position, part.end) if isinstance(part, syn.Syntax) else (part.span.start, part.span.end)
        return self.source.text[start:end]

    # --- the whole -------------------------------------------------------------------------------------------------

    def criterion(self, syntax: syn.Syntax) -> Node:
        """A condition that asks at least one fact; RuleRefused with every problem found."""
        tree = self.any_value(syntax)
        if tree.type is not FactType.BOOL:
            raise self.source.refuse(syntax.position, "not_boolean", found=self.describe(tree))
        if not asks_a_fact(tree):
            raise self.source.refuse(syntax.position, "no_fact")
        if tree.weight > WEIGHT_LIMIT:
            raise self.source.refuse(syntax.position, "too_entangled")
        return tree

    def any_value(self, syntax: syn.Syntax) -> Node:
        """A value of any type; RuleRefused with every problem found."""
        try:
            tree: Node | None = self.value(syntax)
        except Refused:
            tree = None
        self.finish()
        assert tree is not None, "refused without a problem"
        return tree

    def value(self, syntax: syn.Syntax) -> Node:
        """The typed node of any syntax."""
        match syntax:
            case syn.Joined():
                return self.joined(syntax)
            case syn.Binary():
                return self.binary(syntax)
            case syn.Unary():
                return self.unary(syntax)
            case syn.Choice():
                return self.choice(syntax)
            case syn.Constant():
                return self.constant(syntax)
            case syn.Name():
                return self.name(syntax)
            case syn.Select():
                return self.select(syntax)
            case syn.Call():
                return self.call(syntax)
            case syn.ListOf():
                self.refuse(syntax, "in_needs_list")
        raise AssertionError(syntax)

    # --- logic -----------------------------------------------------------------------------------------------------

    def joined(self, syntax: syn.Joined) -> Node:
        if syntax.operator == "()":
            return replace(self.value(syntax.parts[0]), span=self.span(syntax.parts[0]))
        parts: list[Node] = []
        refused = False
        for part in syntax.parts:
            try:
                parts.append(self.condition(part, syntax.operator))
            except Refused:
                refused = True
        if refused:
            raise Refused
        return (And if syntax.operator == "&&" else Or)(self.span(syntax), tuple(parts))

    def condition(self, syntax: syn.Syntax, operator: str) -> Node:
        node = self.value(syntax)
        if node.type is not FactType.BOOL:
            self.refuse(syntax, "need_boolean", operator=operator, found=self.describe(node))
        return node

    def unary(self, syntax: syn.Unary) -> Node:
        if syntax.operator == "!":
            return Not(self.span(syntax), self.condition(syntax.operand, "!"))
        inner = syn.plain(syntax.operand)
        if (
            isinstance(inner, syn.Constant)
            and isinstance(inner.value, int | Decimal)
            and not isinstance(inner.value, bool)
        ):
            return self.number(syntax, -inner.value)
        operand = self.value(syntax.operand)
        if not operand.type.is_number:
            self.refuse(syntax, "need_number", operator="-", found=self.describe(operand))
        return Arithmetic(self.span(syntax), "-", Literal(self.span(syntax), 0, FactType.WHOLE), operand)

    def choice(self, syntax: syn.Choice) -> Node:
        condition = self.condition(syntax.condition, "? :")
        yes, no = self.value(syntax.yes), self.value(syntax.no)
        yes, no = self.same_kind(syntax.yes, yes, syntax.no, no)
        return If(self.span(syntax), condition, yes, no)

    # --- literals --------------------------------------------------------------------------------------------------

    def constant(self, syntax: syn.Constant) -> Literal:
        value = syntax.value
        if isinstance(value, bool):
            return Literal(self.span(syntax), value, FactType.BOOL)
        if isinstance(value, str):
            return Literal(self.span(syntax), self.catalogue.normalise(value), FactType.TEXT)
        return self.number(syntax, value)

    def number(self, syntax: syn.Syntax, value: int | Decimal) -> Literal:
        if isinstance(value, Decimal):
            return Literal(self.span(syntax), value, FactType.DECIMAL)
        if not WHOLE_LOW <= value <= WHOLE_HIGH:
            self.refuse(syntax, "too_big")
        return Literal(self.span(syntax), value, FactType.WHOLE)

    def name(self, syntax: syn.Name) -> Node:
        name = syntax.name
        if name == "as_of":
            return AsOf(self.span(syntax))
        if name == "none":
            return Literal(self.span(syntax), NONE_DATE, FactType.DATE)
        if name in ("person", "household") or name == self.member:
            codes = [fact.code for fact in self.catalogue.of("household" if name == "household" else "person")]
            self.refuse(syntax, "root_alone", f"{name}.{codes[0]}" if codes else None, name=name)
        self.bare(syntax, name)

    def bare(self, syntax: syn.Syntax, name: str) -> NoReturn:
        """A name without root: propose the fact meant."""
        roots = [("household", "household")]
        if self.member is not None:
            roots.insert(0, ("person", self.member))
        elif self.unit == "person":
            roots.insert(0, ("person", "person"))
        for of, root in roots:
            if self.catalogue.get(of, name):
                self.refuse(syntax, "bare_fact", f"{root}.{name}", name=name)
        if self.member is None and self.catalogue.get("person", name):
            self.refuse(syntax, "bare_fact", f"household.members.exists(m, m.{name} …)", name=name)
        if name == "members":
            self.refuse(syntax, "bare_fact", "household.members", name=name)
        near = get_close_matches(name, [fact.code for of, _ in roots for fact in self.catalogue.of(of)], 1)
        proposal = next((f"{root}.{near[0]}" for of, root in roots if near and self.catalogue.get(of, near[0])), None)
        self.refuse(syntax, "unknown_root", proposal, name=name)

    # --- facts -----------------------------------------------------------------------------------------------------

    def select(self, syntax: syn.Select) -> Node:
        base = syntax.base
        if not isinstance(base, syn.Name):
            if isinstance(base, syn.Select) and self.is_members(base):
                self.refuse(syntax, "unknown_macro", self.near_macro(syntax.name), name=syntax.name)
            self.refuse(syntax, "too_many_dots", name=self.written(base))
        root, of = self.root(base)
        if of == "household" and syntax.name == "members":
            self.refuse(syntax, "members_alone")
        fact = self.catalogue.get(of, syntax.name)
        if fact is None:
            self.unknown_fact(syntax, base.name, of)
        return self.fact_node(self.span(syntax), root, fact)

    def fact_node(self, span: Span, root: Root, fact: Fact) -> FactNode | Derived:
        if fact.derived is not None:
            body = derived_tree(fact, root, self.catalogue, self.under)
            return Derived(span, root, fact, body)
        return FactNode(span, root, fact)

    def root(self, base: syn.Name) -> tuple[Root, str]:
        """The root meant by a name, and whether it is a person or a household."""
        name = base.name
        if name == "household":
            return "household", "household"
        if name == self.member:
            return "member", "person"
        if name == "person":
            if self.member is not None:
                self.refuse(base, "person_in_macro", self.member)
            if self.unit == "household":
                self.refuse(base, "person_in_household", "household.members.exists(m, …)")
            return self.instead_of_person, "person"
        near = get_close_matches(name, [n for n in ("person", "household", self.member) if n], 1)
        self.refuse(base, "unknown_root", near[0] if near else None, name=name)

    def unknown_fact(self, syntax: syn.Select, root: str, of: str) -> NoReturn:
        codes = [fact.code for fact in self.catalogue.of(of)]
        near = get_close_matches(syntax.name, codes, 1, 0.6)
        proposal = f"{root}.{near[0]}" if near else None
        other = "household" if of == "person" else "person"
        if proposal is None or self.catalogue.get(other, syntax.name):
            there = self.catalogue.get(other, syntax.name)
            other_root = (
                "household" if other == "household" else self.member or ("person" if self.unit == "person" else None)
            )
            if there is not None and other_root is not None:
                proposal = f"{other_root}.{there.code}"
        if proposal is None and syntax.name in ("enrolled", "in_area", "has"):
            proposal = f"{syntax.name}(…)"
        self.refuse(syntax, "unknown_fact", proposal, root=root, name=syntax.name)

    # --- functions and macros --------------------------------------------------------------------------------------

    def call(self, syntax: syn.Call) -> Node:
        if syntax.target is not None:
            return self.method(syntax, syntax.target)
        if syntax.name == "has":
            return self.has(syntax)
        if syntax.name in ("enrolled", "in_area"):
            return self.about_programme(syntax)
        if syntax.name == "date":
            return self.date(syntax)
        near = get_close_matches(syntax.name, _FUNCTIONS, 1)
        self.refuse(syntax.name_position, "unknown_function", f"{near[0]}(…)" if near else None, name=syntax.name)

    def has(self, syntax: syn.Call) -> Node:
        if len(syntax.arguments) != 1:
            self.refuse(syntax, "function_arguments", name="has", expected="one fact")
        node = self.value(syntax.arguments[0])
        if not isinstance(node, FactNode | Derived):
            self.refuse(syntax.arguments[0], "has_fact")
        return Has(self.span(syntax), node)

    def about_programme(self, syntax: syn.Call) -> Node:
        if syntax.name == "enrolled" and self.member is not None:
            self.refuse(syntax, "enrolled_in_macro", f"{self.member}.{self.written(syntax)}")
        if syntax.name == "enrolled" and self.unit == "household":
            self.refuse(syntax, "enrolled_in_household", f"household.members.exists(m, m.{self.written(syntax)})")
        if syntax.name == "in_area" and self.member is not None:
            self.refuse(syntax, "in_area_in_macro", f"{self.written(syntax)} && …")
        programme = self.programme(syntax)
        if syntax.name == "enrolled":
            return Enrolled(self.span(syntax), self.instead_of_person, programme)
        return InArea(self.span(syntax), programme)

    def programme(self, syntax: syn.Call) -> str:
        argument = syn.plain(syntax.arguments[0]) if len(syntax.arguments) == 1 else None
        if not isinstance(argument, syn.Constant) or not isinstance(argument.value, str):
            self.refuse(syntax, "function_arguments", name=syntax.name, expected="the code of one programme in quotes")
        if argument.value not in self.catalogue.programmes:
            near = get_close_matches(argument.value, list(self.catalogue.programmes), 1)
            self.refuse(argument, "unknown_programme", f"'{near[0]}'" if near else None, name=argument.value)
        return argument.value

    def date(self, syntax: syn.Call) -> Literal:
        argument = syn.plain(syntax.arguments[0]) if len(syntax.arguments) == 1 else None
        if not isinstance(argument, syn.Constant) or not isinstance(argument.value, str):
            self.refuse(syntax, "function_arguments", name="date", expected="one date in quotes: date('2026-11-01')")
        try:
            day = date.fromisoformat(argument.value)
        except ValueError:
            day = NONE_DATE
        # 0001-01-01 is how “does not apply” is stored
        if day == NONE_DATE or day.isoformat() != argument.value:
            proposal = f"date('{day.isoformat()}')" if day != NONE_DATE else None
            self.refuse(argument, "bad_date", proposal, text=argument.value)
        return Literal(self.span(syntax), day, FactType.DATE)

    def is_members(self, syntax: syn.Syntax) -> bool:
        return (
            isinstance(syntax, syn.Select)
            and syntax.name == "members"
            and isinstance(syntax.base, syn.Name)
            and syntax.base.name == "household"
        )

    @staticmethod
    def near_macro(name: str) -> str | None:
        near = get_close_matches(name, ("exists", "all", "filter"), 1)
        if near:
            return f"household.members.{near[0]}(m, …)" + (".size()" if near[0] == "filter" else "")
        return "household.members.filter(m, …).size()" if name in _UNKNOWN_MACROS else None

    def method(self, syntax: syn.Call, target: syn.Syntax) -> Node:
        if (
            isinstance(target, syn.Call)
            and target.name == "filter"
            and target.target is not None
            and self.is_members(target.target)
        ):
            return self.count(syntax, target)
        if self.is_members(target):
            return self.macro(syntax)
        if isinstance(target, syn.Name) and syntax.name == "enrolled":
            return self.member_enrolled(syntax, target)
        if isinstance(target, syn.Name) and syntax.name in ("in_area", "has"):
            self.refuse(syntax, "unknown_function", f"{syntax.name}(…)", name=self.written(target) + "." + syntax.name)
        self.refuse(syntax.name_position, "unknown_function", name=syntax.name)

    def member_enrolled(self, syntax: syn.Call, target: syn.Name) -> Node:
        bare = self.source.text[syntax.name_position : syntax.end]
        if target.name == self.member:
            return Enrolled(self.span(syntax), "member", self.programme(syntax))
        if target.name == "person":
            self.root(target)
            self.refuse(syntax, "enrolled_of_person", bare)
        if target.name == "household":
            name = self.member or "m"
            inside = f"{name}.{bare}"
            self.refuse(
                syntax, "enrolled_of_household", inside if self.member else f"household.members.exists(m, {inside})"
            )
        self.root(target)
        raise AssertionError(target)

    def count(self, syntax: syn.Call, target: syn.Call) -> Node:
        if syntax.name != "size" or syntax.arguments:
            self.refuse(syntax.name_position, "filter_size", "filter(m, …).size()")
        return Count(self.span(syntax), self.body(target))

    def macro(self, syntax: syn.Call) -> Node:
        if syntax.name == "filter":
            self.refuse(syntax, "filter_size", f"{self.written(syntax)}.size()")
        if syntax.name == "size":
            self.refuse(syntax, "count_all", "household.size" if self.catalogue.get("household", "size") else None)
        kind = _MACROS.get(syntax.name)
        if kind is None:
            self.refuse(syntax.name_position, "unknown_macro", self.near_macro(syntax.name), name=syntax.name)
        return kind(self.span(syntax), self.body(syntax))

    def body(self, syntax: syn.Call) -> Node:
        """The condition of a macro, read with its member in sight."""
        if self.member is not None:
            self.refuse(syntax, "macro_nested")
        if len(syntax.arguments) != 2:
            self.refuse(syntax.name_position, "macro_arguments", f"{syntax.name}(m, …)", name=syntax.name)
        variable, condition = syntax.arguments
        if not isinstance(variable, syn.Name) or variable.name in _RESERVED:
            self.refuse(variable, "macro_name", "m", name=self.written(variable))
        self.member = variable.name
        try:
            body = self.condition(condition, syntax.name)
        finally:
            self.member = None
        if not asks_a_fact(body):
            self.refuse(condition, "macro_constant")
        return body


def asks_a_fact(tree: Node) -> bool:
    """The answer can differ from one family to another."""
    return any(isinstance(node, FactNode | Enrolled | InArea) for node in tree.walk())
