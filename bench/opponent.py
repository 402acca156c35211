"""The fixed opponent: 25 programmes as an analyst writes them by hand, and the same 25 as rules.

Both lie beside the project, in the folder that the people of the project share; `found` says whether they are there.
What is changed in the analyst's SQL is what the comparison needs: names of tables, and an interval of days where the
original has one date of birth; programme 16 counts a sure and a possible number of dependants, as the rule does. There
are two ways to write "born on or before" with two columns; both are measured, and the faster is the opponent.
"""

import re
from collections.abc import Callable
from pathlib import Path

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.programme import Programme

SHARED = Path(__file__).resolve().parents[2] / "shared" / "bench"
NUMBERS = range(1, 26)
WAYS = ("or", "case")


def found() -> bool:
    return all((SHARED / name).exists() for name in ("hand.sql", "rules25.md"))


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _fact(code: str, of: str, type_: FactType, codes: str = "", **more: bool) -> Fact:
    return Fact(code, of, type_, codes=_codes(codes), **more)  # type: ignore[arg-type]


def catalogue() -> Catalogue:
    """The facts of the 25 programmes, stored as the analyst's tables store them."""
    true_or_false = ("pregnant", "lactating", "in_school", "literate", "migrant_returnee", "orphan", "chronic_illness")
    occupations = "farmer fisher garment construction trader civil_servant teacher none student migrant driver domestic"
    facts = (
        _fact("age", "person", FactType.AGE_YEARS),
        _fact("age_months", "person", FactType.AGE_MONTHS),
        _fact("sex", "person", FactType.CODE, "1 2", as_number=True),
        _fact("relation", "person", FactType.CODE, "head spouse child grandchild parent other"),
        *(_fact(code, "person", FactType.BOOL) for code in true_or_false),
        _fact("disability", "person", FactType.CODE, "0 1 2 3", ordered=True, as_number=True),
        Fact("grade", "person", FactType.WHOLE, minimum=0, maximum=12),
        _fact("occupation", "person", FactType.CODE, occupations),
        _fact("employment", "person", FactType.CODE, "employed self_employed unemployed casual inactive"),
        _fact("marital", "person", FactType.CODE, "single married widowed divorced"),
        _fact("idpoor", "household", FactType.CODE, "0 1 2", as_number=True),
        _fact("near_poor", "household", FactType.BOOL),
        _fact("roof", "household", FactType.CODE, "0 1 2 3 4", ordered=True, as_number=True),
        _fact("land_ha", "household", FactType.DECIMAL),
    )
    return Catalogue(facts, programmes={f"P{number}": None for number in NUMBERS})


def texts() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each programme with its criteria as rule texts, out of the table of `rules25.md`."""
    programmes = []
    for line in (SHARED / "rules25.md").read_text("utf-8").splitlines():
        row = re.match(r"\| (\d+) \| (\w+) \| (.*) \|$", line.strip())
        if row:
            rules = [one.strip().strip("`") for one in row[3].replace("\\|\\|", "||").split(" · ")]
            rules = [re.sub(r"(in_area|enrolled)\((\d+)\)", r"\1('P\2')", rule) for rule in rules]
            rules = [rule.replace("person.sex == 'F'", "person.sex == 2") for rule in rules]
            programmes.append((f"P{row[1]}", [(f"k{place}", rule) for place, rule in enumerate(rules)]))
    if len(programmes) != len(NUMBERS):
        raise SystemExit(f"{SHARED / 'rules25.md'} has {len(programmes)} programmes in its table and not 25.")
    return programmes


def programmes(known: Catalogue) -> list[Programme]:
    """The 25, read and checked. Their openings are criteria of their own, as by hand."""
    return [Programme.read(code, "person", rules, known, own_openings=False) for code, rules in texts()]


def by_hand(way: str) -> str:
    """The analyst's SQL over the tables p, h, e and a, with births as intervals, in one of the WAYS."""
    text = (SHARED / "hand.sql").read_text("utf-8")
    text = text[text.index("WITH pv") : text.index("-- the same with two masks")]
    text = re.sub(r"--.*", "", text).strip().rstrip(";")
    text = text.replace("CAST(programme AS INTEGER)) AS enr", "CAST(number AS INTEGER)) AS enr")
    for table in ("person", "household", "enrolment", "area"):
        text = re.sub(rf"\bFROM {table}\b", f"FROM {table[0]}", text)
    before, after = _born(way)
    under, over = after("2011-11-01"), before("1961-11-01")
    young_old, between = f"{under} OR {over}", f"{before('2011-11-01')} AND {after('1961-11-01')}"
    for old, new in (
        (
            "count(*) FILTER (birth_date > DATE '2011-11-01' OR birth_date <= DATE '1961-11-01') AS deps",
            f"count(*) FILTER ({young_old}) AS deps, count(*) FILTER (({young_old}) IS NULL) AS depsu",
        ),
        (
            "count(*) FILTER (birth_date <= DATE '2011-11-01' AND birth_date > DATE '1961-11-01') AS adults",
            f"count(*) FILTER ({between}) AS adults, count(*) FILTER (({between}) IS NULL) AS adultsu",
        ),
        (
            "count(*) FILTER (birth_date IS NULL) AS bu",
            f"count(*) FILTER ({after('2008-11-01')} IS NULL) AS bu",
        ),
        (
            "CASE WHEN bu=0 THEN deps*2 > adults*3 END",
            "CASE WHEN deps*2 > (adults+adultsu)*3 THEN TRUE WHEN (deps+depsu)*2 <= adults*3 THEN FALSE END",
        ),
    ):
        if old not in text:
            raise SystemExit(f"hand.sql no longer says '{old}'; bench/opponent.py must be brought up to it.")
        text = text.replace(old, new)
    text = re.sub(r"birth_date <= DATE '([\d-]+)'", lambda found: before(found[1]), text)
    text = re.sub(r"birth_date > DATE '([\d-]+)'", lambda found: after(found[1]), text)
    if "birth_date" in text:
        raise SystemExit("hand.sql asks for a birth date in a way that bench/opponent.py does not know.")
    return text


def _born(way: str) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """(born on or before a day, born after it) over the two columns of an interval, NULL when the day lies within."""
    if way == "or":
        return (
            lambda day: f"(birth_to <= DATE '{day}' OR (birth_from <= DATE '{day}' AND NULL))",
            lambda day: f"(birth_from > DATE '{day}' OR (birth_to > DATE '{day}' AND NULL))",
        )
    return (
        lambda day: f"(CASE WHEN birth_to <= DATE '{day}' THEN TRUE WHEN birth_from > DATE '{day}' THEN FALSE END)",
        lambda day: f"(CASE WHEN birth_from > DATE '{day}' THEN TRUE WHEN birth_to <= DATE '{day}' THEN FALSE END)",
    )
