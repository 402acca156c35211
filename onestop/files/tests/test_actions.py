"""Keeping files: by their content, without the traces of a camera, behind the walls, never lost."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from PIL import Image

from onestop.areas.keys import uuid7
from onestop.areas.scope import ScopeMissing
from onestop.files import content
from onestop.files.actions import FileDamaged, read, store
from onestop.files.content import FileRefused
from onestop.files.models import StoredFile
from onestop.journal.models import JournalEntry
from onestop.staff.scope import officer_named, scope


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}},
    }
    with translation.override("en"):
        yield tmp_path


def photo(kind: str = "JPEG") -> bytes:
    """A small photo that says where it was taken."""
    picture = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[0x010F] = "Telephone of Mr X"
    exif[0x0112] = 6  # lies on its side
    written = io.BytesIO()
    picture.save(written, kind, exif=exif)
    return written.getvalue()


def keep(data: bytes, name: str = "scan.jpg", unit: str = "17010106") -> StoredFile:
    return store(
        data, name=name, subject_kind="registry.person", subject_id=uuid7(), unit_code=unit, by=officer_named("commune")
    )


def test_a_photo_is_kept_upright_and_without_what_the_camera_wrote(db: None, folder: Path) -> None:
    with scope(officer_named("commune")):
        file = keep(photo())
        data = read(file, by=officer_named("commune"))
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (20, 40)
        assert not picture.getexif()
    assert b"Mr X" not in data
    assert file.content_type == "image/jpeg" and file.size == len(data)


def test_its_name_on_the_disk_is_not_what_the_user_called_it(db: None, folder: Path) -> None:
    with scope(officer_named("commune")):
        file = keep(b"%PDF-1.7 x", name="../../etc/passwd.exe")
    (stored,) = [path for path in folder.rglob("*") if path.is_file()]
    assert stored.name == file.pk.hex
    assert file.content_type == "application/pdf"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program", "cannot be kept"),
        (b"<html><script>", "cannot be kept"),
        (b"\xff\xd8\xff not really a photo", "damaged"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"%PDF-" + b"0" * content.MAXIMUM_BYTES, "MB"),
    ],
)
def test_what_no_office_keeps_is_refused_with_the_way_out(db: None, folder: Path, data: bytes, words: str) -> None:
    with scope(officer_named("commune")), pytest.raises(FileRefused) as refused:
        keep(data)
    assert words in str(refused.value)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_an_archive_is_refused_and_an_excel_file_is_kept(db: None) -> None:
    def archive(part: str) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as opened:
            opened.writestr(part, "x")
        return written.getvalue()

    with scope(officer_named("commune")):
        with pytest.raises(FileRefused):
            keep(archive("a.txt"))
        assert keep(archive("xl/workbook.xml")).content_type.endswith("spreadsheetml.sheet")


def test_changed_bytes_are_noticed(db: None, folder: Path) -> None:
    with scope(officer_named("commune")):
        file = keep(b"%PDF-1.7 x")
        (folder / file.path).write_bytes(b"%PDF-1.7 y")
        with pytest.raises(FileDamaged):
            read(file, by=officer_named("commune"))


def test_storing_and_opening_stand_in_the_journal(db: None) -> None:
    with scope(officer_named("commune")):
        officer = officer_named("commune")
        file = keep(b"%PDF-1.7 x")
        read(file, by=officer)
        verbs = JournalEntry.objects.filter(subject_id=str(file.pk)).order_by("at", "id").values_list("verb", flat=True)
        assert list(verbs) == ["files.stored", "files.opened"]


def test_another_area_and_no_scope_see_no_file(db: None) -> None:
    with scope(officer_named("district")):
        file = keep_as_district()
    with scope(officer_named("commune")):
        assert not StoredFile.objects.visible_to(officer_named("commune")).filter(pk=file.pk).exists()
    with pytest.raises(ScopeMissing):
        StoredFile.objects.count()


def keep_as_district() -> StoredFile:
    return store(
        b"%PDF-1.7 x",
        name="x.pdf",
        subject_kind="registry.person",
        subject_id=uuid7(),
        unit_code="17010201",
        by=officer_named("district"),
    )
