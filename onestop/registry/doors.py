"""The doors of this room that look over the walls, as the bodies of their database functions; those for doubles
stand in doors_doubles.py.

`registry_known_elsewhere` answers a clerk who meets a stranger: registered at this office, since that day, and nothing
more; exact matches only, a few dozen questions an hour. `registry_may_ask` counts them, and with them each search by a
number that the officer's roles do not show (straight.py): with either one could fish. `registry_follow` is the one
place that re-keys people who moved: every walled table with a `person_id` or a `household_id` follows, also tables of
rooms above this one, so that no room can be forgotten. A room whose table shall follow gives the door
`SELECT, UPDATE (unit_code)` on it.
"""

from typing import Final

from onestop.areas.walls import policy

# Questions an officer may put through the narrow door in an hour: enough for a busy counter, too few for fishing
QUESTIONS_AN_HOUR: Final = 60
TOO_MANY: Final = "OS429"
OUTSIDE: Final = "OS403"

# Whether one more question is within the officer's measure; if so it is counted
_MAY_ASK: Final = """
DECLARE
    who uuid := nullif(current_setting('onestop.officer', true), '')::uuid;
BEGIN
    IF who IS NULL THEN
        RAISE EXCEPTION 'no officer is named' USING ERRCODE = 'OS403';
    END IF;
    -- the officer's own questions wait for one another, so that many sent at once are counted; nobody else's do
    PERFORM pg_advisory_xact_lock(hashtextextended('registry door ' || who::text, 0));
    IF (SELECT count(*) FROM registry_doorquestion q
        WHERE q.officer_id = who AND NOT q.registering
              AND q.at > clock_timestamp() - interval '1 hour') >= __LIMIT__ THEN
        RETURN false;
    END IF;
    INSERT INTO registry_doorquestion (officer_id, at) VALUES (who, clock_timestamp());
    RETURN true;
END
"""
MAY_ASK: Final = _MAY_ASK.replace("__LIMIT__", str(QUESTIONS_AN_HOUR))
MAY_ASK_NEEDS: Final = {"registry_doorquestion": "SELECT, INSERT"}

KNOWN_ELSEWHERE_ARGUMENTS: Final = (
    "p_number text, p_kind text, p_paper text, p_family text, p_given text, p_sex text, p_birth date"
)
KNOWN_ELSEWHERE: Final = """
#variable_conflict use_column
BEGIN
    IF NOT registry_may_ask() THEN
        RAISE EXCEPTION 'too many questions in an hour' USING ERRCODE = 'OS429';
    END IF;
    RETURN QUERY
    WITH found AS (
        SELECT p.id, p.merged_into_id FROM registry_person p
        WHERE (p_number <> '' AND p.number = p_number)
           OR (p_given <> '' AND p_sex <> '' AND p.birth_date = p_birth AND p.sex = p_sex AND p.birth_precision = 'day'
               AND ((p.given_name_km = p_given AND p.family_name_km = p_family)
                    OR (p.given_name_latin = p_given AND p.family_name_latin = p_family)))
        UNION
        SELECT p.id, p.merged_into_id FROM registry_identitydocument d JOIN registry_person p ON p.id = d.person_id
        WHERE p_paper <> '' AND d.number = p_paper AND d.kind = p_kind AND d.voided_at IS NULL
    )
    SELECT DISTINCT coalesce(nullif(u.parent_code, ''), p.unit_code)::text, p.created_at::date
    FROM found f JOIN registry_person p ON p.id = coalesce(f.merged_into_id, f.id)
    LEFT JOIN areas_administrativeunit u ON u.code = p.unit_code
    WHERE p.voided_at IS NULL AND NOT coalesce(__INSIDE__, false)
    ORDER BY 2 LIMIT 5;
END
""".replace("__INSIDE__", policy().replace('"unit_code"', 'p."unit_code"'))
KNOWN_ELSEWHERE_NEEDS: Final = {
    "registry_person": "SELECT, UPDATE (unit_code)",
    "registry_identitydocument": "SELECT, UPDATE (unit_code)",
    "areas_administrativeunit": "SELECT",
}

FOLLOW_ARGUMENTS: Final = "p_persons uuid[], p_households uuid[], p_unit text"
_FOLLOW: Final = """
DECLARE
    one record;
    moved integer;
    total integer := 0;
BEGIN
    -- only who is inside the caller's scope may be moved; where to is free, people move out of a scope
    IF EXISTS (SELECT FROM registry_person WHERE id = ANY(p_persons) AND NOT coalesce(__INSIDE__, false))
       OR EXISTS (SELECT FROM registry_household WHERE id = ANY(p_households) AND NOT coalesce(__INSIDE__, false)) THEN
        RAISE EXCEPTION 'outside the scope' USING ERRCODE = 'OS403';
    END IF;
    UPDATE registry_person SET unit_code = p_unit WHERE id = ANY(p_persons) AND unit_code <> p_unit;
    GET DIAGNOSTICS total = ROW_COUNT;
    UPDATE registry_household SET unit_code = p_unit WHERE id = ANY(p_households) AND unit_code <> p_unit;
    GET DIAGNOSTICS moved = ROW_COUNT;
    total := total + moved;
    FOR one IN
        SELECT c.relname AS relation,
               bool_or(a.attname = 'person_id') AS of_person, bool_or(a.attname = 'household_id') AS of_household
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relforcerowsecurity
          AND a.attname IN ('person_id', 'household_id')
          AND EXISTS (SELECT FROM pg_attribute u WHERE u.attrelid = c.oid AND u.attname = 'unit_code')
        GROUP BY c.relname ORDER BY c.relname
    LOOP
        -- a row of both goes with the person: the memberships of who has left stay with the person, not with the house
        IF one.of_person THEN
            EXECUTE format('UPDATE %I SET unit_code = $1 WHERE person_id = ANY($2) AND unit_code <> $1', one.relation)
            USING p_unit, p_persons;
            GET DIAGNOSTICS moved = ROW_COUNT;
            total := total + moved;
        END IF;
        IF one.of_household THEN
            EXECUTE format('UPDATE %I SET unit_code = $1 WHERE household_id = ANY($2) AND unit_code <> $1%s',
                           one.relation, CASE WHEN one.of_person THEN ' AND person_id IS NULL' ELSE '' END)
            USING p_unit, p_households;
            GET DIAGNOSTICS moved = ROW_COUNT;
            total := total + moved;
        END IF;
    END LOOP;
    RETURN total;
END
"""
FOLLOW: Final = _FOLLOW.replace("__INSIDE__", policy())
FOLLOWING: Final = (
    "registry_person",
    "registry_household",
    "registry_householdmembership",
    "registry_residence",
    "registry_identitydocument",
    "registry_povertystatus",
    "registry_answersheet",
    "registry_personrow",
    "registry_householdrow",
)
FOLLOW_NEEDS: Final = dict.fromkeys(FOLLOWING, "SELECT, UPDATE (unit_code)")

# The answers of one subject in order: of two answers to a question the later stays
ANSWERS: Final = (
    "CREATE AGGREGATE registry_answers(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}', PARALLEL = SAFE)"
)
