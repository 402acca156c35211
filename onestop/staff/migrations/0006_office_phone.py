from django.db import migrations, models


class Migration(migrations.Migration):
    """The telephone under which another office reaches this one."""

    dependencies = [("staff", "0005_break_glass")]

    operations = [
        migrations.AddField(
            model_name="office",
            name="phone",
            field=models.CharField(blank=True, db_default="", default="", max_length=16, verbose_name="telephone"),
        ),
        migrations.AddConstraint(
            model_name="office",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone", ""), ("phone__regex", "^\\+[1-9][0-9]{6,14}$"), _connector="OR"),
                name="staff_office_phone_international",
                violation_error_message="The telephone number is not complete. Write it with all its digits.",
            ),
        ),
    ]
