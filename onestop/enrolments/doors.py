"""The doors by which a wall asks whom an officer of the own people reaches (roles.yaml, `sees: own`), as bodies.

Enrolments and memberships are asked themselves, so there is nothing to keep in step: what has just been written,
voided, joined or moved counts for the next statement. The household counts as a whole, since a rule about members
answers wrongly when one of them is out of sight. The policies call these only for officers whose `onestop.reach` is not
'*' (areas/walls.py); asking the tables past their walls, they ask no policy again.

One record is asked for by itself. Tables that a list of a district reads from end to end ask once for all households
that are reached: by row the list of 65,000 persons took 2.1 s of the server, so it takes 0.2.
"""

from typing import Final

__all__ = [
    "REACHED", "REACHED_ARGUMENTS", "REACHED_HOUSEHOLDS", "REACHED_NEEDS", "REACHED_RECORD", "REACHED_RECORD_ARGUMENTS",
    "WALLS",
]  # fmt: skip

# A link is an enrolment that was not voided, of a sector, a place and within the compartments of the officer; an ended
# one too: its family asks about it at the same counter
_LINK: Final = """e.voided_at IS NULL AND e.sector = ANY (sectors)
        AND e.unit_code >= current_setting('onestop.lo', true) AND e.unit_code < current_setting('onestop.hi', true)
        AND (e.compartment = '' OR e.compartment = ANY (compartments))"""

REACHED_ARGUMENTS: Final = "p_unit text, p_person uuid, p_household uuid"
REACHED: Final = """
DECLARE
    sectors text[] := string_to_array(current_setting('onestop.reach', true), ',');
    compartments text[] := string_to_array(current_setting('onestop.compartments', true), ',');
    everyone text := current_setting('onestop.everyone', true);
    home uuid := p_household;
BEGIN
    -- where everybody is seen: by another role, or in a place that is open in an emergency
    IF everyone <> '' AND width_bucket(p_unit COLLATE "C", string_to_array(everyone, ',')) % 2 = 1 THEN
        RETURN true;
    END IF;
    IF cardinality(sectors) > 0 IS NOT TRUE THEN
        RETURN false;
    END IF;
    -- a row of both is the person's, as in registry_follow; the household is the one last lived in
    IF p_person IS NOT NULL THEN
        SELECT r.household_id INTO home FROM registry_personrow r WHERE r.person_id = p_person;
        IF EXISTS (SELECT FROM enrolments_enrolment e WHERE e.person_id = p_person AND LINK) THEN
            RETURN true;
        END IF;
    END IF;
    RETURN EXISTS (SELECT FROM enrolments_enrolment e WHERE e.household_id = home AND LINK)
        OR EXISTS (SELECT FROM registry_personrow r JOIN enrolments_enrolment e ON e.person_id = r.person_id
                   WHERE r.household_id = home AND LINK);
END
""".replace("LINK", _LINK)
REACHED_NEEDS: Final = {"enrolments_enrolment": "SELECT", "registry_personrow": "SELECT"}

REACHED_HOUSEHOLDS: Final = """
DECLARE
    sectors text[] := string_to_array(current_setting('onestop.reach', true), ',');
    compartments text[] := string_to_array(current_setting('onestop.compartments', true), ',');
BEGIN
    RETURN QUERY
        SELECT e.household_id FROM enrolments_enrolment e WHERE e.household_id IS NOT NULL AND LINK
        UNION
        SELECT r.household_id FROM enrolments_enrolment e JOIN registry_personrow r ON r.person_id = e.person_id
        WHERE r.household_id IS NOT NULL AND LINK;
END
""".replace("LINK", _LINK)

# The record of a line, an image, a file, a letter: a person, a household, a row of a table about one of them (a paper,
# a membership) or about such a record (a letter). What is about neither is not for who sees only some of the people
REACHED_RECORD_ARGUMENTS: Final = "p_unit text, p_kind text, p_id text"
REACHED_RECORD: Final = """
DECLARE
    relation text := replace(p_kind, '.', '_');
    has_person boolean;
    has_household boolean;
    has_subject boolean;
    kind text;
    subject text;
    person uuid;
    household uuid;
BEGIN
    IF p_id IS NULL OR p_id !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        RETURN onestop_reached(p_unit, NULL, NULL);
    ELSIF relation IN ('registry_person', 'person') THEN
        person := p_id::uuid;
    ELSIF relation IN ('registry_household', 'household') THEN
        household := p_id::uuid;
    ELSE
        SELECT bool_or(a.attname = 'person_id'), bool_or(a.attname = 'household_id'),
               bool_or(a.attname = 'subject_kind')
        INTO has_person, has_household, has_subject
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relforcerowsecurity
          AND c.relname = relation AND a.attname IN ('id', 'person_id', 'household_id', 'subject_kind')
        HAVING bool_or(a.attname = 'id');
        IF has_person OR has_household THEN
            EXECUTE format('SELECT %s, %s FROM %I WHERE id = $1',
                           CASE WHEN has_person THEN 'person_id' ELSE 'NULL::uuid' END,
                           CASE WHEN has_household THEN 'household_id' ELSE 'NULL::uuid' END, relation)
            INTO person, household USING p_id::uuid;
        ELSIF has_subject THEN
            EXECUTE format('SELECT subject_kind, subject_id::text FROM %I WHERE id = $1', relation)
            INTO kind, subject USING p_id::uuid;
            RETURN onestop_reached_record(p_unit, kind, subject);
        END IF;
    END IF;
    RETURN onestop_reached(p_unit, person, household);
END
"""

_PERSON: Final = "onestop_reached(unit_code, person_id, NULL)"
_HOUSEHOLD: Final = "onestop_reached(unit_code, NULL, household_id)"
_BOTH: Final = "onestop_reached(unit_code, person_id, household_id)"


def _listed(reached: str, asked: str) -> str:
    """`reached` for all rows at once; where another role or an opened place shows more, each row is `asked` for."""
    return f"CASE WHEN (SELECT current_setting('onestop.everyone', true)) <> '' THEN {asked} ELSE {reached} END"


_IN_A_HOUSEHOLD: Final = "household_id IN (SELECT onestop_reached_households())"
_LISTED_HOUSEHOLD: Final = _listed(_IN_A_HOUSEHOLD, _HOUSEHOLD)
# The row of a person knows the household itself; without one there is only the person to ask for
_LISTED_ROW: Final = _listed(
    f"CASE WHEN household_id IS NULL THEN {_PERSON} ELSE {_IN_A_HOUSEHOLD} END",
    "onestop_reached(unit_code, CASE WHEN household_id IS NULL THEN person_id END, household_id)",
)
_LISTED_PERSON: Final = _listed(
    "EXISTS (SELECT FROM registry_personrow r WHERE r.person_id = registry_person.id)",
    "onestop_reached(unit_code, id, NULL)",
)
_LISTED_ENROLMENT: Final = _listed(
    f"CASE WHEN person_id IS NULL THEN {_IN_A_HOUSEHOLD}"
    " ELSE EXISTS (SELECT FROM registry_personrow r WHERE r.person_id = enrolments_enrolment.person_id) END",
    _BOTH,
)
_SUBJECT: Final = "onestop_reached_record(unit_code, subject_kind, subject_id::text)"
# By table: when an officer of the own people sees a row of it
WALLS: Final = {
    "registry_person": _LISTED_PERSON,
    "registry_household": "onestop_reached(unit_code, NULL, id)",
    "registry_householdmembership": _BOTH,
    "registry_residence": _HOUSEHOLD,
    "registry_identitydocument": _PERSON,
    "registry_povertystatus": _LISTED_HOUSEHOLD,
    "registry_answersheet": _BOTH,
    "registry_personrow": _LISTED_ROW,
    "registry_householdrow": _LISTED_HOUSEHOLD,
    "registry_searchkey": _PERSON,
    "registry_noticegiven": _PERSON,
    "registry_correctionrequest": _PERSON,
    "registry_doublenotice": _PERSON,
    "registry_disclosedrecord": _BOTH,
    # a list that left the office: who sees somebody on it sees what it was for
    "registry_disclosure": (
        "EXISTS (SELECT FROM registry_disclosedrecord r WHERE r.disclosure_id = registry_disclosure.id)"
    ),
    "enrolments_enrolment": _LISTED_ENROLMENT,
    "files_storedfile": _SUBJECT,
    "letters_printout": _SUBJECT,
    "letters_outboxmessage": _SUBJECT,
    "journal_journalentry": _SUBJECT,
    "journal_rowhistory": "onestop_reached_record(unit_code, table_name, row_id::text)",
}
