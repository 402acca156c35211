import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import onestop.areas.clock


class Migration(migrations.Migration):
    """A correction is due, lies with somebody, and ends when the person was told."""

    dependencies = [
        ("registry", "0009_doubles_reopened"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="correctionrequest",
            name="since_on",
            field=models.DateField(default=onestop.areas.clock.today, editable=False, verbose_name="since"),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="due_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="due"),
        ),
        migrations.AddField(
            model_name="correctionrequest",
            name="assigned_to",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="with",
            ),
        ),
        migrations.AlterField(
            model_name="correctionrequest",
            name="state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("asked", "waits for a second officer"),
                    ("done", "put right"),
                    ("refused", "refused"),
                    ("withdrawn", "withdrawn"),
                    ("told", "decided, and told to the person"),
                ],
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        # of those that wait already
        migrations.RunSQL(
            "UPDATE registry_correctionrequest SET since_on = created_at::date WHERE state = 'asked'",
            migrations.RunSQL.noop,
        ),
    ]
