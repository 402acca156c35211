"""The keys under which people are found by name, behind the walls, for everybody who is registered already."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import onestop.areas.models
from onestop.areas.walls import Grant, Wall
from onestop.registry.names.keys import keys_of

CHUNK = 5_000


def make_keys(apps: Any, schema_editor: Any) -> None:
    """As `searchkeys.write_keys` does, for all; runs as the owner, outside the walls."""
    person_of, key_of = apps.get_model("registry", "Person"), apps.get_model("registry", "SearchKey")
    kept = person_of.objects.filter(voided_at=None, merged_into=None).order_by("pk")
    last = None
    while persons := list((kept if last is None else kept.filter(pk__gt=last))[:CHUNK]):
        key_of.objects.bulk_create(
            key_of(
                person_id=person.pk,
                key=key,
                unit_code=person.unit_code,
                born_from=person.birth_from.year if person.birth_from else 0,
                born_to=person.birth_to.year if person.birth_to else 9999,
            )
            for person in persons
            for key in keys_of(
                person.family_name_km, person.given_name_km, person.family_name_latin, person.given_name_latin
            )
        )
        last = persons[-1].pk


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(db_collation="C", max_length=64)),
                ("unit_code", onestop.areas.models.UnitCodeField(db_collation="C", max_length=16)),
                ("born_from", models.SmallIntegerField(default=0)),
                ("born_to", models.SmallIntegerField(default=9999)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.person",
                    ),
                ),
            ],
        ),
        migrations.RunPython(make_keys, migrations.RunPython.noop),
        # after the keys are in: an index is made faster than it is filled
        migrations.AddIndex(
            model_name="searchkey",
            index=models.Index(fields=["key", "unit_code", "born_to", "born_from", "person"], name="searchkey_found"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="person_phone"),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="household_phone"
            ),
        ),
        # a projection, made anew at will: deleted too, no history of its own
        Wall("registry_searchkey", rights="SELECT, INSERT, UPDATE, DELETE, MAINTAIN"),
        # registry_follow moves the keys with the person
        Grant("registry_searchkey", "SELECT, UPDATE (unit_code)", role="onestop_door"),
    ]
