"""Two nouns of the office's post.

A **printout** is one paper the office handed out: a list, a form, a letter. It has a reference number with a check
digit, the template and its version, and how often it was printed; a second print of the same paper carries the mark
"copy". What was on it can be made again from the values it keeps.

An **outbox message** waits to be sent by letter, SMS or e-mail. Nothing is sent inside a request: a job hands each
message to the adapter of its channel, tries again when that fails, and keeps the error for the officer to read.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import Personal
from onestop.letters.choices import Channel, MessageState


class Printout(Personal):
    """One paper; `values` are what the template was filled with, so that a copy says the same."""

    reference = models.CharField(_("reference number"), max_length=20, unique=True)
    template = models.CharField(_("template"), max_length=60)
    template_version = models.CharField(_("version of the template"), max_length=12)
    language = models.CharField(_("language"), max_length=8)
    subject_kind = models.CharField(_("kind of record"), max_length=40)
    subject_id = models.CharField(_("record"), max_length=40)
    values = models.JSONField(_("what stands on it"))
    copies = models.PositiveSmallIntegerField(_("times printed"), default=0)
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("printed by")
    )

    class Meta:
        verbose_name = _("printout")
        verbose_name_plural = _("printouts")

    def __str__(self) -> str:
        return self.reference


class OutboxMessage(Personal):
    """One message to one person, waiting or sent; `recipient` is an address, a number in E.164 or an e-mail."""

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    recipient = models.CharField(_("recipient"), max_length=200)
    subject_kind = models.CharField(_("kind of record"), max_length=40)
    subject_id = models.CharField(_("record"), max_length=40)
    text = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    queued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("queued by")
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                name="message_sent_has_instant",
                condition=models.Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~models.Q(state=MessageState.SENT) & models.Q(sent_at__isnull=True)),
                violation_error_message=_("A message is sent exactly when it has the instant of sending."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
