"""The one way in which setting up makes an account."""

from onestop.staff import accounts
from onestop.staff.models import Office, Officer

__all__ = ["open_account"]


def open_account(
    *, username: str, name_km: str, name_latin: str, office: Office, language: str, by: Officer
) -> tuple[Officer, str]:
    """A new account, and the first password to hand over, which is kept nowhere and soon expires."""
    return accounts.make(
        username=username, name_km=name_km, name_latin=name_latin, office=office, language=language, by=by
    )
