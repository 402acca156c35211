import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import onestop.areas.keys
import onestop.areas.models
from onestop.areas.walls import Grant
from onestop.journal.history import Track
from onestop.staff.models.break_glass import LASTS


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_work")]

    operations = [
        migrations.CreateModel(
            name="BreakGlass",
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
                    "unit_code",
                    onestop.areas.models.UnitCodeField(db_collation="C", max_length=16, verbose_name="place"),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("opened_at", models.DateTimeField(editable=False, verbose_name="opened")),
                ("ends_at", models.DateTimeField(editable=False, verbose_name="ends")),
                ("closed_at", models.DateTimeField(editable=False, null=True, verbose_name="closed early")),
                ("reviewed_at", models.DateTimeField(editable=False, null=True, verbose_name="reviewed")),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[("in_order", "in order"), ("not_in_order", "not in order")],
                        default="",
                        max_length=20,
                        verbose_name="finding",
                    ),
                ),
                ("review_note", models.TextField(blank=True, default="", verbose_name="note of the review")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="officer",
                    ),
                ),
                (
                    "told",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="supervisor",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening in an emergency",
                "verbose_name_plural": "openings in an emergency",
                "ordering": ["-opened_at", "-id"],
                "indexes": [
                    models.Index(fields=["officer", "ends_at"], name="staff_breakglass_officer"),
                    models.Index(
                        condition=models.Q(("reviewed_at", None)),
                        fields=["opened_at"],
                        name="staff_breakglass_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gt", models.F("opened_at")),
                            (
                                "ends_at__lte",
                                models.expressions.CombinedExpression(models.F("opened_at"), "+", models.Value(LASTS)),
                            ),
                            models.Q(("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"),
                        ),
                        name="staff_breakglass_lasts",
                        violation_error_message="An opening lasts an hour at most.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by", None),
                            models.Q(("reviewed_by", models.F("officer")), _negated=True),
                            _connector="OR",
                        ),
                        name="staff_breakglass_four_eyes",
                        violation_error_message="Somebody else must review this.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finding", ""), ("reviewed_at", None), ("reviewed_by", None)),
                            models.Q(
                                ("finding__in", ["in_order", "not_in_order"]),
                                ("reviewed_at__isnull", False),
                                ("reviewed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="staff_breakglass_review_whole",
                        violation_error_message="A review says who, when and what was found.",
                    ),
                ],
            },
        ),
        # written once, closed early and reviewed; never deleted
        Grant("staff_breakglass", "SELECT, INSERT, UPDATE"),
        Track("staff_breakglass", unit_column=""),
    ]
