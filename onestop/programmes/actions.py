"""Loading a programme document: the catalogue row, its versions and its openings, in one transaction.

Whether the rules of a document are sound is checked before, by `eligibility` (it knows the facts); what is checked here
is what the past forbids: a published version is never edited, only superseded, and a code is never reused.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.journal.actions import record
from onestop.programmes import document as files
from onestop.programmes import schema
from onestop.programmes.choices import LOADED
from onestop.programmes.models import CriteriaVersion, Opening, Programme
from onestop.staff.models import Officer


class PublishedVersionChanged(Exception):
    """A version that is in force or was would be edited; the message says which and what to do instead."""


@transaction.atomic
def load(data: dict[str, Any], *, by: Officer) -> bool:
    """Load one checked document; True when anything changed. Raises PublishedVersionChanged."""
    data = schema.ordered(data)
    text = files.write(data)
    programme = Programme.objects.select_for_update().filter(pk=data["code"]).first()
    if programme and programme.text == text:
        return False
    if programme:
        refuse_edited_versions(programme, data)
        programme.version += 1
    else:
        last = Programme.objects.aggregate(last=Max("position"))["last"] or 0
        programme = Programme(code=data["code"], position=last + 1)
    programme.status = data["status"]
    programme.unit = data["unit"]
    programme.sector = data["sector"]
    programme.guarantees = data["guarantees"]
    programme.compartment = data.get("compartment") or ""
    programme.document = data
    programme.text = text
    programme.loaded_at = clock.now()
    programme.save()
    write_versions(programme, data.get("versions", []), by=by)
    write_openings(programme, data.get("openings", []))
    record(LOADED, by=by, subject_kind="programme", note=f"{programme.code} v{programme.version}")
    return True


def refuse_edited_versions(programme: Programme, data: dict[str, Any]) -> None:
    """Every version that was loaded before must stand in the new document with the same criteria, for the same unit."""
    if programme.unit != data["unit"] and programme.versions.exists():
        raise PublishedVersionChanged(
            _(
                "%(code)s: its criteria are published for another unit, and persons or households are enrolled by them."
                " Leave 'unit:' as it was, close this programme, and load the other one under a code of its own."
            )
            % {"code": programme.code}
        )
    coming = {version["from"]: version for version in data.get("versions", [])}
    for version in programme.versions.all():
        new = coming.get(version.valid_from)
        if new is None or new["criteria"] != version.criteria:
            raise PublishedVersionChanged(
                _(
                    "%(code)s: the version from %(day)s is published and cannot be changed or taken out, since"
                    " decisions refer to it. Leave it as it was and add a new version with a later 'from:'."
                )
                % {"code": programme.code, "day": version.valid_from.isoformat()}
            )


def write_versions(programme: Programme, versions: list[dict[str, Any]], *, by: Officer) -> None:
    """Add new versions and end each one the day before its successor begins."""
    ordered = sorted(versions, key=lambda version: version["from"])
    known = {version.valid_from: version for version in programme.versions.all()}
    ends: dict[date, date | None] = {}
    for position, version in enumerate(ordered):
        own = version.get("to")
        following = ordered[position + 1]["from"] - timedelta(days=1) if position + 1 < len(ordered) else None
        ends[version["from"]] = min(filter(None, (own, following)), default=None)
    for old in known.values():  # earlier ends first, so that no moment has two versions on one day
        if old.valid_to != ends[old.valid_from] or old.reference != _reference(ordered, old.valid_from):
            old.valid_to = ends[old.valid_from]
            old.reference = _reference(ordered, old.valid_from)
            old.save(update_fields=["valid_to", "reference"])
    CriteriaVersion.objects.bulk_create(
        CriteriaVersion(
            programme=programme,
            valid_from=version["from"],
            valid_to=ends[version["from"]],
            reference=version["reference"],
            criteria=version["criteria"],
            published_by=by.pk,
            published_at=clock.now(),
        )
        for version in ordered
        if version["from"] not in known
    )


def _reference(versions: list[dict[str, Any]], begin: date) -> str:
    return next(str(version["reference"]) for version in versions if version["from"] == begin)


def write_openings(programme: Programme, openings: list[dict[str, Any]]) -> None:
    """The openings of the document, in place of the ones before; their history is kept by the row history."""
    programme.openings.all().delete()
    Opening.objects.bulk_create(
        Opening(
            programme=programme,
            unit_code=unit,
            valid_from=opening["from"],
            valid_to=opening.get("to"),
            places=opening.get("places"),
        )
        for opening in openings
        for unit in opening["units"]
    )
