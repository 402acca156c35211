from django.apps import AppConfig


class AreasConfig(AppConfig):
    """The room of administrative units, the clock and the country pack."""

    name = "onestop.areas"
    label = "areas"
