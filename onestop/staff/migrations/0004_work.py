"""Work: who is behind an account, who is away, requests for help; the door that four eyes ask."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import onestop.areas.clock
import onestop.areas.keys
import onestop.areas.models
import onestop.staff.models.organisation
from onestop.areas.walls import DoorFunction, Grant
from onestop.journal.history import Track
from onestop.staff.humans import DID_BODY


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0003_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="officer",
            name="human",
            field=models.UUIDField(
                db_default=onestop.areas.models.Uuid7(), db_index=True, default=onestop.areas.keys.uuid7, editable=False
            ),
        ),
        migrations.CreateModel(
            name="Absence",
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
                ("from_on", models.DateField(verbose_name="from")),
                ("to_on", models.DateField(verbose_name="to")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="officer",
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="stand-in",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to_on__gte", models.F("from_on"))),
                        name="staff_absence_period",
                        violation_error_message="An absence does not end before it begins.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stand_in", None),
                            models.Q(("stand_in", models.F("officer")), _negated=True),
                            _connector="OR",
                        ),
                        name="staff_absence_stand_in",
                        violation_error_message="Somebody else must stand in.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("officer", "="),
                            (
                                onestop.staff.models.organisation.Days(
                                    "from_on",
                                    "to_on",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_lower=True, inclusive_upper=True
                                    ),
                                ),
                                "&&",
                            ),
                        ],
                        name="staff_absence_once",
                        violation_error_message="Another absence is noted on some of these days. End that one first.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HelpRequest",
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
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("voided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("void_reason", models.TextField(blank=True, db_default="", default="", editable=False)),
                (
                    "since_on",
                    models.DateField(default=onestop.areas.clock.today, editable=False, verbose_name="since"),
                ),
                ("due_on", models.DateField(blank=True, editable=False, null=True, verbose_name="due")),
                (
                    "unit_code",
                    onestop.areas.models.UnitCodeField(
                        blank=True, db_collation="C", default="", max_length=16, verbose_name="unit"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("answered", "answered"),
                            ("reopened", "asked again"),
                            ("closed", "closed"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "page",
                    models.CharField(blank=True, db_collation="C", default="", max_length=100, verbose_name="page"),
                ),
                ("words", models.TextField(max_length=2000, verbose_name="what you need help with")),
                ("answer", models.TextField(blank=True, default="", max_length=2000, verbose_name="answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                (
                    "again",
                    models.TextField(blank=True, default="", max_length=2000, verbose_name="what is still missing"),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="with",
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request for help",
                "verbose_name_plural": "requests for help",
                "indexes": [
                    models.Index(fields=["unit_code", "state"], name="staff_help_unit"),
                    models.Index(fields=["asked_by", "state"], name="staff_help_asked_by"),
                ],
            },
        ),
        Track("staff_absence", unit_column=""),
        Track("staff_helprequest"),
        Grant("staff_helprequest", "SELECT, INSERT, UPDATE"),
        DoorFunction(
            "staff_did",
            "p_kind text, p_subject text, p_verbs text[], p_officer uuid",
            "SETOF text",
            DID_BODY,
            needs={"journal_journalentry": "SELECT", "staff_officer": "SELECT"},
        ),
    ]
