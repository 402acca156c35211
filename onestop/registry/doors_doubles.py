"""The doors through which a double is told to both offices, as the bodies of their database functions.

`registry_open_doubles` is asked by every action that writes down who somebody is: is a paper with the same number, or
the same name with sex and whole date of birth, registered in the area of another office? It writes a side of the notice
for each office and a line of the journal for each, and tells its caller only how many were opened. It answers no more
than `registry_known_elsewhere` would, has a measure of its own for each officer, and is silent beyond it: registering
goes on, and the daily look finds them (sweeping.py). `registry_settle_double` brings the other side to where the own
one stands: settled, or opened again.
"""

from typing import Final

from onestop.areas.walls import policy

# Persons and papers an officer may write down in an hour with the door being asked: more than anybody types
REGISTERED_AN_HOUR: Final = 300

OPEN_ARGUMENTS: Final = (
    "p_persons uuid[], p_now timestamptz, p_today date, p_due date, p_verb text, p_roles text, p_office text"
)
_JOURNAL: Final = """
        INSERT INTO journal_journalentry (id, at, verb, officer_id, roles, office, sector, compartment, subject_kind,
                                          subject_id, unit_code, unit_code_then, note, note_salt, note_digest)
        SELECT onestop_uuidv7(), p_now, p_verb, who, p_roles, p_office, '', '', 'registry.doublenotice',
               d.id::text, d.unit_code, d.unit_code, '', '', '' FROM done d
"""
_OPEN: Final = """
#variable_conflict use_column
DECLARE
    who uuid := nullif(current_setting('onestop.officer', true), '')::uuid;
    is_machine boolean := (SELECT o.is_system FROM staff_officer o WHERE o.id = who);
    one text;
    opened integer;
BEGIN
    IF who IS NULL THEN
        RAISE EXCEPTION 'no officer is named' USING ERRCODE = 'OS403';
    END IF;
    IF EXISTS (SELECT FROM registry_person WHERE id = ANY(p_persons) AND NOT coalesce(__INSIDE__, false)) THEN
        RAISE EXCEPTION 'outside the scope' USING ERRCODE = 'OS403';
    END IF;
    IF NOT is_machine THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('registry door ' || who::text, 0));
        IF (SELECT count(*) FROM registry_doorquestion q
            WHERE q.officer_id = who AND q.registering AND q.at > clock_timestamp() - interval '1 hour')
           + cardinality(p_persons) > __LIMIT__ THEN
            RETURN -1;
        END IF;
        INSERT INTO registry_doorquestion (officer_id, at, registering)
        SELECT who, clock_timestamp(), true FROM unnest(p_persons);
        -- two clerks who write down the same person at the same moment do not see each other's row yet: the second
        -- waits here until the first has committed, and then finds it
        FOR one IN
            SELECT 'paper ' || d.kind || ' ' || d.number AS key FROM registry_identitydocument d
            WHERE d.person_id = ANY(p_persons) AND d.voided_at IS NULL AND d.number <> ''
            UNION
            SELECT 'birth ' || p.sex || ' ' || p.birth_date::text FROM registry_person p
            WHERE p.id = ANY(p_persons) AND p.birth_precision = 'day' AND p.sex IS NOT NULL
            ORDER BY key
        LOOP
            PERFORM pg_advisory_xact_lock(hashtextextended(one, 0));
        END LOOP;
    END IF;
    WITH alike AS (
        SELECT m.id AS mine, coalesce(p.merged_into_id, p.id) AS other, 'name' AS sign
        FROM registry_person m JOIN registry_person p ON p.birth_date = m.birth_date AND p.sex = m.sex
        WHERE m.id = ANY(p_persons) AND m.birth_precision = 'day' AND p.birth_precision = 'day' AND p.id <> m.id
              AND p.voided_at IS NULL
              AND ((m.given_name_km <> '' AND p.given_name_km = m.given_name_km
                    AND p.family_name_km = m.family_name_km)
                   OR (m.given_name_latin <> '' AND p.given_name_latin = m.given_name_latin
                       AND p.family_name_latin = m.family_name_latin))
        UNION ALL
        SELECT d.person_id, coalesce(p.merged_into_id, p.id), 'paper'
        FROM registry_identitydocument d
        JOIN registry_identitydocument e ON e.number = d.number AND e.kind = d.kind AND e.person_id <> d.person_id
        JOIN registry_person p ON p.id = e.person_id
        WHERE d.person_id = ANY(p_persons) AND d.number <> '' AND d.voided_at IS NULL AND e.voided_at IS NULL
    ), pairs AS (
        SELECT least(mine, other) AS a, greatest(mine, other) AS b, max(sign) AS sign  -- 'paper' is the stronger one
        FROM alike GROUP BY 1, 2
    ), placed AS (
        SELECT p.id, p.unit_code, p.created_at::date AS since,
               coalesce(nullif(u.parent_code, ''), p.unit_code) AS office
        FROM registry_person p LEFT JOIN areas_administrativeunit u ON u.code = p.unit_code
        WHERE p.id IN (SELECT a FROM pairs UNION ALL SELECT b FROM pairs)
              AND p.voided_at IS NULL AND p.merged_into_id IS NULL
    ), sides AS (
        SELECT encode(substring(sha256(convert_to(c.a::text || c.b::text, 'UTF8')) FOR 16), 'hex')::uuid AS pair,
               mine.id AS person, mine.unit_code, c.sign, other.office, other.since
        FROM pairs c JOIN placed mine ON mine.id IN (c.a, c.b)
        JOIN placed other ON other.id IN (c.a, c.b) AND other.id <> mine.id
        WHERE mine.office <> other.office
    ), done AS (
        INSERT INTO registry_doublenotice (unit_code, person_id, pair, state, sign, other_unit, other_since, since_on,
                                           due_on)
        SELECT unit_code, person, pair, 'open', sign, office, since, p_today, p_due FROM sides ORDER BY pair, person
        ON CONFLICT (pair, person_id) DO NOTHING
        RETURNING id, unit_code, person_id
    ), told AS (__JOURNAL__)
    SELECT count(*) INTO opened FROM done WHERE person_id = ANY(p_persons);
    RETURN opened;
END
"""
OPEN: Final = (
    _OPEN.replace("__LIMIT__", str(REGISTERED_AN_HOUR)).replace("__INSIDE__", policy()).replace("__JOURNAL__", _JOURNAL)
)
OPEN_NEEDS: Final = {
    "registry_person": "SELECT",
    "registry_identitydocument": "SELECT",
    "registry_doorquestion": "SELECT, INSERT",
    "registry_doublenotice": "SELECT, INSERT, UPDATE",
    "areas_administrativeunit": "SELECT",
    "staff_officer": "SELECT",
    "journal_journalentry": "SELECT, INSERT",
}

SETTLE_ARGUMENTS: Final = "p_notice uuid, p_now timestamptz, p_verb text, p_roles text, p_office text"
_SETTLE: Final = """
#variable_conflict use_column
DECLARE
    who uuid := nullif(current_setting('onestop.officer', true), '')::uuid;
    mine record;
    carried integer;
BEGIN
    SELECT pair, state, outcome, since_on, due_on, settled_by_id INTO mine FROM registry_doublenotice
    WHERE id = p_notice AND coalesce(__INSIDE__, false);
    IF NOT FOUND OR who IS NULL THEN
        RAISE EXCEPTION 'outside the scope' USING ERRCODE = 'OS403';
    END IF;
    WITH done AS (
        UPDATE registry_doublenotice SET state = mine.state, outcome = mine.outcome, settled_by_id = mine.settled_by_id,
               since_on = mine.since_on, due_on = mine.due_on, assigned_to_id = NULL, version = version + 1
        WHERE pair = mine.pair AND id <> p_notice AND state <> mine.state
        RETURNING id, unit_code
    ), told AS (__JOURNAL__)
    SELECT count(*) INTO carried FROM done;
    RETURN carried;
END
"""
SETTLE: Final = _SETTLE.replace("__INSIDE__", policy()).replace("__JOURNAL__", _JOURNAL)
SETTLE_NEEDS: Final = {
    "registry_doublenotice": "SELECT, UPDATE",
    "journal_journalentry": "SELECT, INSERT",
}
