"""A stored file is a document or photo somebody brought: a scan of a family book, a signed form, a portrait.

Its bytes lie under the files folder, named by the row's key and never by what the user called it; the row keeps the
name for people, the type found in the content, the size and the checksum. It belongs to one record (`subject_kind`,
`subject_id`) and to that record's place, so the walls decide who may open it. Nothing is deleted: a file is voided
with a reason, and its bytes stay until the retention rules of a later issue remove them.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import Personal


class StoredFile(Personal):
    """One file; `sha256` is of the bytes as stored (photos lose their EXIF data before they are stored)."""

    subject_kind = models.CharField(_("kind of record"), max_length=40)
    subject_id = models.UUIDField(_("record"))
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("stored by")
    )

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="files_subject")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Where the bytes lie, relative to the files folder: spread over 256 folders by the key's last byte."""
        return f"{self.pk.hex[-2:]}/{self.pk.hex}"
