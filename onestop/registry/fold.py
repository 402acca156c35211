"""SQL that reads answer sheets as facts: the last answer to every question, as columns.

All of it is built as SQL objects: the only names in it are our own and fact codes, which `declared` has checked.
"""

from collections.abc import Iterable
from typing import Final

from psycopg import sql

from onestop.registry.columns import KEYS
from onestop.registry.declared import Declared

# Added up by the aggregate registry_answers (jsonb ||): of two answers to one question the later in order stays. What a
# later correction replaced is taken out of its sheet first, so that the answer before it comes to light again.
_FOLD: Final = """
LEFT JOIN LATERAL (
    SELECT registry_answers(s.kept ORDER BY s.observed_on, s.recorded_at, s.id) AS answers,
           {days}
           max(s.observed_on) FILTER (WHERE s.kept <> CAST('{{}}' AS jsonb)) AS latest_on
    FROM (
        SELECT a.observed_on, a.recorded_at, a.id,
               CASE WHEN a.replaces_id IS NULL AND c.taken IS NULL THEN a.answers
                    ELSE jsonb_strip_nulls(a.answers) - coalesce(c.taken, CAST('{{}}' AS text[])) END AS kept
        FROM registry_answersheet a
        LEFT JOIN LATERAL (
            SELECT array_agg(k.code) AS taken
            FROM registry_answersheet b CROSS JOIN LATERAL jsonb_object_keys(b.answers) AS k(code)
            WHERE b.replaces_id = a.id AND b.voided_at IS NULL
        ) c ON TRUE
        WHERE a.{key} = {subject} AND a.voided_at IS NULL AND {until}
    ) s
) f ON TRUE"""


def fold(subject: str, facts: Iterable[Declared], row: sql.Composable, until: sql.Composable) -> sql.Composed:
    """A lateral join f to the answers of the subject whose key is `row`: `answers` (jsonb), `<fact>_on` of the facts
    that grow old, `latest_on`; always one row. `until` is a condition on the sheets, under the alias a.
    """
    days = [
        sql.SQL("max(s.observed_on) FILTER (WHERE jsonb_exists(s.kept, {code})) AS {column},").format(
            code=sql.Literal(fact.code), column=sql.Identifier(f"{fact.code}_on")
        )
        for fact in facts
        if fact.has_day
    ]
    return sql.SQL(_FOLD).format(
        key=sql.Identifier(KEYS[subject]), days=sql.SQL(" ").join(days), subject=row, until=until
    )


def answer(fact: Declared, answers: sql.Composable) -> list[tuple[str, sql.Composable]]:
    """Column names and expressions of one fact from the jsonb expression `answers`."""
    code = sql.Literal(fact.code)
    text = sql.SQL("({answers} ->> {code})").format(answers=answers, code=code)
    match fact.storage:
        case "bool" | "whole" | "decimal":
            kind = {"bool": "boolean", "whole": "bigint", "decimal": "numeric(18,4)"}[fact.storage]
            return [(fact.code, sql.SQL("{}::{}").format(text, sql.SQL(kind)))]
        case "date":
            return [(fact.code, _day(text))]
        case "date interval":
            return [
                (fact.code, _day(sql.SQL("split_part({}, '/', 1)").format(text))),
                (f"{fact.code}_to", _day(sql.SQL("split_part({}, '/', -1)").format(text))),
            ]
        case "set":
            listed = sql.SQL(
                "CASE WHEN jsonb_exists({answers}, {code}) THEN"
                " ARRAY(SELECT jsonb_array_elements_text({answers} -> {code})) END"
            )
            return [(fact.code, listed.format(answers=answers, code=code))]
    return [(fact.code, text)]


def folded(fact: Declared) -> list[tuple[str, sql.Composable]]:
    """The columns of one fact from the fold f: its value, and the day of the answer where it grows old."""
    columns = answer(fact, sql.SQL("f.answers"))
    if fact.has_day:
        columns.append((f"{fact.code}_on", sql.SQL("f.{}").format(sql.Identifier(f"{fact.code}_on"))))
    return columns


def _day(text: sql.Composable) -> sql.Composed:
    """A date written in a sheet; "none", it does not apply, is the first day of all."""
    return sql.SQL("CASE {text} WHEN 'none' THEN DATE '0001-01-01' ELSE {text}::date END").format(text=text)


def papers(facts: Iterable[Declared], person: sql.Composable, begun: sql.Composable) -> sql.Composed | None:
    """Until when a person has had the papers that prove facts, `<fact>_until`, and since when the latest, `papers_on`.

    A lateral sub-select under the alias d; None when no fact is proved by papers. `begun` is a condition on paper w.
    """
    proved = [fact for fact in facts if fact.source == "documents"]
    if not proved:
        return None
    columns = [
        sql.SQL(
            "max(coalesce(w.valid_to, DATE '9999-12-31')) FILTER (WHERE w.kind = ANY({kinds})) AS {column},"
        ).format(
            kinds=sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(map(sql.Literal, fact.kinds))),
            column=sql.Identifier(f"{fact.code}_until"),
        )
        for fact in proved
    ]
    return sql.SQL(
        "LEFT JOIN LATERAL (SELECT {columns} max(w.valid_from) AS papers_on FROM registry_identitydocument w"
        " WHERE w.person_id = {person} AND w.voided_at IS NULL AND {begun}) d ON true"
    ).format(columns=sql.SQL(" ").join(columns), person=person, begun=begun)
