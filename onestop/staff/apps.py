from django.apps import AppConfig


class StaffConfig(AppConfig):
    """The room of officers, offices, roles and scopes."""

    name = "onestop.staff"
    label = "staff"
