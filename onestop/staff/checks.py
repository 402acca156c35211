"""Check at start: the slot of tasks and the tasks of the country pack lead somewhere."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from onestop.areas.country import PackRefused
from onestop.staff.tasks import TaskSource, packed_tasks
from onestop.ui.context import address

__all__ = ["tasks_resolve"]

HINT = "A kind of task is a TaskSource in a room's tasks.py (onestop/staff/tasks.py says how)."


def tasks_resolve(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """onestop_staff.E003: an entry of TASK_SOURCES, or a task of the pack, that leads nowhere or stands twice."""
    errors: list[CheckMessage] = []

    def wrong(text: str) -> None:
        errors.append(Error(text, hint=HINT, id="onestop_staff.E003"))

    found: dict[str, TaskSource] = {}
    for path in settings.TASK_SOURCES:
        try:
            source = import_string(path)
        except (ImportError, ImproperlyConfigured) as error:
            wrong(f"TASK_SOURCES names {path}, which cannot be loaded: {error}")
            continue
        if not isinstance(source, TaskSource):
            wrong(f"TASK_SOURCES names {path}, which is no kind of task but a {type(source).__name__}.")
        elif source.key in found:
            wrong(f"TASK_SOURCES names {path}, but another entry has its key '{source.key}' already.")
        else:
            found[source.key] = source
            for page in (source.url, source.handed_url):
                if page and not address(page):
                    wrong(f"TASK_SOURCES: the task {source.key} names the page {page}, which does not exist.")
    try:
        packed = packed_tasks()
    except PackRefused as refused:
        wrong(str(refused))
        packed = {}
    for task in packed.values():
        if task.source and task.source not in found:
            wrong(f"tasks.yaml: the task {task.key} is counted by '{task.source}', which no entry of TASK_SOURCES is.")
        if task.page and not address(task.page):
            wrong(f"tasks.yaml: the task {task.key} names the page {task.page}, which does not exist.")
    return errors
