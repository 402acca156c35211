"""Lists in the order of names over many villages: the district's, the nation's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_searchkey")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name_sort", "id", "unit_code"], name="person_names_everywhere"),
        ),
    ]
