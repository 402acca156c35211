"""States of a request for help, and what the journal says about officers and their work."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare

SIGNED_IN: Final = declare("staff.signed_in", _("{officer} signed in."))
SIGNED_IN_BY_RECOVERY: Final = declare(
    "staff.signed_in_by_recovery", _("{officer} signed in with a recovery code. {note}")
)
SIGN_IN_WRONG: Final = declare("staff.sign_in_wrong", _("Somebody gave a wrong password for {subject}. {note}"))
SIGN_IN_CODE_WRONG: Final = declare(
    "staff.sign_in_code_wrong", _("Somebody gave the password and a wrong code for {subject}. {note}")
)
SIGN_IN_UNKNOWN: Final = declare("staff.sign_in_unknown", _("Somebody tried a name that no account has. {note}"))
SIGNED_OUT: Final = declare("staff.signed_out", _("{officer} signed out."))
# accounts
ACCOUNT_MADE: Final = declare("staff.account_made", _("{officer} made the account {subject}."))
ACCOUNT_CHANGED: Final = declare("staff.account_changed", _("{officer} changed names or office of {subject}. {note}"))
ACCOUNT_SUSPENDED: Final = declare("staff.account_suspended", _("{officer} suspended the account {subject}. {note}"))
ACCOUNT_REOPENED: Final = declare("staff.account_reopened", _("{officer} reopened the account {subject}. {note}"))
FIRST_PASSWORD_GIVEN: Final = declare("staff.first_password_given", _("{officer} gave {subject} a first password."))
PASSWORD_CHANGED: Final = declare("staff.password_changed", _("{officer} chose a new password."))
FACTOR_SET: Final = declare("staff.factor_set", _("{officer} set up a second factor."))
FACTOR_REMOVED: Final = declare("staff.factor_removed", _("{officer} removed the second factor of {subject}. {note}"))
CODES_RENEWED: Final = declare("staff.codes_renewed", _("{officer} made new recovery codes."))
SESSIONS_ENDED: Final = declare("staff.sessions_ended", _("{officer} ended sessions of {subject}. {note}"))
TRANSFERRED: Final = declare("transferred", _("{officer} moved a place to another code. {note}"))

# work
TAKEN: Final = declare("work.taken", _("{officer} took {subject} on."))
PUT_BACK: Final = declare("work.put_back", _("{officer} gave {subject} back to the office."))
HANDED: Final = declare("work.handed", _("{officer} handed {subject} to another officer. {note}"))
HANDED_OVER: Final = declare("work.handed_over", _("{officer} handed over the open work of {subject}. {note}"))
AWAY: Final = declare("work.away", _("{officer} noted an absence of {subject}. {note}"))
BACK: Final = declare("work.back", _("{officer} ended an absence of {subject}. {note}"))
SAME_HUMAN: Final = declare("staff.same_human", _("{officer} noted that one human has {subject} and another account."))
OTHER_HUMAN: Final = declare(
    "staff.other_human", _("{officer} noted that {subject} is another human's account. {note}")
)


class HelpState(models.TextChoices):
    """Where a request for help stands."""

    ASKED = "asked", _("asked")
    ANSWERED = "answered", _("answered")
    REOPENED = "reopened", _("asked again")
    CLOSED = "closed", _("closed")
