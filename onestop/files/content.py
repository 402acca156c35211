"""What a file is by its content, never by its name; and a photo without the place and camera it was taken with."""

import io
import zipfile

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_PIXELS = 40_000_000
# (beginning of the content, type); only what an office brings to the counter
SIGNATURES = [
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"PK\x03\x04", "application/zip"),
]
OFFICE_PARTS = {
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class FileRefused(Exception):
    """The file cannot be kept; the message says why and what to bring instead, in the reader's language."""


def content_type(content: bytes) -> str:
    """The type found in the first bytes; raises FileRefused for anything an office does not keep."""
    if not content:
        raise FileRefused(_("The file is empty. Save it again where it came from, then choose it once more."))
    if len(content) > MAXIMUM_BYTES:
        raise FileRefused(
            _("The file has %(size).1f MB; the most is %(most)d MB. Scan it at 150 dpi or take a smaller photo.")
            % {"size": len(content) / 1_048_576, "most": MAXIMUM_BYTES // 1_048_576}
        )
    for beginning, found in SIGNATURES:
        if content.startswith(beginning):
            return office_type(content) if found == "application/zip" else found
    raise FileRefused(
        _("This kind of file cannot be kept. Bring a PDF, a JPEG or PNG photo, or an Excel or Word file.")
    )


def office_type(content: bytes) -> str:
    """Excel or Word by the part inside the archive; other archives are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise FileRefused(_("The file is damaged. Save it again where it came from.")) from error
    for part, found in OFFICE_PARTS.items():
        if part in names:
            return found
    raise FileRefused(_("Archives cannot be kept. Take the papers out and choose them one by one."))


def without_exif(content: bytes, found: str) -> bytes:
    """The same picture, upright, without any metadata; other files as they are."""
    if not found.startswith("image/"):
        return content
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MAXIMUM_PIXELS:
                raise FileRefused(_("The photo is too large. Take it again at a lower resolution."))
            upright = ImageOps.exif_transpose(picture)
            written = io.BytesIO()
            if found == "image/jpeg":
                upright.convert("RGB").save(written, "JPEG", quality=88)
            else:
                upright.info = {}
                upright.save(written, "PNG", optimize=True)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise FileRefused(_("The photo is damaged and cannot be opened. Take or save it again.")) from error
    return written.getvalue()
