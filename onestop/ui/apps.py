"""The lowest room: how every page looks, and the machinery of both languages."""

from django.apps import AppConfig
from django.core.checks import register

from onestop.ui.checks import assets_present, slots_resolve


class UiConfig(AppConfig):
    """Registers the checks that refuse a start without styles or with a slot that leads nowhere."""

    name = "onestop.ui"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Register the checks once the settings are read."""
        register(assets_present)
        register(slots_resolve)
