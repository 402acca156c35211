from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register


class StaffConfig(AppConfig):
    """The room of officers, offices, roles and scopes."""

    name = "onestop.staff"
    label = "staff"

    def ready(self) -> None:
        """Every start asks for tasks that lead nowhere, `check --deploy` for what a real office must not start with."""
        checks = import_module("onestop.staff.signing_in_checks")  # models load only now
        import_module("onestop.staff.help")  # its table declares verbs, which commands tell as well
        register(import_module("onestop.staff.checks").tasks_resolve)
        register(checks.settings_are_safe, Tags.security, deploy=True)
        register(checks.accounts_are_real, Tags.database, deploy=True)
