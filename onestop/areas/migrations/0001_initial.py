import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

import onestop.areas.models
from onestop.areas.keys import UUID7_FUNCTION


class Migration(migrations.Migration):
    """Places, the installation's one row, and the function every key column of the other rooms falls back to."""

    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(UUID7_FUNCTION, "DROP FUNCTION onestop_uuidv7()"),
        migrations.CreateModel(
            name="AdministrativeUnit",
            fields=[
                (
                    "code",
                    onestop.areas.models.UnitCodeField(
                        db_collation="C", max_length=16, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("name_km", models.CharField(max_length=120, verbose_name="name")),
                ("name_latin", models.CharField(max_length=120, verbose_name="name in Latin letters")),
                ("name_sort", models.BinaryField()),
                ("search_km", models.CharField(db_collation="C", editable=False, max_length=120)),
                ("search_latin", models.CharField(db_collation="C", editable=False, max_length=120)),
                (
                    "other_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="also written",
                    ),
                ),
                ("search_other", models.TextField(blank=True, db_collation="C", default="", editable=False)),
                (
                    "parent_code",
                    onestop.areas.models.UnitCodeField(
                        blank=True, db_collation="C", default="", max_length=16, verbose_name="code of the unit above"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "successors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=onestop.areas.models.UnitCodeField(db_collation="C", max_length=16),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="successors",
                    ),
                ),
                ("successor_known", models.BooleanField(default=True, verbose_name="successor known")),
                ("source", models.CharField(max_length=400, verbose_name="source")),
            ],
            options={
                "verbose_name": "administrative unit",
                "verbose_name_plural": "administrative units",
                "indexes": [
                    models.Index(fields=["parent_code", "name_sort"], name="areas_unit_children"),
                    models.Index(fields=["search_km"], name="areas_unit_search_km"),
                    models.Index(fields=["search_latin"], name="areas_unit_search_latin"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__startswith", models.F("parent_code")),
                            models.Q(("code", models.F("parent_code")), _negated=True),
                        ),
                        name="areas_unit_code_holds_path",
                        violation_error_message="A unit's code begins with the code of the unit above it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from", None),
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="areas_unit_period",
                        violation_error_message="A unit does not end before it begins.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("country", models.CharField(max_length=20)),
                ("demo", models.BooleanField(default=False)),
                ("demo_on", models.DateField(blank=True, null=True)),
                ("made_by_version", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="areas_installation_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("demo", False), ("demo_on", None)),
                            models.Q(("demo", True), ("demo_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="areas_installation_demo_day",
                    ),
                ],
            },
        ),
    ]
