"""What this room offers to criteria: `enrolled('P')`, from the table of enrolments (a slot: settings.FACT_MODULES).

The columns are those the rule library's relations layer asks for: person_id or household_id, programme_id, valid_from,
valid_to, unit_code, voided_at.
"""

ENROLMENTS_TABLE = "enrolments_enrolment"
