"""What the journal says about officers."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare

SIGNED_IN: Final = declare("staff.signed_in", _("{officer} signed in."))
SIGNED_OUT: Final = declare("staff.signed_out", _("{officer} signed out."))
TRANSFERRED: Final = declare("transferred", _("{officer} moved a place to another code. {note}"))

# The password of every officer of the demonstration; the demo prints it. Refused outside a demonstration's database.
DEMO_PASSWORD: Final = "angkor-chum-2014"  # noqa: S105
