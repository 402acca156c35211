"""The organisation that stands in the country pack: offices for every installation; holders, committees and partners of
the demonstration (demo_organisation.yaml). Run again it changes only what the pack changed, and nothing people entered.
"""

from collections.abc import Mapping
from typing import Any

from onestop.areas.country import Node, pack
from onestop.areas.phones import e164
from onestop.staff.bodies import body_kinds
from onestop.staff.models import Committee, CommitteeMember, Office, Officer, OfficeSetting, Partner
from onestop.staff.modes import modes

__all__ = ["load_demo_organisation", "load_offices"]

DEMO_FILE = "demo_organisation.yaml"


def load_offices() -> dict[str, Office]:
    """The offices of offices.yaml, by code. Raises PackRefused, naming file and line."""
    offices = {}
    for node in pack().node("offices.yaml").each("offices"):
        names = node.names("name")
        own = names.get(pack().languages[0], "")
        offices[node.text("code")], _made = Office.objects.update_or_create(
            code=node.text("code"),
            defaults={
                "kind": node.text("kind"),
                "unit_code": node.text("unit", ""),
                "sector": node.text("sector", ""),
                "name_km": own,
                "name_latin": names.get("en", own),
            },
        )
    return offices


def load_demo_organisation(offices: Mapping[str, Office]) -> int:
    """Holders, settings, committees and partners of the demonstration; how many rows were made."""
    if not pack().has(DEMO_FILE):
        return 0
    file = pack().node(DEMO_FILE)
    officers = {officer.username: officer for officer in Officer.objects.all()}
    made = 0
    for node in file.each("offices"):
        made += _open(node, _one_of(node, "office", offices), officers)
    for node in file.each("supervisors"):
        below, above = _one_of(node, "officer", officers), _one_of(node, "under", officers)
        made += Officer.objects.filter(pk=below.pk, supervisor=None).update(supervisor=above)
    for node in file.each("settings"):
        made += _choose(node, _one_of(node, "office", offices), officers["system.loader"])
    for node in file.each("committees"):
        made += _committee(node)
    for node in file.each("partners"):
        names = node.names("name")
        _partner, is_new = Partner.objects.get_or_create(
            code=node.text("code"),
            defaults={
                "kind": node.text("kind"),
                "unit_code": node.text("unit", ""),
                **_names(names),
                "aliases": list(node.texts("also")),
                "contact_name": node.text("contact", ""),
                "contact_phone": e164(node.text("phone", "")),
                "contact_address": node.text("address", ""),
            },
        )
        made += is_new
    return made


def _one_of(node: Node, key: str, known: Mapping[str, Any]) -> Any:
    """The row a key names. Raises PackRefused."""
    if node.text(key) not in known:
        raise node.refuse(f"'{node.text(key)}' is not known here.", key)
    return known[node.text(key)]


def _names(names: Mapping[str, str]) -> dict[str, str]:
    own = names.get(pack().languages[0], "")
    return {"name_km": own, "name_latin": names.get("en", own)}


def _open(node: Node, office: Office, officers: Mapping[str, Officer]) -> int:
    """Name the accountable person and open the office, unless people did so already."""
    if office.opened_on is not None or office.holder:
        return 0
    if node.has("officer"):
        office.accountable = _one_of(node, "officer", officers)
    else:
        names = _names(node.names("holder"))
        office.holder_km, office.holder_latin = names["name_km"], names["name_latin"]
        office.holder_title = node.text("title")
    office.opened_on = node.day("opened_on")
    office.phone = e164(node.text("phone", ""))
    office.save()
    return 1


def _choose(node: Node, office: Office, by: Officer) -> int:
    key, value = node.text("key"), node.text("value")
    if key not in modes() or value not in modes()[key].values:
        raise node.refuse(f"'{key}: {value}' is no setting of modes.yaml.", "value")
    if OfficeSetting.objects.filter(unit_code=office.unit_code, key=key).exists():
        return 0
    OfficeSetting.objects.create(
        office=office, unit_code=office.unit_code, key=key, value=value, valid_from=node.day("from"), made_by=by
    )
    return 1


def _committee(node: Node) -> int:
    kind = body_kinds().get(node.text("kind"))
    if kind is None:
        raise node.refuse(f"'{node.text('kind')}' is no kind of committees.yaml.", "kind")
    committee, is_new = Committee.objects.get_or_create(
        kind=kind.code, unit_code=node.text("unit"), voided_at=None, defaults={"valid_from": node.day("from")}
    )
    if not is_new:
        return 0
    for each in node.each("members"):
        if each.text("position") not in kind.seats or each.text("capacity") not in kind.capacities:
            raise each.refuse(f"the kind '{kind.code}' has no such position or capacity.", "position")
        CommitteeMember.objects.create(
            committee=committee,
            unit_code=committee.unit_code,
            **_names(each.names("name")),
            sex=each.text("sex", ""),
            position=each.text("position"),
            capacity=each.text("capacity"),
            mandate=each.whole("mandate", 1),
            valid_from=each.day("from"),
        )
    return 1
