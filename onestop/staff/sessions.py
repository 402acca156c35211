"""The session store of Django, in the table of `OfficerSession` (SESSION_ENGINE).

It differs from Django's in four things: the cookie's key is kept as a digest; the row knows its officer, browser and
times; a session ends after half an hour without use and after ten hours at the latest (SESSION_IDLE, SESSION_LONGEST);
and an ended session is remembered for a week, emptied, so that a half-filled form sent too late finds its officer.
"""

import hashlib
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, models, transaction

from onestop.areas.clock import now
from onestop.staff.models import Officer, OfficerSession
from onestop.staff.models.accounts import REMEMBERED_FOR

__all__ = ["SessionStore", "digest_of", "end_sessions"]

_TOUCH: Final = timedelta(minutes=1)  # a page is no write; using the site for a minute is


def digest_of(key: str) -> str:
    """Under what a session's key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()


def end_sessions(sessions: "models.QuerySet[OfficerSession]") -> int:
    """End the sessions now; returns how many were running."""
    running = sessions.filter(ended_at=None, expires_at__gt=now())
    return running.update(ended_at=now(), data="")


class SessionStore(SessionBase):
    """A session of one browser. `row` is what was read; `past` an officer's session that had ended before."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: OfficerSession | None = None
        self.past: OfficerSession | None = None

    def load(self) -> dict[str, Any]:
        """The data; nothing, and `past`, when the session has ended or timed out."""
        row = OfficerSession.objects.filter(pk=digest_of(self.session_key or "")).first()
        if row is None or row.ended_at is not None or row.expires_at <= now():
            self.past = row if row is not None and row.officer_id else None
            self._session_key = None
            return {}
        self.row = row
        data: dict[str, Any] = self.decode(row.data)
        return data

    def is_empty(self) -> bool:
        """Django removes the cookie of an empty session; that of a timed-out one stays until somebody signs in."""
        return bool(super().is_empty()) and self.past is None

    def exists(self, session_key: str) -> bool:
        return OfficerSession.objects.filter(pk=digest_of(session_key)).exists()

    def create(self) -> None:
        """A new session under a new key."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the data. Raises UpdateError when the session was ended meanwhile: it does not come back to life."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        officer = UUID(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        key, text = digest_of(self.session_key), self.encode(data)
        if not must_create:
            if not OfficerSession.objects.filter(pk=key, ended_at=None).update(data=text, officer_id=officer):
                raise UpdateError
            return
        row = OfficerSession(pk=key, data=text, officer_id=officer)
        row.expires_at = row.until(row.seen_at)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise CreateError from error
        self.row, self.past = row, None

    def delete(self, session_key: str | None = None) -> None:
        """End the session: an officer's is remembered without its data, nobody's is forgotten."""
        key = session_key or self.session_key
        if key is None:
            return
        found = OfficerSession.objects.filter(pk=digest_of(key))
        end_sessions(found.filter(officer__isnull=False))
        found.filter(officer=None).delete()

    def touch(self) -> None:
        """The officer is at work: the idle time begins anew."""
        row, at = self.row, now()
        if row is not None and at - row.seen_at > _TOUCH:
            row.seen_at, row.expires_at = at, row.until(at)
            OfficerSession.objects.filter(pk=row.pk, ended_at=None).update(seen_at=at, expires_at=row.expires_at)

    def describe(self, *, browser: str, network: str) -> None:
        """Remember from where the session was begun."""
        if self.session_key:
            OfficerSession.objects.filter(pk=digest_of(self.session_key)).update(browser=browser, network=network)

    @classmethod
    def clear_expired(cls) -> None:
        """Forget what ended more than a week ago, and at once what nobody was signed in to."""
        OfficerSession.objects.filter(expires_at__lt=now() - REMEMBERED_FOR).delete()
        OfficerSession.objects.filter(officer=None, expires_at__lt=now()).delete()


def sessions_of(officer: Officer) -> "models.QuerySet[OfficerSession]":
    """The officer's running sessions, the last used first."""
    return OfficerSession.objects.filter(officer=officer).running().order_by("-seen_at")
