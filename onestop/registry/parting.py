"""Sheets of answers given before their facts were put into a compartment, parted as they would be written today.

A fact enters a compartment by an edit of the country pack. The answers to it then leave the sheets they stand in for
sheets of their own behind the compartment's wall, and so do the images of those sheets in the history. Run as the
owner, who sees every sheet, by `facts load`.
"""

from typing import Any

from django.db import connection, transaction
from psycopg import sql

from onestop.areas.country import pack
from onestop.registry.choices import ANSWERED
from onestop.registry.columns import KEYS
from onestop.registry.declared import declared

_WHOLE = """
UPDATE registry_answersheet SET compartment = %(compartment)s
WHERE compartment <> %(compartment)s AND {key} IS NOT NULL AND jsonb_exists_any(answers, %(codes)s)
  AND answers - %(codes)s::text[] = CAST('{{}}' AS jsonb)"""
_PARTS = """
CREATE TEMPORARY TABLE parted ON COMMIT DROP AS
SELECT s.id AS old_id, onestop_uuidv7() AS new_id FROM registry_answersheet s
WHERE s.compartment = '' AND s.{key} IS NOT NULL AND jsonb_exists_any(s.answers, %(codes)s)"""
_INSERT = """
INSERT INTO registry_answersheet (id, version, created_at, voided_at, voided_by_id, void_reason, unit_code, person_id,
    household_id, topic, compartment, observed_on, observed_by_id, source, answers, replaces_id, recorded_at)
SELECT p.new_id, s.version, s.created_at, s.voided_at, s.voided_by_id, s.void_reason, s.unit_code, s.person_id,
    s.household_id, s.topic, %(compartment)s, s.observed_on, s.observed_by_id, s.source,
    (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(s.answers) e WHERE e.key = ANY(%(codes)s)), s.replaces_id,
    s.recorded_at
FROM registry_answersheet s JOIN parted p ON p.old_id = s.id"""
_REST = """
UPDATE registry_answersheet s SET answers = s.answers - %(codes)s::text[] FROM parted p WHERE p.old_id = s.id"""
_CORRECTIONS = """
UPDATE registry_answersheet s SET replaces_id = p.new_id FROM parted p
WHERE s.replaces_id = p.old_id AND s.compartment = %(compartment)s"""
_IMAGES = """
UPDATE journal_rowhistory SET compartment = %(compartment)s
WHERE table_name = 'registry_answersheet' AND compartment = '' AND "row" ->> {key} IS NOT NULL
  AND jsonb_exists_any(("row" -> 'answers')::jsonb, %(codes)s)"""
_LINES = """
UPDATE journal_journalentry SET compartment = %(compartment)s
WHERE verb = %(verb)s AND compartment = '' AND note = ANY(%(topics)s)"""


@transaction.atomic
def part_sheets() -> int:
    """Part every sheet that holds answers of a compartment beside others, or outside its wall; returns how many."""
    return sum(_part(of, closed) for of in KEYS for closed in sorted({f.compartment for f in declared().of(of)} - {""}))


def _part(of: str, compartment: str) -> int:
    codes = [fact.code for fact in declared().stored(of) if fact.compartment == compartment]
    topics = [code for code, topic in pack().topics.items() if topic.node.text("compartment", "") == compartment]
    parameters: dict[str, Any] = {"compartment": compartment, "codes": codes, "topics": topics, "verb": ANSWERED}
    key, name = sql.Identifier(KEYS[of]), sql.Literal(KEYS[of])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql.SQL(_WHOLE).format(key=key), parameters)
        found = int(cursor.rowcount)
        cursor.execute(sql.SQL(_PARTS).format(key=key), parameters)
        parts = int(cursor.rowcount)
        if parts:
            for statement in (_INSERT, _REST, _CORRECTIONS):
                cursor.execute(statement, parameters)
        cursor.execute("DROP TABLE parted")
        if found + parts:
            cursor.execute(sql.SQL(_IMAGES).format(key=name), parameters)
            cursor.execute(_LINES, parameters)
    return found + parts
