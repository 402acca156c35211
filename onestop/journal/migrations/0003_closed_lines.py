from django.db import migrations

from onestop.areas.models import ClosedField
from onestop.areas.walls import DoorFunction, RebuiltWall
from onestop.journal.doors import CLOSED_HISTORY_BODY, CLOSED_LINES_BODY
from onestop.journal.history import BLANK_CLOSED_NOTE_BODY, FOLLOW_BODY, TRACK_BODY, TRACK_NEEDS


class Migration(migrations.Migration):
    """Lines and images of what belongs to a sector or a compartment are closed like the rows themselves."""

    dependencies = [("journal", "0002_day_heads")]

    operations = [
        *(
            migrations.AddField(model, name, ClosedField())
            for model in ("journalentry", "rowhistory")
            for name in ("sector", "compartment")
        ),
        RebuiltWall(
            "journal_journalentry",
            rights="SELECT, INSERT, MAINTAIN",
            write="officer_id = nullif(current_setting('onestop.officer', true), '')::uuid",
            sector="sector",
            compartment="compartment",
        ),
        RebuiltWall("journal_rowhistory", rights="SELECT, MAINTAIN", sector="sector", compartment="compartment"),
        DoorFunction("journal_track", "", "trigger", TRACK_BODY, "plpgsql", "VOLATILE", TRACK_NEEDS, callers=()),
        DoorFunction("journal_follow", "", "trigger", FOLLOW_BODY, "plpgsql", "VOLATILE", callers=()),
        DoorFunction(
            "journal_blank_note", "entry uuid", "boolean", BLANK_CLOSED_NOTE_BODY, "plpgsql", "VOLATILE",
            {"journal_journalentry": "SELECT, UPDATE"},
        ),
        DoorFunction(
            "journal_open_lines", "p_kind text, p_subject text, p_most integer", "SETOF journal_journalentry",
            CLOSED_LINES_BODY,
        ),
        DoorFunction(
            "journal_open_history", "p_table text, p_row uuid, p_most integer", "SETOF journal_rowhistory",
            CLOSED_HISTORY_BODY,
        ),
    ]  # fmt: skip
