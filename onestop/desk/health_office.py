"""The looks beside the database: the journal's seals, the jobs, and the machine the office runs on."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.checks import Tags, run_checks
from django.db import connection
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.models import Installation
from onestop.desk import health
from onestop.desk.health import Finding, Look, State, ask
from onestop.journal.heads import keys_folder, last_ended
from onestop.journal.keys import KeyRefused, public_keys, signing_key
from onestop.journal.models import DayHead, Seal
from onestop.letters.paper import font_folders
from onestop.registry.sweeping import last_sweep
from onestop.ui.checks import unstyled_reason

__all__ = ["LOOKS", "disk_finding"]

LATE: Final = timedelta(minutes=5)  # a line waits a minute for its seal
QUEUE_LATE: Final = timedelta(minutes=10)
SWEEP_LATE: Final = timedelta(days=2)  # once a day, while the machine is on
HEARTBEAT: Final = timedelta(seconds=60)  # a worker's heart beats each ten
GIGABYTE: Final = 1024**3
BACKUP_WARN, BACKUP_FAIL = timedelta(days=2), timedelta(days=7)


def journal() -> Iterator[Finding]:
    """Lines without a seal, the last seal, yesterday's signed head, and the key."""
    ((waiting, oldest),) = ask("SELECT many, oldest FROM journal_unsealed()")
    last = Seal.objects.order_by("-seq").first()
    late = oldest is not None and clock.now() - oldest > LATE
    words = {
        "count": waiting,
        "at": f"{clock.local(last.at):%Y-%m-%d %H:%M}" if last else "–",
        "links": last.seq if last else 0,
    }
    yield Finding(
        "seals",
        _("Journal is sealed"),
        "fail" if late else "ok",
        _("%(count)d lines wait for their seal; %(links)d are sealed, the last at %(at)s") % words,
        _("See that the job worker runs (below); by hand: ./run onestop seal") if late else "",
    )
    yield from _heads()


def _heads() -> Iterator[Finding]:
    head, first = DayHead.objects.last(), Seal.objects.order_by("seq").first()
    yesterday = last_ended()
    begun = first is not None and clock.local(first.at).date() <= yesterday
    behind = begun and (head is None or head.day < yesterday)
    ahead = head is not None and head.day > yesterday
    yield Finding(
        "heads",
        _("Days are signed"),
        "fail" if behind or ahead else "ok",
        _("the last signed day is %(day)s") % {"day": head.day} if head else _("no day is over yet"),
        _("./run onestop seal; what it says is the reason")
        if behind
        else _("The clock was ahead when this day was signed. Set it right, and tell the office that keeps the heads.")
        if ahead
        else "",
    )
    try:
        key = signing_key(keys_folder())
    except KeyRefused:
        # before the first day is over there may be none yet: it is made with the first signature
        yield Finding(
            "key",
            _("Key of the journal"),
            "fail" if head else "warn",
            _("keys/journal.key is missing or cannot be read"),
            _(
                "Bring the folder keys/ back from the backup. If it is lost, ./run onestop prepare makes a new key: "
                "tell the office that keeps the heads."
            )
            if head
            else _("./run onestop prepare"),
        )
        return
    known = head is None or head.key == key.public.name or head.key in public_keys(keys_folder())
    yield Finding(
        "key",
        _("Key of the journal"),
        "ok" if known else "fail",
        _("public key %(name)s") % {"name": key.public.name}
        if known
        else _("the last day was signed with key %(old)s, which is not here") % {"old": head.key if head else ""},
        "" if known else _("Bring the folder keys/ back from the backup."),
    )


def jobs() -> Iterator[Finding]:
    """A worker is alive, nothing stands still in the queue, nothing failed in the last week."""
    ((beat,),) = ask("SELECT max(last_heartbeat) FROM procrastinate_workers")
    alive = beat is not None and clock.now() - beat < HEARTBEAT
    yield Finding(
        "worker",
        _("Job worker"),
        "ok" if alive else "fail",
        _("alive, its last sign at %(at)s") % {"at": f"{clock.local(beat):%H:%M:%S}"}
        if alive and beat
        else _("no sign of life since %(at)s") % {"at": f"{clock.local(beat):%Y-%m-%d %H:%M}" if beat else "–"},
        ""
        if alive
        else _("Start the service of the worker (HOWTO.md, Run on a server of your own); var/log/worker.log"),
    )
    ((waiting, since, stuck),) = ask(
        "SELECT count(*) FILTER (WHERE j.status = 'todo'), min(coalesce(j.scheduled_at, e.at))"
        " FILTER (WHERE j.status = 'todo' AND coalesce(j.scheduled_at, e.at) < now()),"
        " count(*) FILTER (WHERE j.status = 'doing'"
        "   AND (w.id IS NULL OR w.last_heartbeat < now() - interval '5 minutes'))"
        " FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
        " LEFT JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true"
        " WHERE j.status IN ('todo', 'doing')"
    )
    late = since is not None and clock.now() - since > QUEUE_LATE
    yield Finding(
        "queue",
        _("Queue of jobs"),
        "fail" if stuck or late else "ok",
        _("%(waiting)d wait, %(stuck)d stand still") % {"waiting": waiting, "stuck": stuck},
        _("Restart the worker; a job that stands still was begun by a worker that died") if stuck or late else "",
    )
    failed = ask(
        "SELECT j.task_name::text, count(*) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id"
        " AND e.type = 'failed' WHERE j.status = 'failed' AND e.at > now() - interval '7 days' GROUP BY 1 ORDER BY 1"
    )
    yield Finding(
        "failed",
        _("Jobs that failed this week"),
        "warn" if failed else "ok",
        ", ".join(f"{name} × {count}" for name, count in failed[:5]) or _("none"),
        _("The worker's log says why (var/log/worker.log)") if failed else "",
    )


def doubles() -> Iterator[Finding]:
    """People registered at two offices were looked for lately."""
    last, installed = last_sweep(), Installation.objects.first()
    since = last.begun_at if last else installed.created_at if installed else clock.now()
    late = clock.now() - since > SWEEP_LATE
    yield Finding(
        "doubles",
        _("People registered at two offices"),
        "warn" if late else "ok",
        _("looked for at %(at)s") % {"at": f"{clock.local(last.begun_at):%Y-%m-%d %H:%M}"}
        if last
        else _("not looked for yet"),
        _("See that the job worker runs (above); by hand: ./run onestop registry doubles") if late else "",
    )


def disk() -> Iterator[Finding]:
    """Room on the disk of everything made at run time."""
    usage = shutil.disk_usage(settings.VAR)
    yield disk_finding(free=usage.free, total=usage.total)


def disk_finding(*, free: int, total: int) -> Finding:
    """How full the disk is; a backup needs room for a copy of everything."""
    state: State = "fail" if free < GIGABYTE / 2 else "warn" if free < 2 * GIGABYTE or free < total / 20 else "ok"
    return Finding(
        "disk",
        _("Room on the disk"),
        state,
        _("%(free).1f of %(total).1f GB are free") % {"free": free / GIGABYTE, "total": total / GIGABYTE},
        ""
        if state == "ok"
        else _("Free some space (./run onestop tidy lists what restores kept), or move to a larger disk"),
    )


def backup() -> Iterator[Finding]:
    """When the last backup was written: config/backup.py leaves a note."""
    note = Path(settings.VAR) / "last-backup.json"
    title, do = _("Last backup"), _("./run onestop backup FILE, each night, and into another house (HOWTO.md)")
    try:
        made = datetime.fromisoformat(json.loads(note.read_text("utf-8"))["at"]).astimezone(UTC)
    except (OSError, ValueError, KeyError, TypeError):
        yield Finding("backup", title, "fail" if settings.MODE == "production" else "warn", _("none yet"), do)
        return
    age = clock.now() - made
    state: State = "fail" if age > BACKUP_FAIL else "warn" if age > BACKUP_WARN else "ok"
    yield Finding("backup", title, state, f"{clock.local(made):%Y-%m-%d %H:%M}", "" if state == "ok" else do)


def served() -> Iterator[Finding]:
    """Styles for the pages, fonts for the papers."""
    reason = unstyled_reason()
    yield Finding(
        "assets", _("Styles and fonts of the pages"), "fail" if reason else "ok", reason or _("built"),
        _("./run assets") if reason else "",
    )  # fmt: skip
    try:
        font_folders()
    except (FileNotFoundError, ModuleNotFoundError) as missing:
        yield Finding("fonts", _("Fonts of the papers"), "fail", str(missing), _("Remove .venv; ./run makes it anew"))
    else:
        yield Finding("fonts", _("Fonts of the papers"), "ok", _("there"))


def secrets() -> Iterator[Finding]:
    """The folder of keys is read by nobody else; settings that must not be in production are not."""
    loose = sorted(
        path.name
        for path in [keys_folder(), *keys_folder().glob("*")]
        if path.exists() and path.suffix != ".pub" and stat.S_IMODE(path.stat().st_mode) & 0o077
    )
    yield Finding(
        "keys",
        _("Keys are closed to others"),
        "fail" if loose else "ok",
        _("others may read: %(names)s") % {"names": ", ".join(loose)} if loose else _("only their owner reads them"),
        _("chmod 0700 on the folder keys/, 0600 on each file in it") if loose else "",
    )
    faults = list(_settings()) if settings.MODE == "production" else []
    yield Finding(
        "settings",
        _("Settings"),
        "fail" if faults else "ok",
        "; ".join(faults) if faults else _("mode: %(mode)s") % {"mode": settings.MODE},
        _("HOWTO.md, All settings") if faults else "",
    )


def _settings() -> Iterator[str]:
    """What must not be in production; Django's own deployment checks among it."""
    if settings.DEBUG:
        yield _("ONESTOP_DEBUG is on")
    if not settings.HTTPS:
        yield _("HTTPS is off")
    if {"*", "127.0.0.1", "localhost"} & set(settings.ALLOWED_HOSTS):
        yield _("ONESTOP_HOSTS does not name the site")
    if len(settings.SECRET_KEY) < 50:
        yield _("the secret key is too short")
    if "DATABASE_OWNER_URL" in os.environ and settings.PROCESS in {"web", "worker"}:
        yield _("DATABASE_OWNER_URL is known to the %(process)s") % {"process": settings.PROCESS}
    if not connection.settings_dict["PASSWORD"] and not str(connection.settings_dict["HOST"]).startswith("/"):
        yield _("the database asks for no password")
    yield from (str(found.id) for found in run_checks(tags=[Tags.security], include_deployment_checks=True))


# In the order of the page: what keeps people's data apart first
LOOKS: Final[list[Look]] = [
    health.database,
    health.walls,
    health.roles,
    health.history,
    journal,
    jobs,
    doubles,
    disk,
    backup,
    health.migrations,
    secrets,
    served,
    health.clocks,
]
