"""The typed tree of a rule: about a dozen kinds of node, each with its value, its SQL and its words side by side.

| module | nodes |
|---|---|
| `values` | Literal, AsOf |
| `facts` | FactNode, Derived, Has, Enrolled, InArea |
| `compare` | Compare, CompareRanges, CompareDates, CompareAge, CompareCodes, In, InSet |
| `logic` | And, Or, Not, If |
| `numbers` | Arithmetic |
| `members` | Exists, All, Count |
"""

from criteria.tree.base import Columns, Node, Root, Span, Speech, World
from criteria.tree.compare import Compare, CompareAge, CompareCodes, CompareDates, CompareRanges, In, InSet
from criteria.tree.facts import Derived, Enrolled, FactNode, Has, InArea
from criteria.tree.logic import And, If, Not, Or
from criteria.tree.members import Aggregate, All, Count, Exists
from criteria.tree.numbers import Arithmetic
from criteria.tree.values import AsOf, Literal

__all__ = [
    "Aggregate",
    "All",
    "And",
    "Arithmetic",
    "AsOf",
    "Columns",
    "Compare",
    "CompareAge",
    "CompareCodes",
    "CompareDates",
    "CompareRanges",
    "Count",
    "Derived",
    "Enrolled",
    "Exists",
    "FactNode",
    "Has",
    "If",
    "In",
    "InArea",
    "InSet",
    "Literal",
    "Node",
    "Not",
    "Or",
    "Root",
    "Span",
    "Speech",
    "World",
]
