"""The example families of a programme file, which must hold before a version is published.

An example is a case of the rule library under other key names: `date` for the day, `unit` for the place, and the
verdict of all criteria of the version in force on that day instead of one rule. Openings count as met when no unit is
given.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from criteria.cases import Case, CaseRefused, read_cases
from criteria.catalogue import Catalogue
from criteria.family import Opening, Period
from criteria.interpret import Verdict, verdict
from criteria.programme import Programme

_KEYS = {"name", "date", "unit", "household", "members", "enrolments", "member", "verdict"}
_STATUS = "household"


def example_problems(data: dict[str, Any], catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Path and message of each example that cannot be read or comes out otherwise than it says."""
    for number, example in enumerate(data.get("examples", [])):
        path = f"examples.{number}"
        for message in _problems(example, data, catalogue):
            yield path, message


def _problems(example: dict[str, Any], data: dict[str, Any], catalogue: Catalogue) -> Iterator[str]:
    for key in sorted(example.keys() - _KEYS):
        yield f"there is no key '{key}' in an example"
    if not isinstance(example.get("date"), date):
        yield "an example needs its 'date'"
        return
    if example.get("verdict") not in tuple(Verdict):
        yield f"'verdict' is one of {', '.join(Verdict)}"
        return
    programme = in_force(data, example["date"], catalogue, with_openings=bool(example.get("unit")))
    if programme is None:
        yield f"no version holds on {example['date']}"
        return
    try:
        case = as_case(example, data, catalogue)
    except CaseRefused as refused:
        yield f"the example cannot be read: {refused}"
        return
    asked = _asked(example, case, programme)
    if programme.unit == "person" and asked not in {member.id for member in case.family.members}:
        yield "an example of a programme for persons names its 'member', one of its members, where it has several"
        return
    found = Verdict.of(verdict(programme, case.family, case.as_of, catalogue, person=asked))
    if found != example["verdict"]:
        yield f"the example “{example.get('name', '')}” comes out {found}, not {example['verdict']}"


def _asked(example: dict[str, Any], case: Case, programme: Programme) -> str | None:
    """The member asked: the one named, or the only one."""
    if programme.unit == "household":
        return None
    if example.get("member") is not None:
        return str(example["member"])
    return case.family.members[0].id if len(case.family.members) == 1 else None


def in_force(data: dict[str, Any], on: date, catalogue: Catalogue, *, with_openings: bool) -> Programme | None:
    """The version of a document that holds on a day, as the rule library takes it."""
    held = [version for version in data.get("versions", []) if version["from"] <= on]
    held = [version for version in held if version.get("to") is None or version["to"] >= on]
    if not held:
        return None
    version = max(held, key=lambda one: one["from"])
    criteria = [(one["key"], one["rule"]) for one in version["criteria"]]
    return Programme.read(data["code"], data["unit"], criteria, catalogue, own_openings=with_openings)


def as_case(example: dict[str, Any], data: dict[str, Any], catalogue: Catalogue) -> Case:
    """The example as a case: its status fact, given as a bare level, holds on the day."""
    on = example["date"].isoformat()
    statuses = {fact.code: fact.topic for fact in catalogue.of(_STATUS) if fact.status}
    household = example.get("household") or {}
    if isinstance(household, dict):  # whatever else it is, the cases refuse
        levels = {key: [{"level": household[code], "from": on}] for code, key in statuses.items()
                  if household.get(code) is not None}  # fmt: skip
        household = {code: value for code, value in household.items() if code not in statuses} | levels
    raw = {
        "id": str(example.get("name", "")),
        "as_of": on,
        "place": example.get("unit"),
        "household": household,
        "members": example.get("members", []),
        "enrolments": example.get("enrolments", []),
        "rule": "true",
    }
    (case,) = read_cases(json.dumps([raw], default=str), catalogue, {key: code for code, key in statuses.items()})
    opened = tuple(Opening(tuple(one["units"]), Period(one["from"], one.get("to"))) for one in data.get("openings", []))
    return replace(case, family=replace(case.family, openings={data["code"]: opened} if opened else {}))
