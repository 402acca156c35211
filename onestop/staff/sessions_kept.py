"""What stood in a form that was sent after its session had ended: kept for its officer, for an hour, encrypted.

Nothing is sent by itself: after signing in, the officer finds the form as it was filled in and sends it again. The
form's idempotency key is kept with it, so that it is still done only once. Passwords and codes are never kept, files
cannot be.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest

from onestop.areas.clock import now
from onestop.areas.keys import uuid7
from onestop.staff.accounts_secrets import open_sealed, seal
from onestop.staff.models import KeptForm, Officer

__all__ = ["Kept", "forget", "keep", "kept_for"]

KEPT_FOR: Final = timedelta(hours=1)
LARGEST: Final = 1024 * 1024  # bytes of all fields together
MOST: Final = 20  # forms of one officer
_NEVER: Final = ("password", "csrfmiddlewaretoken")


@dataclass(frozen=True)
class Kept:
    """A kept form: where it was to go, on which page it stood, and its fields in their order."""

    id: UUID
    path: str
    page: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool

    @property
    def by_name(self) -> dict[str, list[str]]:
        """Every value of each name."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found


def keep(request: HttpRequest, officer_id: UUID) -> UUID | None:
    """Keep the posted fields for this officer; None when there is nothing to keep, or too much."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(word in name for word in _NEVER) and name != "code"
        for value in values
        if isinstance(value, str)
    ]
    text = json.dumps({"fields": fields, "had_files": bool(request.FILES)}, ensure_ascii=False).encode()
    if not fields or len(text) > LARGEST:
        return None
    key = uuid7()
    KeptForm.objects.create(
        id=key,
        officer_id=officer_id,
        path=request.get_full_path()[:2000],
        page=_page_of(request)[:2000],
        fields=seal(text, purpose=_purpose(officer_id, key)),
    )
    kept = KeptForm.objects.filter(officer_id=officer_id).order_by("-at").values_list("pk", flat=True)
    KeptForm.objects.filter(pk__in=list(kept[MOST:])).delete()
    return key


def kept_for(officer: Officer, key: UUID) -> Kept | None:
    """The kept form, if it is this officer's and its hour is not over."""
    row = KeptForm.objects.filter(pk=key, officer=officer, at__gt=now() - KEPT_FOR).first()
    if row is None:
        return None
    found = json.loads(open_sealed(row.fields, purpose=_purpose(officer.pk, row.pk)))
    return Kept(row.pk, row.path, row.page, tuple((name, value) for name, value in found["fields"]), found["had_files"])


def forget(officer: Officer, key: UUID) -> None:
    """The form has been sent."""
    KeptForm.objects.filter(pk=key, officer=officer).delete()


def forget_old() -> None:
    """Remove the forms whose hour is over."""
    KeptForm.objects.filter(at__lte=now() - KEPT_FOR).delete()


def _page_of(request: HttpRequest) -> str:
    """The page of ours on which the form stood: what the browser says it came from; '' when that is elsewhere."""
    from_ = urlsplit(request.META.get("HTTP_REFERER", ""))
    if from_.netloc != request.get_host() or not from_.path.startswith("/"):
        return ""
    query = f"?{from_.query}" if from_.query else ""
    return f"{from_.path}{query}"


def _purpose(officer_id: UUID, key: UUID) -> str:
    return f"kept form {officer_id} {key}"
