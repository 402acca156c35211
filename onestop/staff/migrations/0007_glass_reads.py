from django.db import migrations

from onestop.areas.walls import DoorFunction
from onestop.staff.break_glass import READS_BODY


class Migration(migrations.Migration):
    """How many folders were opened in an emergency, for reviewers who do not see the place."""

    dependencies = [("staff", "0006_office_phone"), ("journal", "0003_closed_lines")]

    operations = [
        DoorFunction(
            "staff_glass_reads",
            "p_openings uuid[]",
            "TABLE (opening uuid, many bigint)",
            READS_BODY,
            needs={"journal_journalentry": "SELECT", "staff_breakglass": "SELECT"},
        ),
    ]
