"""This room's lines in the journal."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare

# The subject of these lines is the person or household; the note begins with the programme's code.
ENROLLED: Final = declare("enrolments.enrolled", _("{officer} enrolled {subject} in a programme: {note}."))
ENDED: Final = declare("enrolments.ended", _("{officer} ended the enrolment of {subject}: {note}."))
VOIDED: Final = declare("enrolments.voided", _("{officer} voided an enrolment of {subject}: {note}."))
PILOT_LOADED: Final = declare(
    "enrolments.pilot_loaded", _("{officer} loaded the invented people of the pilot: {note}.")
)
