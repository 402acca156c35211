from django.db import migrations, models

import onestop.areas.clock
from onestop.areas.walls import DoorFunction, Grant
from onestop.journal.doors import OPEN_HISTORY_BODY, OPEN_LINES_BODY, UNSEALED_BODY


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="DayHead",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("last_seq", models.BigIntegerField(editable=False)),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("count", models.BigIntegerField(editable=False)),
                ("key", models.CharField(editable=False, max_length=16)),
                ("signature", models.CharField(editable=False, max_length=128)),
                ("signed_at", models.DateTimeField(default=onestop.areas.clock.now, editable=False)),
            ],
            options={"ordering": ["day"]},
        ),
        # the worker adds them; signed once, never changed
        Grant("journal_dayhead", "SELECT, INSERT"),
        migrations.RunSQL(
            [
                "CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON journal_dayhead"
                " FOR EACH ROW EXECUTE FUNCTION journal_only_added()",
                "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON journal_dayhead"
                " FOR EACH STATEMENT EXECUTE FUNCTION journal_only_added()",
            ],
            ["DROP TRIGGER only_added ON journal_dayhead", "DROP TRIGGER never_emptied ON journal_dayhead"],
        ),
        DoorFunction(
            "journal_unsealed",
            "OUT many bigint, OUT oldest timestamptz",
            "record",
            UNSEALED_BODY,
            needs={"journal_journalentry": "SELECT", "journal_seal": "SELECT"},
        ),
        DoorFunction(
            "journal_open_lines",
            "p_kind text, p_subject text, p_most integer",
            "SETOF journal_journalentry",
            OPEN_LINES_BODY,
        ),
        DoorFunction(
            "journal_open_history",
            "p_table text, p_row uuid, p_most integer",
            "SETOF journal_rowhistory",
            OPEN_HISTORY_BODY,
        ),
    ]
