"""Which kinds of node stood in which places: the counters of the equality test, and what they must reach.

A *kind* is a class of node with its type (`fact date`, `derived code`, `whole /`, `compare counts`); a *place* is where
it stands (`? : yes`, `compare dates left`, `filter body`), and whether inside a macro (` of a member`). What stands
inside a derived fact is not in the rule and not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product

from criteria.catalogue import Fact
from criteria.tree import (
    Aggregate,
    And,
    Arithmetic,
    AsOf,
    Compare,
    CompareAge,
    CompareCodes,
    CompareDates,
    CompareRanges,
    Count,
    Derived,
    Enrolled,
    FactNode,
    Has,
    If,
    In,
    InArea,
    InSet,
    Literal,
    Node,
    Not,
    Or,
)

Placed = tuple[str, str]
MEMBER = " of a member"
_NAMES: dict[type[Node], str] = {
    And: "&&", Or: "||", Not: "!", InSet: "in set", Has: "has", Enrolled: "enrolled", InArea: "in_area",
    CompareAge: "compare ages", CompareCodes: "compare codes in order", CompareDates: "compare dates",
    CompareRanges: "compare counts",
}  # fmt: skip


def _type(node: Node) -> str:
    return "age" if node.type.is_age else node.type.value


def _fact(fact: Fact) -> str:
    if fact.counts_members:
        return "size"
    if fact.status:
        return f"level {fact.type.value}"
    if fact.type.is_age:
        return "age"
    return "imprecise date" if fact.imprecise else fact.type.value


def kind_of(node: Node) -> str:
    """What a node is."""
    match node:
        case Literal():
            return "none" if node.is_none else f"literal {_type(node)}"
        case AsOf():
            return "as_of ± N" if node.days else "as_of"
        case FactNode():
            return f"fact {_fact(node.fact)}"
        case Derived():
            return f"derived {_type(node)}"
        case If():
            return "? : count" if node.ranged else f"? : {_type(node)}"
        case In():
            return "in counts" if node.item.ranged else f"in {_number(_type(node.item))}"
        case Arithmetic():
            return f"{'count' if node.ranged else _type(node)} {node.operator}"
        case Aggregate():
            return "count" if isinstance(node, Count) else node.kind
    if type(node) is Compare:
        return f"compare {_number(_type(node.left))}"
    return _NAMES[type(node)]


def _number(of: str) -> str:
    return "number" if of in ("whole", "decimal") else of


def _places(node: Node) -> Iterator[tuple[str, Node]]:
    match node:
        case If():
            yield from zip(("? : condition", "? : yes", "? : no"), node.children, strict=True)
        case Compare():
            yield f"{kind_of(node)} left", node.left
            yield f"{kind_of(node)} right", node.right
        case Arithmetic():
            name = f"{'count ' if node.ranged else ''}{node.operator}"
            yield f"{name} left", node.left
            yield f"{name} right", node.right
        case In():
            yield f"{kind_of(node)} item", node.item
            yield from ((f"{kind_of(node)} choice", choice) for choice in node.choices)
        case Aggregate():
            yield f"{'filter' if isinstance(node, Count) else node.kind} body", node.body
        case Derived():
            return
        case _:
            yield from ((kind_of(node), child) for child in node.children)


def placed(tree: Node, place: str = "rule", member: str = "") -> Iterator[Placed]:
    """(place, kind) of every node of a rule."""
    yield place + member, kind_of(tree)
    if isinstance(tree, Compare):
        yield f"operator{member}", f"{kind_of(tree)} {tree.operator}"
    inside = MEMBER if isinstance(tree, Aggregate) else member
    for where, child in _places(tree):
        yield from placed(child, where, inside)


# --- what must be reached ------------------------------------------------------------------------------------------

_CONDITIONS = (
    "fact bool", "derived bool", "has", "enrolled", "compare bool", "compare number", "compare text", "compare code",
    "compare ages", "compare dates", "compare codes in order", "in number", "in code", "in text", "in date", "in age",
    "in bool", "in set", "&&", "||", "!", "? : bool", "literal bool",
)  # fmt: skip
_OUTSIDE = ("in_area", "compare counts", "in counts", "exists", "all")
_CONDITION_PLACES = (
    "&&", "||", "!", "? : condition", "? : yes", "? : no", "compare bool left", "compare bool right", "in bool item",
)  # fmt: skip
_WHOLES = (
    "fact whole", "fact size", "fact level whole", "derived whole", "literal whole", "? : whole", "whole +", "whole -",
    "whole *", "whole /", "whole %",
)  # fmt: skip
_DECIMALS = ("fact decimal", "derived decimal", "literal decimal", "? : decimal", "decimal +", "decimal -", "decimal *")
_SIDES = ("left", "right")
_ARMS = ("? : yes", "? : no")
_NUMBER_PLACES = (
    *(f"{of} {side}" for of in ("compare number", "+", "-", "*") for side in _SIDES), "in number item", *_ARMS,
)  # fmt: skip
_WHOLE_PLACES = tuple(f"{of} {side}" for of in ("/", "%") for side in _SIDES)
_COUNTS = ("count", "count +", "count -", "count *", "count /", "? : count")
_COUNT_SIDES = tuple(f"{of} {side}" for of in ("compare counts", "count +", "count -") for side in _SIDES)
_COUNT_PLACES = (*_COUNT_SIDES, "in counts item", "count * left", "count * right", "count / left", *_ARMS)
_DATES = (
    "fact date", "fact imprecise date", "derived date", "literal date", "none", "as_of", "as_of ± N", "? : date",
)  # fmt: skip
_CODES = ("fact code", "derived code", "literal code", "? : code")
_TEXTS = ("fact text", "derived text", "literal text", "? : text")
_HAD = (
    *(f"fact {of}" for of in ("bool", "whole", "decimal", "size", "level whole", "level code", "date", "code", "text")),
    *("fact imprecise date", "fact set", "fact age"),
    *(f"derived {of}" for of in ("bool", "whole", "decimal", "date", "code", "text")),
)
_ANY = ("==", "!=", "<", "<=", ">", ">=")
_OPERATORS = (
    *(f"{of} {operator}" for of in ("compare number", "compare ages", "compare dates") for operator in _ANY),
    *(f"compare {of} {operator}" for of in ("bool", "text", "code") for operator in _ANY[:2]),
    *(f"compare codes in order {operator}" for operator in _ANY[2:]),
)


def _of(places: Iterable[str], kinds: Iterable[str]) -> set[Placed]:
    return set(product(places, kinds))


def required() -> set[Placed]:
    """Every kind in every place where the language allows it, outside macros and inside."""
    anywhere = (
        _of(_CONDITION_PLACES, _CONDITIONS)
        | _of(_NUMBER_PLACES, _WHOLES + _DECIMALS)
        | _of(_WHOLE_PLACES, _WHOLES)
        | _of((*(f"compare dates {side}" for side in _SIDES), "in date item", *_ARMS), _DATES)
        | _of((f"compare codes in order {side}" for side in _SIDES), _CODES)
        | _of((*(f"compare code {side}" for side in _SIDES), "in code item", *_ARMS), (*_CODES, "fact level code"))
        | _of((*(f"compare text {side}" for side in _SIDES), "in text item", *_ARMS), _TEXTS)
        | _of(("has",), _HAD)
        | _of(("in set",), ("fact set",))
        | _of(("compare ages left", "in age item"), ("fact age",))
        | _of(("operator",), _OPERATORS)
    )
    outside = (
        _of(("rule",), set(_CONDITIONS) - {"literal bool"} | set(_OUTSIDE))
        | _of(_CONDITION_PLACES, _OUTSIDE)
        | _of(_COUNT_PLACES, _COUNTS)
        | _of(_COUNT_SIDES, _WHOLES + _DECIMALS)
        | _of(("count * right",), ("literal whole",))
        | _of(("operator",), (f"compare counts {operator}" for operator in _ANY))
    )
    bodies = _of(("exists body", "all body", "filter body"), set(_CONDITIONS) - {"literal bool"})
    # a literal is of no list of codes by itself
    anywhere -= {("in code item", "literal code")}
    inside = {(place + MEMBER, kind) for place, kind in anywhere | bodies}
    return anywhere | outside | inside


def broad(counts: Counter[Placed]) -> Counter[str]:
    """The same by kind alone and by place alone, inside macros and outside: for a run too short for every pair."""
    found: Counter[str] = Counter()
    for (place, kind), number in counts.items():
        if place.startswith("operator"):
            continue
        member = MEMBER if place.endswith(MEMBER) else ""
        found[f"{kind}{member}"] += number
        found[f"at {place}"] += number
    return found


def broadly_required() -> set[str]:
    return set(broad(Counter(required())))


def lacking(counts: Counter[Placed], least: int) -> list[str]:
    """The pairs that a run asked less often than `least`, in words."""
    short = sorted(pair for pair in required() if counts[pair] < least)
    return [f"{kind} at {place}: {counts[place, kind]}" for place, kind in short]
