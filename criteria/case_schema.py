"""The exact shape of a case as a JSON schema, made from a catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from criteria.catalogue import Catalogue, Fact, FactType

_DAY = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_IMPRECISE = {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}){0,2}$"}
_PERIOD = {"from": {"anyOf": [_DAY, {"type": "null"}]}, "to": {"anyOf": [_DAY, {"type": "null"}]}}

Schema = dict[str, Any]


def schema(catalogue: Catalogue, status_keys: Mapping[str, str] | None = None) -> Schema:
    """JSON Schema (2020-12) of a list of cases."""
    keys = status_keys or {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cases",
        "description": "Small families, each with a rule. A fact that is absent or null is missing.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["id", "as_of", "rule"],
            "properties": {
                "id": {"type": ["string", "integer"]},
                "as_of": _DAY,
                "unit": {"enum": ["person", "household", None], "default": "person"},
                "place": {"type": ["string", "null"], "description": "code of the unit, as exactly as known"},
                "household": _household(catalogue, keys),
                "members": {"type": ["array", "null"], "items": _member(catalogue)},
                "enrolments": {"type": ["array", "null"], "items": _enrolment()},
                "openings": _openings(),
                "rule": {"type": "string"},
            },
        },
    }


def value_schema(fact: Fact) -> Schema:
    """The values of one fact."""
    codes: list[str | int] = [int(code) for code in fact.codes] if fact.numeric_codes else list(fact.codes)
    match fact.type:
        case FactType.BOOL:
            found: Schema = {"type": "boolean"}
        case FactType.WHOLE:
            found = {"type": "integer"}
        case FactType.DECIMAL:
            found = {"type": "number", "multipleOf": 0.0001}
        case FactType.CODE:
            found = {"enum": codes}
        case FactType.SET:
            found = {"type": "array", "items": {"enum": codes}}
        case FactType.DATE:
            found = {"anyOf": [_IMPRECISE if fact.imprecise else _DAY, {"const": "none"}]}
        case _:
            found = {"type": "string"}
    return found


def answer_schema(fact: Fact) -> Schema:
    """A bare value, a value with the day it was observed, or null."""
    value = value_schema(fact)
    observed: Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["value"],
        "properties": {
            "value": {"anyOf": [value, {"type": "null"}]},
            "observed_on": {"anyOf": [_DAY, {"type": "null"}]},
        },
    }
    found: Schema = {"anyOf": [value, {"type": "null"}, observed]}
    label = fact.labels.get("en")
    if label:
        found["description"] = label
    return found


def _facts(catalogue: Catalogue, of: str) -> Schema:
    return {fact.code: answer_schema(fact) for fact in catalogue.of(of) if fact.stored}


def _household(catalogue: Catalogue, keys: Mapping[str, str]) -> Schema:
    properties = _facts(catalogue, "household")
    for key, code in keys.items():
        level = value_schema(catalogue.fact(f"household.{code}"))
        status = {"level": {"anyOf": [level, {"type": "null"}]}, **_PERIOD, "recorded": {"type": ["string", "null"]}}
        properties[key] = {
            "type": ["array", "null"],
            "items": {"type": "object", "additionalProperties": False, "properties": status},
        }
    return {
        "type": ["object", "null"],
        "description": "null: the members are persons in no household",
        "additionalProperties": False,
        "properties": properties,
    }


def _member(catalogue: Catalogue) -> Schema:
    period: Schema = {"type": "object", "additionalProperties": False, "properties": _PERIOD}
    own: Schema = {
        "id": {"type": ["string", "integer"]},
        "birth_date": {"anyOf": [_IMPRECISE, {"type": "null"}]},
        "birth_precision": {"enum": ["day", "month", "year", "estimated", None]},
        "membership": {"anyOf": [period, {"type": "array", "items": period}, {"type": "null"}]},
        "died_on": {"anyOf": [_IMPRECISE, {"type": "null"}]},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["id"],
        "properties": {**own, **_facts(catalogue, "person")},
    }


def _enrolment() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["programme"],
        "properties": {
            "member": {"type": ["string", "integer", "null"], "description": "null: the whole household"},
            "household": {},
            "programme": {"type": "string"},
            **_PERIOD,
        },
    }


def _openings() -> Schema:
    opening: Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["units"],
        "properties": {"units": {"type": "array", "items": {"type": "string"}}, **_PERIOD},
    }
    return {"type": ["object", "null"], "additionalProperties": {"type": ["array", "null"], "items": opening}}
