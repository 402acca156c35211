"""Which readings keep an answer unknown.

A condition that is decided stays decided whatever is learned later (the three values are monotone), so only the
readings inside undecided conditions can matter. This walks down from the answer through what is undecided alone.
`has` is the exception: it is decided by the very lack of an answer, and so looked into everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from criteria.catalogue import FactType
from criteria.interpret import FactRead, FamilyWorld
from criteria.tree import Aggregate, FactNode, Has, InArea, Node


def unsettled(trees: Sequence[Node], world: FamilyWorld) -> list[FactRead]:
    """What the undecided conditions of the trees read, each reading once, in the order of the text."""
    log: dict[tuple[str, str], FactRead] = {}
    for tree in trees:
        _collect(tree, world, log)
    return list(log.values())


def may_turn(tree: Node, world: FamilyWorld) -> bool:
    """Something learned later may change what the tree says today."""
    return world.truth(tree) is None or _asks_has(tree)


def _asks_has(tree: Node) -> bool:
    return any(isinstance(part, Has) for part in tree.walk())


def _collect(node: Node, world: FamilyWorld, log: dict[tuple[str, str], FactRead]) -> None:
    settled = node.type is FactType.BOOL and world.truth(node) is not None
    _look(node, world, log, settled)


def _look(node: Node, world: FamilyWorld, log: dict[tuple[str, str], FactRead], settled: bool) -> None:
    if isinstance(node, Has):
        for part in node.walk():
            if isinstance(part, FactNode):
                part.value(replace(world, log=log))
        return
    if settled and not _asks_has(node):
        return
    if isinstance(node, FactNode | InArea):
        if not settled:
            node.value(replace(world, log=log))
        return
    worlds = world.members() or () if isinstance(node, Aggregate) else [world]
    for inner in worlds:
        for child in node.children:
            if settled:
                _look(child, inner, log, settled)
            else:
                _collect(child, inner, log)
