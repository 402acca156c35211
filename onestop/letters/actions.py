"""Printing a paper, and putting a message into the outbox."""

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.numbers import check_digit
from onestop.journal.actions import record
from onestop.journal.queries import officer_number
from onestop.letters import paper
from onestop.letters.choices import PRINTED, QUEUED, Channel
from onestop.letters.models import OutboxMessage, Printout
from onestop.staff.models import Officer


@transaction.atomic
def print_paper(
    template: str,
    values: dict[str, object],
    *,
    subject_kind: str,
    subject_id: str,
    unit_code: str,
    by: Officer,
    language: str = "",
) -> tuple[Printout, bytes]:
    """Make a new paper: its row and its PDF."""
    printout = Printout.objects.create(
        reference=next_reference(),
        template=template,
        template_version=paper.version(template),
        language=language or translation.get_language() or "km",
        subject_kind=subject_kind,
        subject_id=subject_id,
        unit_code=unit_code,
        values=values,
        printed_by=by,
    )
    return printout, print_again(printout, by=by)


@transaction.atomic
def print_again(printout: Printout, *, by: Officer) -> bytes:
    """The PDF of a paper; from the second time on it is marked as a copy.

    A paper whose values say `is_handed_over` is for the person it is about; every other one is the office's own.
    """
    locked = Printout.objects.select_for_update().get(pk=printout.pk)
    locked.copies += 1
    locked.save(update_fields=["copies"])
    printout.copies = locked.copies
    record(PRINTED, by=by, subject=locked, note=f"{locked.template} {locked.reference} × {locked.copies}")
    with translation.override(locked.language):
        return paper.pdf(
            locked.template,
            locked.values,
            reference=locked.reference,
            copy=locked.copies,
            language=locked.language,
            stamp=handed_over_stamp(by) if locked.values.get("is_handed_over") else stamp(by),
        )


def stamp(by: Officer) -> str:
    """Office, officer and day, and that the paper holds personal data."""
    office = f"{by.office.name} · " if by.office else ""
    return _("%(office)s%(officer)s · %(day)s · personal data: keep it locked away") % {
        "office": office,
        "officer": by.name,
        "day": clock.today().isoformat(),
    }


def handed_over_stamp(by: Officer) -> str:
    """The same of a paper that is given away: the officer by number (decisions/017), and whose the paper is now."""
    office = f"{by.office.name} · " if by.office else ""
    return _("%(office)s%(officer)s · %(day)s · this paper is yours: keep it with your own papers") % {
        "office": office,
        "officer": officer_number(by.pk),
        "day": clock.today().isoformat(),
    }


def next_reference() -> str:
    """A number nobody else has, with its check digit: year, running number, digit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('letters_reference')")
        (number,) = cursor.fetchone()
    serial = f"{clock.today():%Y}{number:06d}"
    return f"{serial[:4]}-{serial[4:]}-{check_digit(int(serial))}"


@transaction.atomic
def queue_message(
    channel: Channel, recipient: str, text: str, *, subject_kind: str, subject_id: str, unit_code: str, by: Officer
) -> OutboxMessage:
    """Put one message into the outbox; a job sends it after this transaction is committed."""
    message = OutboxMessage.objects.create(
        channel=channel,
        recipient=recipient,
        text=text,
        subject_kind=subject_kind,
        subject_id=subject_id,
        unit_code=unit_code,
        queued_by=by,
    )
    record(QUEUED, by=by, subject=message)
    return message
