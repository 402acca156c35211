from django.apps import AppConfig


class JournalConfig(AppConfig):
    """The room of the journal, the history of rows and their seals."""

    name = "onestop.journal"
    label = "journal"
