"""Drawing rules with every kind of node in every place.

At every place the drawer takes, more often than not, the kind it has put there least; so kinds and places even out by
themselves and a short run covers the language. Literals lie near the values that families have (tests.equality.people).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Literal as OneOf

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.problems import RuleRefused
from criteria.read import read
from criteria.tree import Node
from tests.equality.coverage import Placed, placed, required

T = FactType
COMPARE = ("==", "!=", "<", "<=", ">", ">=")
WHOLES = ("0", "1", "1", "2", "3", "7", "-2", "12", "9223372036854775807", "-9223372036854775808", "3000000000")
DECIMALS = ("0.5", "1.25", "0.0", "-0.5", "3.0001", "100000000000000.5", "9223372036854775807.5")
FACTORS = ("2", "3", "-1", "-1", "-2", "5000000000000000000", "9000000000000000000")
_SIMPLE = (
    "fact", "derived", "has", "enrolled", "numbers", "code", "text", "ages", "dates", "order", "in set",
    "in number", "in code", "in text", "in date", "in age",
)  # fmt: skip

# Of so many drawn rules one is taken.
CANDIDATES = 6
WANTED = frozenset(required())


@dataclass
class Memory:
    """What has been drawn: kinds by place as the drawer names them, and rules by the pairs that stand in them."""

    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    placed: Counter[Placed] = field(default_factory=Counter)

    def worth(self, drawn: tuple[str, Node]) -> float:
        """More for every pair that few rules have."""
        text, tree = drawn
        return sum(0.5 ** self.placed[pair] for pair in WANTED.intersection(placed(tree))) / (100 + len(text))


class Rules:
    """Draws rules to be asked near a day. `unit` is person or household; a memory may be shared by several drawers."""

    def __init__(
        self,
        random: Random,
        catalogue: Catalogue,
        unit: OneOf["person", "household"],
        as_of: date,
        memory: Memory | None = None,
    ) -> None:
        self.random = random
        self.catalogue = catalogue
        self.unit = unit
        self.memory = memory or Memory()
        self.used = self.memory.used
        self.member = False
        self.near = as_of

    def rule(self, depth: int = 3, of: int = CANDIDATES) -> tuple[str, Node]:
        """Of some rules the one that brings most of what has been rare, for its length."""
        found = max((self.one_rule(depth) for _ in range(of)), key=self.memory.worth)
        self.memory.placed.update(set(placed(found[1])))
        return found

    def one_rule(self, depth: int) -> tuple[str, Node]:
        """A rule that checks, with its tree."""
        while True:
            self.member = False
            text = self.condition("rule", depth)
            try:
                return text, read(text, self.catalogue, unit=self.unit)
            except RuleRefused:
                continue

    # --- choosing --------------------------------------------------------------------------------------------------

    def choose(self, place: str, kinds: Sequence[str]) -> str:
        """A kind for a place, the least used there more often than not."""
        where = f"{place}{self.unit}{self.member}"
        found = self.random.choice(kinds)
        if self.random.random() < 0.7:
            least = min(self.used[where, kind] for kind in kinds)
            found = self.random.choice([kind for kind in kinds if self.used[where, kind] == least])
        self.used[where, found] += 1
        return found

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def facts(self, *types: FactType, accept: Callable[[Fact], bool] = lambda fact: True) -> list[tuple[str, Fact]]:
        """The facts in sight with what they are called: `m.age`, `household.lamp`."""
        roots = [("household", "household")]
        if self.member or self.unit == "person":
            roots.append(("person", "m" if self.member else "person"))
        return [
            (f"{root}.{fact.code}", fact)
            for of, root in roots
            for fact in self.catalogue.of(of)
            if fact.type in types and accept(fact)
        ]

    def one(self, found: Sequence[tuple[str, Fact]], place: str) -> tuple[str, Fact] | None:
        """One of the facts, those of the person and of the household alike, the least used first."""
        if not found:
            return None
        text = self.choose(f"fact {place}", [text for text, _ in found])
        return text, next(fact for name, fact in found if name == text)

    # --- conditions ------------------------------------------------------------------------------------------------

    def condition(self, place: str, depth: int) -> str:
        kinds = list(_SIMPLE) if depth <= 0 or self.random.random() < 0.55 else []
        if depth > 0:
            kinds += ["&&", "||", "!", "? :", "booleans", "in bool"]
        if not self.member:
            # macros twice: what stands inside them is drawn nowhere else
            kinds += ["in_area"] + (["counts", "in counts", "exists", "all"] * 2 if depth > 0 else [])
        if place != "rule" and not place.endswith("body"):
            kinds.append("literal")
        while True:
            found = self.a_condition(self.choose(place, kinds), depth)
            if found is not None:
                return found

    def a_condition(self, kind: str, depth: int) -> str | None:
        match kind:
            case "fact" | "derived":
                found = self.one(self.facts(T.BOOL, accept=lambda f: (f.derived is not None) == (kind != "fact")), kind)
                return found and found[0]
            case "literal":
                return self.pick("true", "false")
            case "has":
                found = self.one(self.facts(*FactType), "has")
                return found and f"has({found[0]})"
            case "enrolled":
                if not self.member and self.unit == "household":
                    return None
                return f"{'m.' if self.member else ''}enrolled('{self.programme()}')"
            case "in_area":
                return f"in_area('{self.programme()}')"
        return self.joined(kind, depth) or self.comparison(kind)

    def joined(self, kind: str, depth: int) -> str | None:
        """Conditions made of conditions."""
        match kind:
            case "&&" | "||":
                parts = [self.condition(kind, depth - 1) for _ in range(self.random.choice((2, 2, 3)))]
                return f" {kind} ".join(f"({part})" for part in parts)
            case "!":
                return f"!({self.condition(kind, depth - 1)})"
            case "? :":
                return self.choice(lambda arm: self.condition(f"? : {arm}", depth - 1), depth)
            case "booleans":
                left, right = self.condition("bool left", depth - 1), self.condition("bool right", depth - 1)
                return f"({left}) {self.pick('==', '!=')} ({right})"
            case "in bool":
                return f"({self.condition(kind, depth - 1)}) in [{self.pick('true', 'false', 'true, false')}]"
            case "exists" | "all":
                return f"household.members.{kind}(m, {self.body(kind)})"
            case "counts":
                return self.counts(depth - 1)
            case "in counts":
                return f"{self.count('in counts', depth - 1)} in [{self.pick('0', '1', '2, 3', '0.5, 1', '-2, 2')}]"
        return None

    def comparison(self, kind: str) -> str | None:
        match kind:
            case "numbers":
                left, right = self.number("compare left", 3), self.number("compare right", 3)
                return f"{left} {self.operator('numbers')} {right}"
            case "in number" | "in code" | "in text" | "in date" | "in age":
                return self.in_list(kind.removeprefix("in "))
            case "dates":
                return f"{self.date('dates left', 2)} {self.operator(kind)} {self.date('dates right', 2)}"
            case "text":
                return f"{self.text('text left', 2)} {self.operator(kind, 2)} {self.text('text right', 2)}"
            case "code" | "order":
                return self.codes(kind)
            case "ages":
                found = self.one(self.facts(T.AGE_YEARS, T.AGE_MONTHS), kind)
                if found is None:
                    return None
                sides = [found[0], self.limit(found[1])]
                if self.random.random() < 0.15:
                    sides.reverse()
                return f"{sides[0]} {self.operator(kind)} {sides[1]}"
            case "in set":
                found = self.one(self.facts(T.SET), kind)
                return found and f"'{self.random.choice(found[1].codes)}' in {found[0]}"
        raise AssertionError(kind)

    def operator(self, kind: str, count: int = 6) -> str:
        return self.choose(f"operator {kind}", COMPARE[:count])

    def programme(self) -> str:
        return self.random.choice(list(self.catalogue.programmes))

    def choice(self, arm: Callable[[str], str], depth: int) -> str:
        condition = self.condition("? : condition", depth - 1)
        return f"(({condition}) ? ({arm('yes')}) : ({arm('no')}))"

    def body(self, kind: str) -> str:
        self.member = True
        try:
            return self.condition(f"{kind} body", self.random.choice((0, 1, 2, 2, 3)))
        finally:
            self.member = False

    def in_list(self, of: str) -> str | None:
        match of:
            case "number":
                choices = self.random.sample(("0", "1", "2", "3", "7", "0.5", "9223372036854775807", "-0.5"), 3)
                return f"{self.number('in', 3)} in [{', '.join(choices)}]"
            case "date":
                choices = self.random.sample((self.day(), self.day(), "none"), 2)
                return f"{self.date('in date', 1)} in [{', '.join(choices)}]"
            case "text":
                return f"{self.text('in text', 1)} in ['north', \"it's\", '100%']"
            case "age":
                found = self.one(self.facts(T.AGE_YEARS, T.AGE_MONTHS), "in age")
                return found and f"{found[0]} in [{', '.join(self.limit(found[1]) for _ in range(3))}]"
        found = self.one(self.facts(T.CODE), "in code")
        assert found is not None
        item = self.code(found[1], "in code", 1)
        codes = self.random.sample(found[1].codes, self.random.randint(1, 2))
        return f"{item} in [{', '.join(self.written(found[1], code) for code in codes)}]"

    def limit(self, fact: Fact) -> str:
        years, months = (0, 1, 2, 2, 5, 15, 18, 18, 20, 60, 65), (0, 1, 6, 12, 23, 24, 24, 60, 216, 216, 720)
        limits = years if fact.type is T.AGE_YEARS else months
        return str(self.random.choice(limits))

    # --- codes and texts -------------------------------------------------------------------------------------------

    def written(self, fact: Fact, code: str) -> str:
        return code if fact.numeric_codes else f"'{code}'"

    def codes(self, kind: str) -> str:
        found = self.one(self.facts(T.CODE, accept=lambda fact: kind == "code" or fact.ordered), kind)
        assert found is not None
        left, right = self.code(found[1], f"{kind} left", 2), self.code(found[1], f"{kind} right", 2)
        operator = self.operator(kind, 2) if kind == "code" else self.choose("operator order", COMPARE[2:])
        return f"{left} {operator} {right}"

    def code(self, like: Fact, place: str, depth: int) -> str:
        """A value of the same list, kept in the same way."""

        def of_list(fact: Fact) -> bool:
            same = fact.codes == like.codes and fact.stored_as_number == like.stored_as_number
            return same and ("order" not in place or fact.ordered)

        kind = self.choose(place, ("fact", "fact", "literal", *(("? :",) if depth else ())))
        if kind == "? :":
            return self.choice(
                lambda arm: self.code(like, f"? : code {arm}{'order' * ('order' in place)}", depth - 1), 1
            )
        if kind == "literal":
            return self.written(like, self.random.choice(like.codes))
        found = self.one(self.facts(T.CODE, accept=of_list), place)
        assert found is not None
        return found[0]

    def text(self, place: str, depth: int) -> str:
        kind = self.choose(place, ("fact", "derived", "literal", *(("? :",) if depth else ())))
        if kind == "? :":
            return self.choice(lambda arm: self.text(f"? : text {arm}", depth - 1), 1)
        if kind == "literal":
            return self.pick("'north'", '"it\'s"', "'100%'", "'  north '", "''")
        found = self.one(self.facts(T.TEXT, accept=lambda fact: (fact.derived is not None) == (kind != "fact")), kind)
        return found[0] if found else "household.motto"

    # --- dates -----------------------------------------------------------------------------------------------------

    def date(self, place: str, depth: int) -> str:
        kinds = ("fact", "imprecise", "derived", "literal", "none", "as_of", "as_of ± N", *(("? :",) if depth else ()))
        kind = self.choose(place, kinds)
        match kind:
            case "? :":
                return self.choice(lambda arm: self.date(f"? : date {arm}", depth - 1), 1)
            case "none" | "as_of":
                return kind
            case "as_of ± N":
                return f"as_of {self.pick('+', '-')} {self.pick('1', '30', '300', '366', '400')}"
            case "literal":
                return self.day()
        wanted = {"fact": (False, False), "imprecise": (True, False), "derived": (False, True)}[kind]
        found = self.one(self.facts(T.DATE, accept=lambda f: (f.imprecise, f.derived is not None) == wanted), place)
        return found[0] if found else "household.flood_on"

    def day(self) -> str:
        near = self.near + timedelta(days=self.random.choice((-400, -31, -1, 0, 0, 1, 30, 300)))
        return f"date('{self.random.choice((near.isoformat(), near.isoformat(), '2024-02-29'))}')"

    # --- numbers ---------------------------------------------------------------------------------------------------

    def number(self, place: str, depth: int, whole: bool = False) -> str:
        kinds = ["whole", "size", "level", "derived whole", "literal whole"]
        kinds += [] if whole else ["decimal", "derived decimal", "literal decimal"]
        if depth > 0:
            kinds += ["+", "-", "*", "/", "%", "negative", "? :"]
            kinds += [] if whole else ["decimal +", "decimal -", "decimal *", "decimal ? :"]
        kind = self.choose(f"{place} {whole} {depth > 0}", kinds)
        operator = kind.removeprefix("decimal ")
        match operator:
            case "? :":
                if kind.startswith("decimal"):
                    return self.choice(lambda arm: self.decimal(f"? : {arm}", depth - 1), 1)
                return self.choice(lambda arm: self.number(f"? : {arm}", depth - 1, True), 1)
            case "negative":
                return f"-({self.number('- right', depth - 1, whole)})"
            case "+" | "-" | "*" if kind.startswith("decimal"):
                sides = [self.decimal(f"{operator} left", depth - 1), self.number(f"{operator} right", depth - 1)]
                if self.random.random() < 0.5:
                    other = self.number(f"{operator} left", depth - 1)
                    sides = [other, self.decimal(f"{operator} right", depth - 1)]
                return f"({sides[0]} {operator} {sides[1]})"
            case "+" | "-" | "*" | "/" | "%":
                left = self.number(f"{operator} left", depth - 1, True)
                return f"({left} {operator} {self.number(f'{operator} right', depth - 1, True)})"
        return self.a_number(kind, place)

    def decimal(self, place: str, depth: int) -> str:
        """A number that is surely a decimal."""
        kinds = ["decimal", "derived decimal", "literal decimal", *(("+", "-", "*", "? :") if depth > 0 else ())]
        kind = self.choose(f"decimal {place}", kinds)
        if kind == "? :":
            return self.choice(lambda arm: self.decimal(f"? : {arm}", depth - 1), 1)
        if kind in ("+", "-", "*"):
            return f"({self.decimal(f'{kind} left', depth - 1)} {kind} {self.number(f'{kind} right', depth - 1)})"
        return self.a_number(kind, place)

    def a_number(self, kind: str, place: str) -> str:
        if kind == "literal whole":
            return self.pick(*WHOLES)
        if kind == "literal decimal":
            return self.pick(*DECIMALS)

        def accept(fact: Fact) -> bool:
            if fact.counts_members or fact.status:
                return kind == ("size" if fact.counts_members else "level")
            return kind.startswith("derived") == (fact.derived is not None) and kind not in ("size", "level")

        wanted = T.DECIMAL if kind.endswith("decimal") else T.WHOLE
        found = self.one(self.facts(wanted, accept=accept), f"{kind} {place}")
        return found[0] if found else "household.debt"

    # --- numbers of members ----------------------------------------------------------------------------------------

    def counts(self, depth: int) -> str:
        operator = self.operator("counts")
        kind = self.choose("counts", ("count, number", "number, count", "count, count"))
        sides = [
            self.count(f"counts {side}", depth) if of == "count" else self.number(f"counts {side}", 1)
            for of, side in zip(kind.split(", "), ("left", "right"), strict=True)
        ]
        return f"{sides[0]} {operator} {sides[1]}"

    def count(self, place: str, depth: int) -> str:
        kind = self.choose(place, ("count", "count", *(("+", "-", "*", "/", "negative", "? :") if depth > -1 else ())))
        match kind:
            case "+" | "-":
                of = self.choose(f"count {kind}", ("count, number", "number, count", "count, count"))
                left, right = of.split(", ")
                sides = [
                    self.count(f"{kind} {side}", depth - 1) if of == "count" else self.number(f"count {kind} {side}", 1)
                    for of, side in ((left, "left"), (right, "right"))
                ]
                return f"({sides[0]} {kind} {sides[1]})"
            case "*":
                sides = [self.count("* left", depth - 1), self.pick(*FACTORS)]
                if self.random.random() < 0.5:
                    sides = [sides[1], self.count("* right", depth - 1)]
                return f"({sides[0]} * {sides[1]})"
            case "/":
                return f"({self.count('/ left', depth - 1)} / {self.pick('2', '-2', '3', '-1')})"
            case "negative":
                return f"-({self.count('- right', depth - 1)})"
            case "? :":
                yes, no = self.count("? : yes", depth - 1), self.count("? : no", depth - 1)
                if self.random.random() < 0.3:
                    no = self.number("? : no", 0, True)
                return self.choice(lambda arm: yes if arm == "yes" else no, 1)
        return f"household.members.filter(m, {self.body('filter')}).size()"
