from django.db import migrations, models

from onestop.areas.models import ClosedField
from onestop.areas.walls import RebuiltWall

# The application's triggers would keep an image of each row for what nobody did
TAKE_OVER = [
    "ALTER TABLE enrolments_enrolment DISABLE TRIGGER USER",
    "UPDATE enrolments_enrolment e SET sector = p.sector, compartment = p.compartment"
    " FROM programmes_programme p WHERE p.code = e.programme_id",
    "ALTER TABLE enrolments_enrolment ENABLE TRIGGER USER",
    "UPDATE journal_rowhistory h SET sector = p.sector, compartment = p.compartment"
    " FROM programmes_programme p"
    " WHERE h.table_name = 'enrolments_enrolment' AND h.\"row\" ->> 'programme_id' = p.code",
    "UPDATE journal_journalentry e SET sector = p.sector, compartment = p.compartment"
    " FROM programmes_programme p"
    " WHERE e.verb IN ('enrolments.enrolled', 'enrolments.ended', 'enrolments.voided')"
    " AND split_part(e.note, ':', 1) = p.code",
]
# A programme that is put into a compartment takes its enrolments along, whoever loads it and whatever is forgotten
CLOSED_IN = (
    "ALTER TABLE enrolments_enrolment ADD CONSTRAINT enrolment_closed_as_its_programme"
    " FOREIGN KEY (programme_id, sector, compartment)"
    " REFERENCES programmes_programme (code, sector, compartment) ON UPDATE CASCADE"
)


class Migration(migrations.Migration):
    """Enrolments belong to the sector and the compartment of their programme, for the walls."""

    dependencies = [
        ("enrolments", "0001_initial"),
        ("journal", "0003_closed_lines"),
        ("programmes", "0002_closed_in"),
        ("registry", "0004_closed_sheets"),
    ]

    operations = [
        migrations.AddField("enrolment", "sector", ClosedField()),
        migrations.AddField("enrolment", "compartment", ClosedField()),
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
        migrations.RunSQL(
            CLOSED_IN, "ALTER TABLE enrolments_enrolment DROP CONSTRAINT enrolment_closed_as_its_programme"
        ),
        migrations.RemoveIndex("enrolment", "enrolment_unit_programme"),
        migrations.AddIndex(
            "enrolment",
            models.Index(
                fields=["unit_code", "programme"], include=["sector", "compartment"], name="enrolment_unit_programme"
            ),
        ),
        RebuiltWall("enrolments_enrolment", sector="sector", compartment="compartment"),
    ]
