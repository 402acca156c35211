"""The keys under which people are found by name (registry/search.py)."""

from typing import ClassVar, Final

from django.db import models

from onestop.areas.models import UnitCodeField
from onestop.registry.models.people import Person

# Years that stand for a birth nobody knows anything about: such a person is found by every year
UNKNOWN_FROM: Final = 0
UNKNOWN_TO: Final = 9999


class SearchKey(models.Model):
    """One key of one person (`names/keys.py`), with the place and the years of birth that narrow a search.

    A projection of the person's names, made in the same transaction (`searchkeys.py`), moved with the person, and gone
    with a person who is voided or merged. All of a search's conditions stand in one B-tree: under the walls no other
    kind of index is used.
    """

    pk = models.CompositePrimaryKey("person_id", "key")
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    key = models.CharField(max_length=64, db_collation="C")
    unit_code = UnitCodeField()
    born_from = models.SmallIntegerField(default=UNKNOWN_FROM)
    born_to = models.SmallIntegerField(default=UNKNOWN_TO)

    class Meta:
        indexes: ClassVar = [
            models.Index(name="searchkey_found", fields=["key", "unit_code", "born_to", "born_from", "person"]),
        ]

    def __str__(self) -> str:
        return self.key
