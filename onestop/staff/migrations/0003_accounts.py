"""Accounts: second factor, recovery codes, sessions, known devices, throttles and kept forms."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import onestop.areas.clock
import onestop.areas.keys
import onestop.areas.models
from onestop.journal.history import Track


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0001_initial"),
        ("staff", "0002_organisation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
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
                ("password_set_at", models.DateTimeField(blank=True, null=True)),
                ("first_password_until", models.DateTimeField(blank=True, null=True)),
                ("totp_secret", models.BinaryField(blank=True, null=True)),
                ("totp_since", models.DateTimeField(blank=True, null=True)),
                ("totp_step", models.BigIntegerField(default=0)),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                ("suspended_because", models.CharField(blank=True, default="", max_length=400, verbose_name="reason")),
                (
                    "officer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="officer",
                    ),
                ),
                (
                    "suspended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
            },
        ),
        migrations.CreateModel(
            name="KeptForm",
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
                ("path", models.CharField(editable=False, max_length=2000)),
                ("page", models.CharField(blank=True, editable=False, max_length=2000)),
                ("fields", models.BinaryField()),
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
        ),
        migrations.CreateModel(
            name="KnownDevice",
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
                ("digest", models.CharField(db_collation="C", editable=False, max_length=64)),
                ("network", models.CharField(blank=True, db_collation="C", editable=False, max_length=60)),
                ("last_at", models.DateTimeField(default=onestop.areas.clock.now, editable=False)),
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
        ),
        migrations.CreateModel(
            name="OfficerSession",
            fields=[
                (
                    "id",
                    models.CharField(
                        db_collation="C", editable=False, max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("data", models.TextField(blank=True, editable=False)),
                ("began_at", models.DateTimeField(default=onestop.areas.clock.now, editable=False)),
                ("seen_at", models.DateTimeField(default=onestop.areas.clock.now, editable=False)),
                ("expires_at", models.DateTimeField(editable=False)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                ("browser", models.CharField(blank=True, editable=False, max_length=60)),
                ("network", models.CharField(blank=True, editable=False, max_length=60)),
                ("number", models.UUIDField(default=onestop.areas.keys.uuid7, editable=False, unique=True)),
                (
                    "officer",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
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
                ("digest", models.CharField(db_collation="C", editable=False, max_length=64)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recovery_codes", to="staff.account"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignInThrottle",
            fields=[
                (
                    "key",
                    models.CharField(
                        db_collation="C", editable=False, max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0, editable=False)),
                ("refused", models.PositiveIntegerField(default=0, editable=False)),
                ("next_at", models.DateTimeField(editable=False)),
                ("last_at", models.DateTimeField(editable=False)),
            ],
            options={
                "indexes": [models.Index(fields=["last_at"], name="staff_throttle_last")],
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("totp_secret", None), ("totp_since", None)),
                    models.Q(("totp_secret__isnull", False), ("totp_since__isnull", False)),
                    _connector="OR",
                ),
                name="staff_account_factor_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="keptform",
            index=models.Index(fields=["at"], name="staff_keptform_at"),
        ),
        migrations.AddIndex(
            model_name="knowndevice",
            index=models.Index(fields=["digest"], name="staff_knowndevice_digest"),
        ),
        migrations.AddConstraint(
            model_name="knowndevice",
            constraint=models.UniqueConstraint(fields=("officer", "digest"), name="staff_knowndevice_once"),
        ),
        migrations.AddIndex(
            model_name="officersession",
            index=models.Index(fields=["officer", "-seen_at"], name="staff_session_officer"),
        ),
        migrations.AddIndex(
            model_name="officersession",
            index=models.Index(fields=["expires_at"], name="staff_session_expires"),
        ),
        migrations.AddConstraint(
            model_name="recoverycode",
            constraint=models.UniqueConstraint(fields=("account", "digest"), name="staff_recoverycode_once"),
        ),
        Track("staff_account", unit_column="", without=("totp_secret",)),
    ]
