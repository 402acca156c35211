"""A form is done once: its hidden key is claimed in the action's own transaction.

Two sendings at the same moment: the second waits at the key's unique index until the first has committed, and is led to
its result; had the first failed, the second does the work. It waits longer than for other locks: an impatient click on
a form that takes its time must not be told that nothing was saved.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from onestop.areas.clock import now
from onestop.journal.models import Idempotency

__all__ = ["claim", "forget", "keep", "release"]

KEPT: Final = timedelta(days=7)  # a form left open over a week is filled in anew
PATIENCE: Final = 12  # lock timeouts: a minute on the web


def claim(key: UUID, *, officer: UUID, path: str) -> str | None:
    """Take the key for this form. None: it is ours; else where the first sending led ('' when it led nowhere).

    Raises PermissionDenied when the key belongs to another officer or another form.
    """
    waited = 0
    while True:
        try:
            if _taken(key, officer=officer, path=path):
                return None
            break
        except OperationalError as error:
            waited += 1
            if waited == PATIENCE or not isinstance(error.__cause__, LockNotAvailable):
                raise
    first = Idempotency.objects.get(key=key)
    if first.officer_id != officer or first.path != path:
        raise PermissionDenied(_("This form was already used elsewhere. Open the page again and fill it in once more."))
    return first.result_url


@transaction.atomic
def _taken(key: UUID, *, officer: UUID, path: str) -> bool:
    """Write the key; False when it is there already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_idempotency (key, officer_id, path, result_url, at) VALUES (%s, %s, %s, '', %s)"
            " ON CONFLICT (key) DO NOTHING",
            [key, officer, path, now()],
        )
        return bool(cursor.rowcount)


def keep(key: UUID, result_url: str) -> None:
    """Remember where the form led."""
    Idempotency.objects.filter(key=key).update(result_url=result_url)


def release(key: UUID) -> None:
    """Give the key back: nothing was written."""
    Idempotency.objects.filter(key=key).delete()


def forget() -> int:
    """Remove the keys of forms sent more than a week ago; how many. Each is a row that nothing else refers to."""
    many, _by_model = Idempotency.objects.filter(at__lt=now() - KEPT).delete()
    return many
