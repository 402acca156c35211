"""The room's entry for Django."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """The room of persons, households and the answers they gave."""

    name = "onestop.registry"
    label = "registry"
