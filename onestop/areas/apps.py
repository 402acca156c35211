"""The room's entry for Django."""

from importlib import import_module

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """The room of administrative units, the clock and the country pack."""

    name = "onestop.areas"
    label = "areas"

    def ready(self) -> None:
        """Register the system check of installation.py, which needs the models and so comes after them."""
        import_module("onestop.areas.installation")
