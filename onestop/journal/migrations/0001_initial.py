import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import onestop.areas.clock
import onestop.areas.keys
import onestop.areas.models
import onestop.journal.models
from onestop.areas.walls import DoorFunction, Grant, Wall
from onestop.journal.history import BLANK_NOTE_BODY, FOLLOW_BODY, TRACK_BODY, TRACK_NEEDS
from onestop.journal.seal import SEAL_BODY

REFUSE = """
CREATE FUNCTION journal_only_added() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'The lines of % are only added, never changed or removed.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$body$
"""


def only_added(table: str, fixed: str = "") -> migrations.RunSQL:
    """Refuse every DELETE and TRUNCATE, and an UPDATE that names one of the fixed columns ('' means any), whoever asks."""
    of = f" OF {fixed}" if fixed else ""
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER only_added BEFORE UPDATE{of} OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION journal_only_added()",
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION journal_only_added()",
        ],
        [f"DROP TRIGGER only_added ON {table}", f"DROP TRIGGER never_emptied ON {table}"],
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("areas", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(editable=False, unique=True)),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("previous_digest", models.CharField(editable=False, max_length=64)),
                ("at", models.DateTimeField(default=onestop.areas.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="RowHistory",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("table_name", models.CharField(db_collation="C", editable=False, max_length=63)),
                ("row_id", models.UUIDField(editable=False)),
                ("op", models.CharField(editable=False, max_length=1)),
                ("at", models.DateTimeField(editable=False)),
                ("officer_id", models.UUIDField(editable=False, null=True)),
                ("transaction", models.BigIntegerField(editable=False)),
                (
                    "unit_code",
                    onestop.areas.models.UnitCodeField(blank=True, db_collation="C", editable=False, max_length=16),
                ),
                ("row", onestop.journal.models.RowField(editable=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["row_id", "id"], name="journal_history_row"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Idempotency",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("path", models.CharField(editable=False, max_length=2000)),
                ("result_url", models.CharField(blank=True, editable=False, max_length=2000)),
                ("at", models.DateTimeField(default=onestop.areas.clock.now, editable=False)),
                (
                    "officer",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="journal_idempotency_at")],
            },
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=onestop.areas.keys.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField(default=onestop.areas.clock.now, editable=False)),
                ("verb", models.CharField(db_collation="C", editable=False, max_length=80)),
                ("roles", models.CharField(blank=True, editable=False, max_length=200)),
                ("office", models.CharField(blank=True, editable=False, max_length=40)),
                ("subject_kind", models.CharField(blank=True, db_collation="C", editable=False, max_length=60)),
                ("subject_id", models.CharField(blank=True, db_collation="C", editable=False, max_length=64)),
                (
                    "unit_code",
                    onestop.areas.models.UnitCodeField(blank=True, db_collation="C", editable=False, max_length=16),
                ),
                (
                    "unit_code_then",
                    onestop.areas.models.UnitCodeField(blank=True, db_collation="C", editable=False, max_length=16),
                ),
                ("note", models.TextField(blank=True, editable=False)),
                ("note_salt", models.CharField(blank=True, editable=False, max_length=32)),
                ("note_digest", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "officer",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id", "id"], name="journal_entry_subject"),
                    models.Index(fields=["unit_code", "id"], name="journal_entry_unit"),
                    models.Index(fields=["officer", "id"], name="journal_entry_officer"),
                    models.Index(fields=["at"], name="journal_entry_at"),
                ],
            },
        ),
        Wall(
            "journal_journalentry",
            rights="SELECT, INSERT, MAINTAIN",
            # a line is written in the name of the open scope's officer, also about a place that lies outside it
            write="officer_id = nullif(current_setting('onestop.officer', true), '')::uuid",
        ),
        Wall("journal_rowhistory", rights="SELECT, MAINTAIN"),
        Grant("journal_seal", "SELECT"),
        migrations.RunSQL(REFUSE, "DROP FUNCTION journal_only_added()"),
        # the unit follows the subject; a note may only become empty, its digest stays
        only_added(
            "journal_journalentry",
            "id, at, verb, officer_id, roles, office, subject_kind, subject_id, unit_code_then, note_digest",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER note_only_blanked BEFORE UPDATE OF note, note_salt ON journal_journalentry FOR EACH ROW"
            " WHEN (NEW.note <> '' OR NEW.note_salt <> '') EXECUTE FUNCTION journal_only_added()",
            "DROP TRIGGER note_only_blanked ON journal_journalentry",
        ),
        only_added("journal_rowhistory", 'id, table_name, row_id, op, at, officer_id, transaction, "row"'),
        only_added("journal_seal"),
        DoorFunction("journal_track", "", "trigger", TRACK_BODY, "plpgsql", "VOLATILE", TRACK_NEEDS, callers=()),
        DoorFunction("journal_follow", "", "trigger", FOLLOW_BODY, "plpgsql", "VOLATILE", callers=()),
        DoorFunction(
            "journal_blank_note",
            "entry uuid",
            "boolean",
            BLANK_NOTE_BODY,
            "plpgsql",
            "VOLATILE",
            {"journal_journalentry": "SELECT, UPDATE"},
        ),
        DoorFunction(
            "journal_seal_lines",
            "",
            "bigint",
            SEAL_BODY,
            "plpgsql",
            "VOLATILE",
            {"journal_journalentry": "SELECT", "journal_seal": "SELECT, INSERT"},
        ),
    ]
