"""How an officer gets in, and what is remembered of it.

An **Account** holds what signing in needs beside the officer's password: until when a first password is valid, the
second factor (its secret encrypted), why the account is suspended. A **RecoveryCode** opens the door once when the
telephone is lost. An **OfficerSession** is one browser that is or was signed in. A **KnownDevice** is a browser from
which an officer has signed in before: strangers' guesses do not slow it down. A **SignInThrottle** counts wrong guesses
of one account from one place. A **KeptForm** is what stood in a form that was sent after the session had ended.

None of these carries a unit, so none stands behind the walls: they are read before there is a scope, each only by its
officer or by who manages the account (accounts.py). Secrets and kept forms are encrypted (accounts_secrets.py).
"""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now
from onestop.areas.keys import uuid7
from onestop.areas.models import Keyed
from onestop.staff.models.officers import Officer

__all__ = ["Account", "KeptForm", "KnownDevice", "OfficerSession", "RecoveryCode", "SignInThrottle"]

# How long a device or a network counts as usual after the last sign-in there
USUAL_FOR: Final = timedelta(days=90)
# An ended session is remembered so long: to know whose half-filled form it is that comes late
REMEMBERED_FOR: Final = timedelta(days=7)


class Account(Keyed):
    """What signing in needs of an officer beside the password."""

    officer = models.OneToOneField(Officer, models.PROTECT, related_name="account", verbose_name=_("officer"))
    password_set_at = models.DateTimeField(null=True, blank=True)
    # A password another has seen: valid until then, and to be changed at the first sign-in
    first_password_until = models.DateTimeField(null=True, blank=True)
    totp_secret = models.BinaryField(null=True, blank=True, editable=False)
    totp_since = models.DateTimeField(null=True, blank=True)
    # The last time step whose code was used: a code opens the door once
    totp_step = models.BigIntegerField(default=0)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    suspended_because = models.CharField(_("reason"), max_length=400, blank=True, default="")

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                name="staff_account_factor_whole",
                condition=models.Q(totp_since=None, totp_secret=None)
                | models.Q(totp_since__isnull=False, totp_secret__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def has_second_factor(self) -> bool:
        """True once a code of the officer's telephone has been seen."""
        return self.totp_since is not None

    @property
    def has_first_password(self) -> bool:
        """True as long as the password is the one somebody else handed over."""
        return self.first_password_until is not None


class RecoveryCode(Keyed):
    """A code on paper that stands in for the telephone, once. Only its digest is kept."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, db_collation="C", editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="staff_recoverycode_once")]

    def __str__(self) -> str:
        return str(self.pk)


class OfficerSessionQuerySet(models.QuerySet["OfficerSession"]):
    """Sessions in the office's words."""

    def running(self) -> Self:
        """Signed in and neither ended nor timed out."""
        return self.filter(officer__isnull=False, ended_at=None, expires_at__gt=now())


class OfficerSession(models.Model):
    """A browser's session. The cookie's key is kept as its digest: who reads the table cannot step into a session."""

    id = models.CharField(primary_key=True, max_length=64, db_collation="C", editable=False)
    data = models.TextField(blank=True, editable=False)
    officer = models.ForeignKey(Officer, models.CASCADE, null=True, related_name="sessions", editable=False)
    began_at = models.DateTimeField(default=now, editable=False)
    seen_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    browser = models.CharField(max_length=60, blank=True, editable=False)
    network = models.CharField(max_length=60, blank=True, editable=False)
    # How one refers to a session in an address: the digest itself stays inside
    number = models.UUIDField(unique=True, default=uuid7, editable=False)

    objects = OfficerSessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["officer", "-seen_at"], name="staff_session_officer"),
            models.Index(fields=["expires_at"], name="staff_session_expires"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def until(self, seen: datetime) -> datetime:
        """When the session ends if nobody uses it after this instant: idle or, at the latest, absolute time-out."""
        return min(seen + settings.SESSION_IDLE, self.began_at + settings.SESSION_LONGEST)


class KnownDevice(Keyed):
    """A browser, by the digest of its cookie, from which an officer has signed in."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="+", editable=False)
    digest = models.CharField(max_length=64, db_collation="C", editable=False)
    network = models.CharField(max_length=60, blank=True, db_collation="C", editable=False)
    last_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "digest"], name="staff_knowndevice_once")]
        indexes = [models.Index(fields=["digest"], name="staff_knowndevice_digest")]

    def __str__(self) -> str:
        return str(self.pk)


class SignInThrottle(models.Model):
    """Wrong guesses of one account from one place. The key is a keyed digest: no typed name is kept."""

    key = models.CharField(primary_key=True, max_length=64, db_collation="C", editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    refused = models.PositiveIntegerField(default=0, editable=False)
    next_at = models.DateTimeField(editable=False)
    last_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="staff_throttle_last")]

    def __str__(self) -> str:
        return self.key[:12]


class KeptForm(Keyed):
    """The fields of a form that came after the session had ended, encrypted, for its officer only and for an hour."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="+", editable=False)
    path = models.CharField(max_length=2000, editable=False)
    page = models.CharField(max_length=2000, blank=True, editable=False)
    fields = models.BinaryField(editable=False)
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["at"], name="staff_keptform_at")]

    def __str__(self) -> str:
        return str(self.pk)
