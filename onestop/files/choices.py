"""The verbs this room records."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare

STORED: Final = declare("files.stored", _("{officer} added a paper or photo: {subject}."))
OPENED: Final = declare("files.opened", _("{officer} opened the paper or photo {subject}."))
