from django.db import migrations

from onestop.areas.walls import DoorFunction, RebuiltWall
from onestop.enrolments.doors import (
    REACHED,
    REACHED_ARGUMENTS,
    REACHED_HOUSEHOLDS,
    REACHED_NEEDS,
    REACHED_RECORD,
    REACHED_RECORD_ARGUMENTS,
    WALLS,
)

# What a table's wall says beside the area: its rights, its columns of a sector or a compartment, who writes
BESIDE: dict[str, dict[str, str]] = {
    **dict.fromkeys(
        ("registry_personrow", "registry_householdrow", "registry_searchkey"),
        {"rights": "SELECT, INSERT, UPDATE, DELETE, MAINTAIN"},
    ),
    "registry_answersheet": {"compartment": "compartment"},
    **dict.fromkeys(
        ("registry_disclosure", "registry_disclosedrecord"), {"rights": "SELECT, INSERT", "compartment": "compartment"}
    ),
    "enrolments_enrolment": {"sector": "sector", "compartment": "compartment"},
    "journal_rowhistory": {"rights": "SELECT, MAINTAIN", "sector": "sector", "compartment": "compartment"},
    "journal_journalentry": {
        "rights": "SELECT, INSERT, MAINTAIN",
        "write": "officer_id = nullif(current_setting('onestop.officer', true), '')::uuid",
        "sector": "sector",
        "compartment": "compartment",
    },
}
# The function is called last of the conditions, and by a parallel worker too
PLANNED = [
    "ALTER FUNCTION onestop_reached(text, uuid, uuid) PARALLEL SAFE COST 20",
    "ALTER FUNCTION onestop_reached_record(text, text, text) PARALLEL SAFE COST 50",
]


class Migration(migrations.Migration):
    """Who sees only the people of the own sector's enrolments: the walls of every table about people ask for them."""

    dependencies = [
        ("enrolments", "0002_closed_enrolments"),
        ("files", "0001_initial"),
        ("journal", "0003_closed_lines"),
        ("letters", "0001_initial"),
        ("registry", "0006_doubles"),
    ]

    operations = [
        DoorFunction("onestop_reached", REACHED_ARGUMENTS, "boolean", REACHED, "plpgsql", needs=REACHED_NEEDS),
        DoorFunction("onestop_reached_households", "", "SETOF uuid", REACHED_HOUSEHOLDS, "plpgsql", needs=REACHED_NEEDS),
        DoorFunction(
            "onestop_reached_record", REACHED_RECORD_ARGUMENTS, "boolean", REACHED_RECORD, "plpgsql",
            needs=dict.fromkeys(WALLS, "SELECT"),
        ),
        migrations.RunSQL(PLANNED, migrations.RunSQL.noop),
        *(RebuiltWall(table, reach=reach, **BESIDE.get(table, {})) for table, reach in WALLS.items()),
    ]  # fmt: skip
