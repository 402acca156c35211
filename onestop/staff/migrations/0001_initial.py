import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import onestop.areas.keys
import onestop.areas.models
import onestop.staff.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("areas", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Office",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=onestop.areas.models.Uuid7(),
                        default=onestop.areas.keys.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("code", models.CharField(db_collation="C", max_length=40, unique=True, verbose_name="code")),
                ("name_km", models.CharField(max_length=200, verbose_name="name")),
                ("name_latin", models.CharField(max_length=200, verbose_name="name in Latin letters")),
                (
                    "unit_code",
                    onestop.areas.models.UnitCodeField(
                        blank=True, db_collation="C", default="", max_length=16, verbose_name="unit"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
            ],
            options={
                "verbose_name": "office",
                "verbose_name_plural": "offices",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Officer",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        db_default=onestop.areas.models.Uuid7(),
                        default=onestop.areas.keys.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("username", models.CharField(db_collation="C", max_length=60, unique=True, verbose_name="username")),
                ("name_km", models.CharField(max_length=120, verbose_name="name")),
                ("name_latin", models.CharField(max_length=120, verbose_name="name in Latin letters")),
                ("language", models.CharField(blank=True, default="", max_length=10, verbose_name="language")),
                ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                ("is_system", models.BooleanField(default=False)),
                ("purpose", models.CharField(blank=True, default="", max_length=400, verbose_name="purpose")),
                (
                    "office",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="staff.office",
                        verbose_name="office",
                    ),
                ),
            ],
            options={
                "verbose_name": "officer",
                "verbose_name_plural": "officers",
                "ordering": ["username"],
            },
        ),
        migrations.CreateModel(
            name="RoleAssignment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=onestop.areas.models.Uuid7(),
                        default=onestop.areas.keys.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("role", models.CharField(db_collation="C", max_length=60, verbose_name="role")),
                (
                    "unit_code",
                    onestop.areas.models.UnitCodeField(
                        blank=True, db_collation="C", default="", max_length=16, verbose_name="unit"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="to")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="officer",
                    ),
                ),
            ],
            options={
                "verbose_name": "role assignment",
                "verbose_name_plural": "role assignments",
            },
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(("username__regex", "^[a-z0-9][a-z0-9._-]*$")),
                name="staff_officer_username_lower",
                violation_error_message="A username has lower-case Latin letters, digits, dots and hyphens.",
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_system", False), models.Q(("purpose", ""), _negated=True), _connector="OR"),
                name="staff_officer_system_purpose",
                violation_error_message="A system officer needs a purpose.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="staff_roleassignment_period",
                violation_error_message="A role does not end before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("officer", "="),
                    ("role", "="),
                    ("unit_code", "="),
                    (
                        onestop.staff.models.Days(
                            "valid_from",
                            "valid_to",
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_lower=True, inclusive_upper=True
                            ),
                        ),
                        "&&",
                    ),
                ],
                name="staff_roleassignment_once",
                violation_error_message="This officer already holds this role there on some of these days.",
            ),
        ),
    ]
