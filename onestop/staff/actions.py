"""Loading the officers of the country pack, and the language of one."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from onestop.areas.country import pack
from onestop.staff.models import Office, Officer, RoleAssignment
from onestop.staff.packed import load_demo_organisation, load_offices

__all__ = ["Loaded", "load", "remember_language"]

# Since before any day the demonstration may stand on
DEMO_SINCE: Final = date(2000, 1, 1)


@dataclass(frozen=True)
class Loaded:
    """How many rows of each kind the pack gave."""

    offices: int
    system_officers: int
    demo_officers: int


@transaction.atomic
def load(*, demo: bool) -> Loaded:
    """Offices, system officers and, in a demonstration, its officers; run again it changes only what the pack changed.

    Raises PackRefused, naming file and line.
    """
    offices = load_offices()
    system = _load_system_officers()
    people = _load_demo_officers(offices) if demo else 0
    if demo:
        load_demo_organisation(offices)
    return Loaded(len(offices), system, people)


def _load_system_officers() -> int:
    nodes = pack().node("system_officers.yaml").each("officers")
    for node in nodes:
        officer, _made = Officer.objects.update_or_create(
            username=node.text("username"),
            defaults={
                "name_km": node.text("name_km"),
                "name_latin": node.text("name_latin"),
                "is_system": True,
                "purpose": node.names("purpose").get("en", "") or next(iter(node.names("purpose").values())),
            },
        )
        if officer.has_usable_password() or not officer.password:
            officer.set_unusable_password()
            officer.save(update_fields=["password"])
    return len(nodes)


def _load_demo_officers(offices: dict[str, Office]) -> int:
    password = pack().node("demo_officers.yaml").text("password")
    nodes = pack().node("demo_officers.yaml").each("officers")
    for node in nodes:
        if node.text("office") not in offices:
            raise node.refuse(f"'{node.text('office')}' is no office of offices.yaml.", "office")
        if node.text("role") not in pack().roles:
            raise node.refuse(f"'{node.text('role')}' is no role of roles.yaml.", "role")
        packed = {
            "name_km": node.text("name_km"),
            "name_latin": node.text("name_latin"),
            "office": offices[node.text("office")],
        }
        officer, made = Officer.objects.update_or_create(
            username=node.text("username"),
            defaults=packed,
            create_defaults=packed
            | {"language": node.text("language", "")},  # afterwards it is the officer's own choice
        )
        if made or not officer.has_usable_password():
            officer.set_password(password)
            officer.save(update_fields=["password"])
        RoleAssignment.objects.get_or_create(
            officer=officer,
            role=node.text("role"),
            unit_code=node.text("unit", ""),
            defaults={"valid_from": DEMO_SINCE},
        )
    return len(nodes)


def remember_language(officer: Officer, *, language: str) -> None:
    """The officer's own language, kept with the account."""
    officer.language = language
    officer.save(update_fields=["language"])
