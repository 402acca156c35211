from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules

from onestop.journal.sources import check_slot


class JournalConfig(AppConfig):
    """The room of the journal, the history of rows and their seals."""

    name = "onestop.journal"
    label = "journal"

    def ready(self) -> None:
        """Read the verbs of every room (choices.py, verbs.py, the table of workflow.py).

        A page or a command may show a line whose room it never calls.
        """
        autodiscover_modules("choices", "verbs", "workflow")
        register(check_slot)
