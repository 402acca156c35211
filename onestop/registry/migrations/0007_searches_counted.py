from django.db import migrations

from onestop.areas.walls import DoorFunction
from onestop.registry.doors import (
    KNOWN_ELSEWHERE,
    KNOWN_ELSEWHERE_ARGUMENTS,
    KNOWN_ELSEWHERE_NEEDS,
    MAY_ASK,
    MAY_ASK_NEEDS,
)


class Migration(migrations.Migration):
    """The measure of the narrow door as a function of its own: a search by a masked number is counted with it."""

    dependencies = [("registry", "0006_doubles")]

    operations = [
        DoorFunction("registry_may_ask", "", "boolean", MAY_ASK, "plpgsql", "VOLATILE", MAY_ASK_NEEDS),
        DoorFunction(
            "registry_known_elsewhere",
            KNOWN_ELSEWHERE_ARGUMENTS,
            "TABLE (office_unit text, since date)",
            KNOWN_ELSEWHERE,
            "plpgsql",
            "VOLATILE",
            KNOWN_ELSEWHERE_NEEDS,
        ),
    ]
