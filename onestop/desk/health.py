"""Is this installation healthy? Each look gives one line: what, how it stands, what was found, what to do.

    for finding in examined():
        …

Looks that ask the database only about itself, its walls, roles and migrations stand here; the journal's, the jobs' and
the machine's in health_office.py. None reads a row about a person, none changes anything, and a look that breaks is a
finding too: a doctor who falls ill at the patient's bed has still found something.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.installation import InstallationRefused, check
from onestop.areas.versions import VERSION
from onestop.areas.walls import APP, DOOR, Wall
from onestop.journal.history import Track

__all__ = ["Finding", "Look", "examined", "worst"]

State = Literal["ok", "warn", "fail"]
OWNER: Final = "onestop_owner"
_RANK: Final = {"ok": 0, "warn": 1, "fail": 2}


@dataclass(frozen=True)
class Finding:
    """One line of the examination. `do` is empty where nothing is to be done."""

    code: str
    title: str
    state: State
    found: str
    do: str = ""


Look = Callable[[], Iterator[Finding]]


def examined(looks: "list[Look]") -> list[Finding]:
    """All findings, in the order of the looks."""
    return [finding for look in looks for finding in _one(look)]


def worst(findings: list[Finding]) -> State:
    """How the installation stands as a whole."""
    return max((finding.state for finding in findings), key=_RANK.__getitem__, default="ok")


def _one(look: Look) -> list[Finding]:
    try:
        if not connection.in_atomic_block:
            return list(look())
        with transaction.atomic():  # on a page: a statement that fails must not take the others along
            return list(look())
    except Exception as broken:  # noqa: BLE001  (whatever it is, it is a finding, told with its own words)
        return [
            Finding(
                look.__name__,
                _("The look “%(look)s” could not be made") % {"look": look.__name__},
                "fail",
                str(broken).strip().splitlines()[0][:300] if str(broken).strip() else type(broken).__name__,
                _("Mend what it says first. The logs say more: the folder log/ of run time."),
            )
        ]


def ask(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """All rows of a statement about the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def database() -> Iterator[Finding]:
    """The server's version, the database's locale, and whether Khmer is searched in it."""
    ((version, number, provider, locale, encoding, name),) = ask(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int, d.datlocprovider::text,"
        " d.datlocale, pg_encoding_to_char(d.encoding), d.datname FROM pg_database d"
        " WHERE d.datname = current_database()"
    )
    yield Finding(
        "database",
        _("Database server"),
        "ok" if number >= 170000 else "fail",
        _("PostgreSQL %(version)s, database %(name)s") % {"version": version, "name": name},
        "" if number >= 170000 else _("Upgrade the server to PostgreSQL 17 or newer."),
    )
    is_ours = (provider, locale, encoding) == ("b", "C.UTF-8", "UTF8")
    providers = {"b": "builtin", "c": "libc", "i": "icu"}
    yield Finding(
        "locale",
        _("Locale of the database"),
        "ok" if is_ours else "fail",
        f"{providers.get(provider, provider)} {locale or ''} {encoding}",
        "" if is_ours else _("Make the database anew with config/roles.sql and bring a backup back into it."),
    )
    # 'kaMpong' and the same with one sign more: letters to the trigrams, and alike
    ((trigrams, alike),) = ask("SELECT cardinality(show_trgm(%s)), similarity(%s, %s)", *_KHMER)
    works = trigrams > 3 and alike > 0.3
    yield Finding(
        "khmer",
        _("Khmer is searched"),
        "ok" if works else "fail",
        _("A Khmer word gives %(count)d parts to search by") % {"count": trigrams},
        "" if works else _("Make the database anew with config/roles.sql and bring a backup back into it."),
    )


_KHMER: Final = (
    "\u1780\u17c6\u1796\u1784\u17cb",
    "\u1780\u17c6\u1796\u1784\u17cb",
    "\u1780\u17c6\u1796\u1784\u17cb\u1790\u17c6",
)


def walls() -> Iterator[Finding]:
    """Every table our migrations put behind a wall still stands there, and every policy asks for the scope."""
    wanted = sorted({one.table for one in _operations(Wall)})
    stand = {
        name: (enabled and forced, policies)
        for name, enabled, forced, policies in ask(
            "SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity,"
            " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive) FROM pg_class c"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        )
    }
    # an INSERT may be written about a place outside the scope, but always in the name of its officer
    open_policies = {
        f"{table}.{policy}"
        for table, policy in ask(
            "SELECT tablename::text, policyname::text FROM pg_policies WHERE schemaname = 'public'"
            " AND permissive = 'PERMISSIVE' AND concat(qual, with_check) NOT LIKE '%%onestop.%%'"
        )
    }
    down = [name for name in wanted if name in stand and (not stand[name][0] or not stand[name][1])]
    faults = [*down, *sorted(open_policies)]
    yield Finding(
        "walls",
        _("Walls on personal tables"),
        "fail" if faults else "ok",
        _("Open: %(tables)s") % {"tables": ", ".join(faults[:8])}
        if faults
        else _("%(count)d tables behind forced walls") % {"count": len([name for name in wanted if name in stand])},
        _(
            "Take the site offline now. Somebody changed the walls by hand: compare with the migrations, put the wall "
            "back as the owner (onestop/areas/walls.py), and look in the journal at what was read since."
        )
        if faults
        else "",
    )
    doors = ask(
        "SELECT p.proname::text FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.prosecdef"
        " AND p.pronamespace = 'public'::regnamespace AND (r.rolname <> %s OR p.proconfig IS NULL"
        " OR NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=pg_catalog%%')"
        " OR has_function_privilege('public', p.oid, 'EXECUTE'))",
        DOOR,
    )
    names = ", ".join(sorted(name for (name,) in doors))
    yield Finding(
        "doors",
        _("Functions that look over the walls"),
        "fail" if doors else "ok",
        _("Not as the door's are: %(names)s") % {"names": names} if doors else _("all belong to the door"),
        _("Drop them, or give them back to onestop_door with a fixed search_path.") if doors else "",
    )


def history() -> Iterator[Finding]:
    """The triggers that write history and refuse changes of the journal are there and switched on."""
    wanted = {(one.table, f"history_{event}") for one in _operations(Track) for event in ("insert", "update", "delete")}
    wanted |= {(table, "only_added") for table in _ONLY_ADDED} | {(table, "never_emptied") for table in _ONLY_ADDED}
    wanted -= {(table, name) for one in _operations(RunSQL) for name, table in _DROPPED.findall(str(one.sql))}
    tables = {name for (name,) in ask("SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace")}
    on = set(
        ask(
            "SELECT c.relname::text, t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
        )
    )
    missing = sorted(f"{table}.{name}" for table, name in wanted - on if table in tables)
    yield Finding(
        "history",
        _("Triggers of history and journal"),
        "fail" if missing else "ok",
        _("Missing or switched off: %(names)s") % {"names": ", ".join(missing[:6])}
        if missing
        else _("%(count)d triggers are on") % {"count": len(wanted)},
        _("As the owner: ALTER TABLE … ENABLE TRIGGER … ; then ./run onestop verify-audit --heads FILE")
        if missing
        else "",
    )


_DROPPED: Final = re.compile(r"DROP TRIGGER (\w+) ON (\w+)")  # by a migration, with its reason
_ONLY_ADDED: Final = ("journal_journalentry", "journal_rowhistory", "journal_seal", "journal_dayhead")


def roles() -> Iterator[Finding]:
    """The application role stands behind the walls and cannot write history; owner and door are as they must be."""
    have = {row[0]: row[1:] for row in ask(
        "SELECT rolname::text, rolsuper, rolbypassrls, rolcreatedb OR rolcreaterole OR rolreplication, rolcanlogin"
        " FROM pg_roles WHERE rolname IN (%s, %s, %s)", APP, OWNER, DOOR)}  # fmt: skip
    faults = [_("the role %(role)s is missing") % {"role": role} for role in (APP, OWNER, DOOR) if role not in have]
    if APP in have:
        faults += list(_application(*have[APP]))
    if OWNER in have and (have[OWNER][0] or not have[OWNER][1]):
        faults.append(_("%(role)s must have BYPASSRLS and be no superuser") % {"role": OWNER})
    if DOOR in have and (have[DOOR][0] or have[DOOR][3]):
        faults.append(_("%(role)s must be no superuser, and nobody may sign in as it") % {"role": DOOR})
    ((user,),) = ask("SELECT current_user::text")
    yield Finding(
        "roles",
        _("Roles of the database"),
        "fail" if faults else "ok",
        "; ".join(faults) if faults else _("signed in as %(role)s, which stands behind the walls") % {"role": user},
        _("Put the roles right as config/roles.sql makes them.") if faults else "",
    )


def _application(is_super: bool, bypasses: bool, makes: bool, signs_in: bool) -> Iterator[str]:
    if is_super or bypasses:
        yield _("%(role)s passes the walls") % {"role": APP}
    if makes:
        yield _("%(role)s may make databases or roles") % {"role": APP}
    if not signs_in:
        yield _("%(role)s cannot sign in") % {"role": APP}
    ((owned, member, creates),) = ask(
        "SELECT (SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = %s"
        "        AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relnamespace = 'public'::regnamespace),"
        " EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s),"
        " has_schema_privilege(%s, 'public', 'CREATE')",
        APP, APP, APP,
    )  # fmt: skip
    if owned:
        yield _("%(role)s owns %(count)d tables") % {"role": APP, "count": owned}
    if member:
        yield _("%(role)s belongs to another role") % {"role": APP}
    if creates:
        yield _("%(role)s may make tables") % {"role": APP}
    written = ask(
        "SELECT DISTINCT t.name FROM (VALUES ('journal_rowhistory', 'INSERT'), ('journal_seal', 'INSERT'),"
        " ('journal_journalentry', 'UPDATE'), ('journal_rowhistory', 'UPDATE'), ('journal_seal', 'UPDATE'),"
        " ('journal_dayhead', 'UPDATE'), ('journal_journalentry', 'DELETE'), ('journal_rowhistory', 'DELETE'),"
        " ('journal_seal', 'DELETE'), ('journal_dayhead', 'DELETE'), ('journal_journalentry', 'TRUNCATE'),"
        " ('journal_rowhistory', 'TRUNCATE'), ('journal_seal', 'TRUNCATE'), ('journal_dayhead', 'TRUNCATE'))"
        " AS t (name, may) WHERE has_table_privilege(%s, 'public.' || t.name, t.may) ORDER BY 1",
        APP,
    )
    if written:
        yield _("%(role)s may change %(tables)s") % {"role": APP, "tables": ", ".join(name for (name,) in written)}


def migrations() -> Iterator[Finding]:
    """The tables are those of this version, and the database is of this country and kind."""
    loader = MigrationLoader(connection)
    waiting = sorted(".".join(key) for key in loader.graph.nodes if key not in loader.applied_migrations)
    yield Finding(
        "migrations",
        _("Tables of this version"),
        "fail" if waiting else "ok",
        _("%(count)d migrations are waiting, the first %(first)s") % {"count": len(waiting), "first": waiting[0]}
        if waiting
        else _("OneStop %(version)s, nothing is waiting") % {"version": VERSION},
        _("./run onestop backup FILE, then ./run onestop prepare") if waiting else "",
    )
    try:
        check(connection)
    except InstallationRefused as refused:
        yield Finding("installation", _("This database is ours"), "fail", str(refused), _("See what it says."))
    else:
        yield Finding("installation", _("This database is ours"), "ok", _("country, kind and version agree"))


MOST_SECONDS: Final = 60


def clocks(machine: "Callable[[], datetime]" = clock.now) -> Iterator[Finding]:
    """The clocks of this machine and of the database agree, and neither stands before what is already written."""
    ((server, newest),) = ask("SELECT clock_timestamp(), (SELECT max(at) FROM journal_seal)")
    apart = abs((machine() - server).total_seconds())
    back = newest is not None and (newest - machine()).total_seconds() > MOST_SECONDS
    yield Finding(
        "clock",
        _("Clocks"),
        "fail" if apart > MOST_SECONDS or back else "ok",
        _("The journal's last seal is of %(at)s, which is still to come")
        % {"at": f"{clock.local(newest):%Y-%m-%d %H:%M}"}
        if back
        else _("This machine and the database are %(seconds)d seconds apart") % {"seconds": round(apart)},
        _("Set the machine's clock (timedatectl set-ntp true), and look at the days signed meanwhile: verify-audit.")
        if apart > MOST_SECONDS or back
        else "",
    )


def _operations(kind: type[Any]) -> list[Any]:
    """Every operation of a kind in the migrations of this version."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [
        operation
        for migration in (loader.disk_migrations or {}).values()
        for operation in migration.operations
        if isinstance(operation, kind)
    ]
