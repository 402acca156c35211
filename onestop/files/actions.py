"""Keeping a file and giving it out again, both through the walls and into the journal."""

import hashlib
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from onestop.areas.keys import uuid7
from onestop.files import content
from onestop.files.choices import OPENED, STORED
from onestop.files.models import StoredFile
from onestop.journal.actions import record
from onestop.staff.models import Officer


class FileDamaged(Exception):
    """The bytes on the disk are not the ones that were stored (checksum); restore them from the backup."""


@transaction.atomic
def store(data: bytes, *, name: str, subject_kind: str, subject_id: UUID, unit_code: str, by: Officer) -> StoredFile:
    """Keep one file for a record; raises FileRefused when it is none an office keeps.

    The bytes are written before the row: a failure in between leaves bytes nobody refers to, never a row without bytes.
    """
    found = content.content_type(data)
    kept = content.without_exif(data, found)
    file = StoredFile(
        pk=uuid7(),
        subject_kind=subject_kind,
        subject_id=subject_id,
        unit_code=unit_code,
        name=name[-200:],
        content_type=found,
        size=len(kept),
        sha256=hashlib.sha256(kept).hexdigest(),
        stored_by=by,
    )
    written = default_storage.save(file.path, ContentFile(kept))
    if written != file.path:
        raise FileDamaged(f"The files folder already holds {file.path}.")
    file.save(force_insert=True)
    record(STORED, by=by, subject=file)
    return file


def read(file: StoredFile, *, by: Officer) -> bytes:
    """The bytes of a file, checked against the checksum, and a journal line that it was opened."""
    with default_storage.open(file.path) as opened:
        data = opened.read()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise FileDamaged(f"The bytes of file {file.pk} do not match their checksum.")
    record(OPENED, by=by, subject=file)
    return bytes(data)
