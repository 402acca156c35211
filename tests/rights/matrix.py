"""The matrix of rights as a text that people review: for each asking a line for each way it went, with for whom.

./run test rights            walks, one officer for all roles of equal rights, and compares with matrix.txt
./run test rights --all      walks every role for itself
./run test rights --write    writes matrix.txt anew; read its diff as one reads a change of rights
"""

from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path
from typing import Final

from tests.rights.walk import Walk

FILE: Final = Path(__file__).with_name("matrix.txt")
EVERYBODY: Final = "everybody"
OTHERS: Final = "all others"
FEW: Final = 4
HEAD: Final = """\
# What every officer gets at every address, inside the area and outside: walked over HTTP (tests/rights), reviewed.
# address | what is asked | of whom: how it went = for whom
# "shows" lists the kinds of the asked household's words that stand in the answer; "at home" lies in everybody's area,
# "outside" one step beyond the officer's own. "all others": of those listed below who stand in no other line of the
# asking. A changed line is a changed right: make it anew with ./run test rights --write, review the difference.
"""


def lines_of(walks: Iterable[Walk]) -> list[str]:
    """The text of the matrix, line by line."""
    walks = list(walks)
    order = {walk.subject.name: number for number, walk in enumerate(walks)}
    ways: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for walk in walks:
        for one in walk.asked:
            outcomes = ways.setdefault((one.page, one.what, one.where), {})
            outcomes.setdefault(one.outcome, []).append(walk.subject.name)
    found = [*HEAD.splitlines(), "", "# Who walks; roles of equal rights share a walk"]
    found += [f"# {' = '.join(walk.subject.roles) or walk.subject.name}" for walk in walks]
    for (page, what, where), outcomes in ways.items():
        found.append("")
        found.append(f"{page} | {what}{f' | {where}' if where else ''}")
        largest = max(outcomes, key=lambda outcome: (len(outcomes[outcome]), outcome))
        for outcome, names in sorted(outcomes.items()):
            who = " ".join(sorted(names, key=order.__getitem__))
            if outcome == largest and len(names) > FEW:
                who = EVERYBODY if len(outcomes) == 1 else f"{OTHERS} ({len(names)})"
            found.append(f"    {outcome} = {who}")
    return found


def difference(found: list[str]) -> list[str]:
    """How the walk differs from the reviewed matrix; empty when it does not."""
    reviewed = FILE.read_text("utf-8").splitlines() if FILE.exists() else []
    return list(unified_diff(reviewed, found, "reviewed", "walked", lineterm="", n=1))


def write(found: list[str]) -> None:
    FILE.write_text("\n".join(found) + "\n", "utf-8")
