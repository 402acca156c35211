"""What the journal says about officers."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare

SIGNED_IN: Final = declare("staff.signed_in", _("{officer} signed in."))
SIGNED_OUT: Final = declare("staff.signed_out", _("{officer} signed out."))
TRANSFERRED: Final = declare("transferred", _("{officer} moved a place to another code. {note}"))
