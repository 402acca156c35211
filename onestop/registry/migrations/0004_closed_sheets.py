from django.db import migrations

from onestop.areas.models import ClosedField
from onestop.areas.walls import Grant, RebuiltWall


class Migration(migrations.Migration):
    """Answers in a compartment stand behind its wall. Those given before are parted by the command `facts load`."""

    dependencies = [
        ("journal", "0003_closed_lines"),
        ("registry", "0003_names_everywhere"),
    ]

    operations = [
        migrations.AddField("answersheet", "compartment", ClosedField()),
        RebuiltWall("registry_answersheet", compartment="compartment"),
        Grant("registry_answersheet", "SELECT, UPDATE (unit_code)", role="onestop_door"),
    ]
