import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import onestop.areas.keys
import onestop.areas.models
import onestop.staff.models.organisation
from onestop.areas.walls import Grant
from onestop.journal.history import Track


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("journal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Committee",
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
                ("kind", models.CharField(db_collation="C", max_length=40, verbose_name="kind")),
                (
                    "unit_code",
                    onestop.areas.models.UnitCodeField(
                        blank=True, db_collation="C", default="", max_length=16, verbose_name="unit"
                    ),
                ),
                ("name_km", models.CharField(blank=True, default="", max_length=200, verbose_name="name")),
                (
                    "name_latin",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="name in Latin letters"),
                ),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="also called",
                    ),
                ),
                (
                    "meets_every",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="meets every (months)"),
                ),
                ("valid_from", models.DateField(verbose_name="set up on")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "committee",
                "verbose_name_plural": "committees",
                "ordering": ["unit_code", "kind"],
            },
        ),
        migrations.CreateModel(
            name="CommitteeMember",
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
                    "unit_code",
                    onestop.areas.models.UnitCodeField(
                        blank=True, db_collation="C", default="", max_length=16, verbose_name="unit"
                    ),
                ),
                ("name_km", models.CharField(blank=True, default="", max_length=120, verbose_name="name")),
                (
                    "name_latin",
                    models.CharField(blank=True, default="", max_length=120, verbose_name="name in Latin letters"),
                ),
                ("sex", models.CharField(blank=True, default="", max_length=1, verbose_name="sex")),
                ("position", models.CharField(db_collation="C", max_length=40, verbose_name="position")),
                ("capacity", models.CharField(db_collation="C", max_length=40, verbose_name="capacity")),
                ("mandate", models.PositiveSmallIntegerField(default=1, verbose_name="mandate number")),
                ("valid_from", models.DateField(verbose_name="from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="to")),
            ],
            options={
                "verbose_name": "member of a committee",
                "verbose_name_plural": "members of committees",
                "ordering": ["valid_from", "id"],
            },
        ),
        migrations.CreateModel(
            name="OfficeSetting",
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
                    "unit_code",
                    onestop.areas.models.UnitCodeField(
                        blank=True, db_collation="C", default="", max_length=16, verbose_name="unit"
                    ),
                ),
                ("key", models.CharField(db_collation="C", max_length=40, verbose_name="setting")),
                ("value", models.CharField(db_collation="C", max_length=40, verbose_name="value")),
                ("valid_from", models.DateField(verbose_name="from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="to")),
                (
                    "reference",
                    models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="reference"),
                ),
            ],
            options={
                "verbose_name": "setting of an office",
                "verbose_name_plural": "settings of offices",
                "ordering": ["key", "valid_from"],
            },
        ),
        migrations.CreateModel(
            name="Partner",
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
                ("code", models.CharField(db_collation="C", max_length=60, unique=True, verbose_name="code")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("name_km", models.CharField(max_length=200, verbose_name="name")),
                ("name_latin", models.CharField(max_length=200, verbose_name="name in Latin letters")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="also called",
                    ),
                ),
                (
                    "unit_code",
                    onestop.areas.models.UnitCodeField(
                        blank=True, db_collation="C", default="", max_length=16, verbose_name="unit"
                    ),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="contact person or desk"),
                ),
                ("contact_phone", models.CharField(blank=True, default="", max_length=40, verbose_name="telephone")),
                ("contact_email", models.EmailField(blank=True, default="", max_length=200, verbose_name="e-mail")),
                ("contact_address", models.CharField(blank=True, default="", max_length=400, verbose_name="address")),
            ],
            options={
                "verbose_name": "partner",
                "verbose_name_plural": "partners",
                "ordering": ["name_latin"],
            },
        ),
        migrations.CreateModel(
            name="StaffingSheet",
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
                (
                    "brought_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="file name")),
                ("digest", models.CharField(max_length=64)),
                ("content", models.BinaryField(verbose_name="contents")),
                ("confirmed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("outcome", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name": "staffing sheet",
                "verbose_name_plural": "staffing sheets",
                "ordering": ["-brought_at"],
            },
        ),
        migrations.AddField(
            model_name="office",
            name="accountable",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="accountable officer",
            ),
        ),
        migrations.AddField(
            model_name="office",
            name="aliases",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200),
                blank=True,
                default=list,
                size=None,
                verbose_name="also called",
            ),
        ),
        migrations.AddField(
            model_name="office",
            name="closed_on",
            field=models.DateField(blank=True, null=True, verbose_name="closed on"),
        ),
        migrations.AddField(
            model_name="office",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AddField(
            model_name="office",
            name="holder_km",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=120, verbose_name="accountable person"
            ),
        ),
        migrations.AddField(
            model_name="office",
            name="holder_latin",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=120,
                verbose_name="accountable person in Latin letters",
            ),
        ),
        migrations.AddField(
            model_name="office",
            name="holder_title",
            field=models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="title"),
        ),
        migrations.AddField(
            model_name="office",
            name="opened_on",
            field=models.DateField(blank=True, null=True, verbose_name="open since"),
        ),
        migrations.AddField(
            model_name="office",
            name="sector",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="sector"),
        ),
        migrations.AddField(
            model_name="office",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name="office",
            name="void_reason",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="office",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="office",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="officer",
            name="supervisor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supervised",
                to=settings.AUTH_USER_MODEL,
                verbose_name="supervisor",
            ),
        ),
        migrations.AddConstraint(
            model_name="office",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opened_on", None),
                    ("accountable__isnull", False),
                    models.Q(("holder_km", ""), _negated=True),
                    _connector="OR",
                ),
                name="staff_office_open_accountable",
                violation_error_message="Name the accountable person first; then the office can be opened.",
            ),
        ),
        migrations.AddConstraint(
            model_name="office",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_on", None), ("opened_on__lte", models.F("closed_on")), _connector="OR"),
                name="staff_office_period",
                violation_error_message="An office does not close before it has opened.",
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("supervisor", None), models.Q(("supervisor", models.F("id")), _negated=True), _connector="OR"
                ),
                name="staff_officer_supervisor",
                violation_error_message="Nobody is their own supervisor.",
            ),
        ),
        migrations.AddField(
            model_name="committee",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="committeemember",
            name="committee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="staff.committee",
                verbose_name="committee",
            ),
        ),
        migrations.AddField(
            model_name="committeemember",
            name="officer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seats",
                to=settings.AUTH_USER_MODEL,
                verbose_name="officer",
            ),
        ),
        migrations.AddField(
            model_name="committeemember",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="officesetting",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="chosen by",
            ),
        ),
        migrations.AddField(
            model_name="officesetting",
            name="office",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settings",
                to="staff.office",
                verbose_name="office",
            ),
        ),
        migrations.AddField(
            model_name="officesetting",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="partner",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="staffingsheet",
            name="brought_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="brought by",
            ),
        ),
        migrations.AddConstraint(
            model_name="committee",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="staff_committee_period",
                violation_error_message="A committee does not end before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="committee",
            constraint=models.CheckConstraint(
                condition=models.Q(("meets_every", None), ("meets_every__gte", 1), _connector="OR"),
                name="staff_committee_interval",
                violation_error_message="A committee meets every month or more seldom.",
            ),
        ),
        migrations.AddConstraint(
            model_name="committee",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None), ("voided_at", None)),
                fields=("kind", "unit_code"),
                name="staff_committee_once",
                violation_error_message="This unit already has a committee of this kind.",
            ),
        ),
        migrations.AddConstraint(
            model_name="committeemember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("officer__isnull", False),
                    models.Q(("name_km", ""), ("name_latin", ""), _negated=True),
                    _connector="OR",
                ),
                name="staff_committeemember_named",
                violation_error_message="Choose an officer or write a name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="committeemember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("capacity", ""), _negated=True), models.Q(("position", ""), _negated=True)
                ),
                name="staff_committeemember_capacity",
                violation_error_message="Say in which capacity and position the member sits there.",
            ),
        ),
        migrations.AddConstraint(
            model_name="committeemember",
            constraint=models.CheckConstraint(
                condition=models.Q(("sex__in", ["", "F", "M"])),
                name="staff_committeemember_sex",
                violation_error_message="Sex is F or M, or not known.",
            ),
        ),
        migrations.AddConstraint(
            model_name="committeemember",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="staff_committeemember_period",
                violation_error_message="A mandate does not end before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="officesetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="staff_officesetting_period",
                violation_error_message="A setting does not end before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="officesetting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("voided_at", None)),
                expressions=[
                    ("unit_code", "="),
                    ("key", "="),
                    (
                        onestop.staff.models.organisation.Days(
                            "valid_from",
                            "valid_to",
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_lower=True, inclusive_upper=True
                            ),
                        ),
                        "&&",
                    ),
                ],
                name="staff_officesetting_once",
                violation_error_message="Another choice of this setting is in force there on some of these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("contact_address", ""), ("contact_email", ""), ("contact_phone", ""), _negated=True
                ),
                name="staff_partner_contact",
                violation_error_message="Give a contact: a telephone, an e-mail or an address.",
            ),
        ),
        Track("staff_office"),
        Track("staff_officesetting"),
        Track("staff_committee"),
        Track("staff_committeemember"),
        Track("staff_partner"),
        Track("staff_roleassignment"),
        # void, never delete
        Grant("staff_officesetting", "SELECT, INSERT, UPDATE"),
        Grant("staff_committee", "SELECT, INSERT, UPDATE"),
        Grant("staff_committeemember", "SELECT, INSERT, UPDATE"),
        Grant("staff_partner", "SELECT, INSERT, UPDATE"),
        Grant("staff_staffingsheet", "SELECT, INSERT, UPDATE"),
    ]
