"""The lowest room: how every page looks, and the machinery of both languages."""

from django.apps import AppConfig
from django.conf.locale import LANG_INFO
from django.core.checks import register

from onestop.ui.checks import assets_present, slots_resolve
from onestop.ui.formats import khmer


class UiConfig(AppConfig):
    """Registers the checks that refuse a start without styles or with a slot that leads nowhere."""

    name = "onestop.ui"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Register the checks once the settings are read; correct Django's own name for Khmer, which is in English."""
        LANG_INFO["km"] = {**LANG_INFO["km"], "name_local": khmer.LANGUAGE_NAME}
        register(assets_present, deploy=True)  # for `check --deploy`; wsgi refuses by itself, commands need no styles
        register(slots_resolve)
