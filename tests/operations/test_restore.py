"""What a restore refuses, and that a restore that fails or is killed leaves the present installation whole."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from config import archive, backup, prepare, restore, restoring, server
from config.archive import BackupRefused
from config.embedded_postgres import Cluster
from tests.operations.offices import HOUSEHOLDS, Office, app_of, ask, databases, owner_of, tree

Restore = Callable[..., str]

IN_A_PROCESS = """
import sys
from pathlib import Path
from config import restore
from config.embedded_postgres import Cluster
file, data, database, var = sys.argv[1:]
cluster = Cluster(Path(data), durable=False)
restore.beside(Path(file), restore.examine(Path(file)), cluster, database,
               var=Path(var), mode="test", replace=True, officer="system.console")
"""
# Ends at the given step of putting into place, as a power cut would: rename, rename, … and the removal
KILLED_WHILE_FINISHING = """
import os, shutil, sys
from pathlib import Path
from config import restoring
from config.embedded_postgres import Cluster
data, var, steps = Path(sys.argv[1]), Path(sys.argv[2]), [int(sys.argv[3])]
def counted(step):
    def run(*given, **named):
        if not steps[0]:
            os.kill(os.getpid(), 9)
        steps[0] -= 1
        return step(*given, **named)
    return run
Path.rename, shutil.rmtree, restoring.swap = counted(Path.rename), counted(shutil.rmtree), counted(restoring.swap)
restoring.finish(var, Cluster(data, durable=False))
"""


@pytest.fixture
def bring_back(file: Path, database: str, test_cluster: Cluster, tmp_path: Path) -> Restore:
    """Restore the backup over the present office `database` in tmp_path/present."""

    def run(given: Path = file, *, replace: bool = False) -> str:
        return restore.beside(
            given, restore.examine(given), test_cluster, database,
            var=tmp_path / "present", mode="test", replace=replace, officer="system.console",
        )  # fmt: skip

    return run


@pytest.fixture
def present(file: Path, office: Office, database: str, test_cluster: Cluster, tmp_path: Path) -> Office:
    """An office that stands already where the backup is to go: a copy of the first, with changes of its own."""
    connections["default"].close()
    test_cluster.create_database(database, template=office.database)
    shutil.copytree(office.var, tmp_path / "present")
    (tmp_path / "present" / "files" / "mine.txt").write_text("only here")
    owner = owner_of(test_cluster, database)
    with psycopg.connect(owner) as connection:
        connection.execute("UPDATE registry_household SET address = 'only here'")
    return Office({"owner": owner, "app": app_of(test_cluster, database)}, tmp_path / "present", "")


def is_whole(present: Office) -> bool:
    """The present office is as it was before anybody tried to restore over it."""
    with psycopg.connect(present.owner) as connection:
        persons = backup.counts(connection)["registry_person"]
    return (
        persons == 2 * HOUSEHOLDS
        and ask(present.owner, "SELECT DISTINCT address FROM registry_household") == [("only here",)]
        and tree(present.var)["files/mine.txt"] == b"only here"
        and tree(present.var)["keys/secret"] == b"s3cret\n"
    )


def leaves_nothing(present: Office, cluster: Cluster) -> bool:
    return not (present.var / restoring.FOLDER).exists() and not cluster.database_exists(restore.LOADED)


def test_people_are_not_replaced_unless_asked_and_then_kept_aside(
    present: Office, bring_back: Restore, test_cluster: Cluster, database: str
) -> None:
    with pytest.raises(BackupRefused, match=rf"holds {2 * HOUSEHOLDS} persons.*--replace"):
        bring_back()
    assert is_whole(present)
    aside = bring_back(replace=True)
    assert databases(test_cluster, database) == [database, f"{database}_{aside}"]
    assert "files/mine.txt" not in tree(present.var)
    assert (present.var / f"files.{aside}" / "mine.txt").read_text() == "only here"
    assert (present.var / f"keys.{aside}" / "secret").read_bytes() == b"s3cret\n"
    old = owner_of(test_cluster, f"{database}_{aside}")
    assert ask(old, "SELECT DISTINCT address FROM registry_household") == [("only here",)]
    assert ask(present.owner, "SELECT DISTINCT address FROM registry_household") != [("only here",)]


def test_a_database_in_use_is_not_taken_away_from_under_its_users(present: Office, bring_back: Restore) -> None:
    with psycopg.connect(present.urls["app"]), pytest.raises(BackupRefused, match=r"in use \(1 connections\).*Ctrl-C"):
        bring_back(replace=True)
    assert is_whole(present)


def test_a_dump_with_tables_of_a_newer_version_is_refused_and_the_present_office_stays(
    office: Office, present: Office, bring_back: Restore, test_cluster: Cluster, tmp_path: Path
) -> None:
    newer = tmp_path / "newer.onestop"
    with psycopg.connect(office.owner) as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('registry', '0999_from_the_future', now())"
        )
    backup.write(newer, owner=office.owner, var=office.var, mode="test")
    with pytest.raises(BackupRefused, match="newer OneStop.*0999_from_the_future"):
        bring_back(newer, replace=True)
    assert is_whole(present) and leaves_nothing(present, test_cluster)


def test_a_dump_that_does_not_load_is_refused_and_the_present_office_stays(
    office: Office, present: Office, test_cluster: Cluster, database: str, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.onestop"
    with archive.writing(broken) as writer, backup.snapshot(office.owner) as (connection, _name):
        (tmp_path / "dump").write_bytes(b"PGDMP\x01 this is no dump")
        with (tmp_path / "dump").open("rb") as dump:
            writer.add(archive.DUMP, dump)
        writer.manifest(backup.describe(connection, mode="test", parts=writer.parts))
    with pytest.raises(BackupRefused, match="pg_restore could not load"):
        restore.beside(
            broken, restore.examine(broken), test_cluster, database,
            var=present.var, mode="test", replace=True, officer="system.console",
        )  # fmt: skip
    assert is_whole(present) and leaves_nothing(present, test_cluster)


def test_a_count_that_is_not_that_of_the_manifest_is_refused(
    file: Path, present: Office, test_cluster: Cluster, database: str
) -> None:
    manifest = restore.examine(file)
    manifest.counts["registry_person"] += 1
    with pytest.raises(BackupRefused, match=f"registry_person has {2 * HOUSEHOLDS} rows, the backup says"):
        restore.beside(
            file, manifest, test_cluster, database, var=present.var, mode="test", replace=True, officer="system.console"
        )
    assert is_whole(present) and leaves_nothing(present, test_cluster)


def test_a_restore_killed_while_it_loads_costs_nothing_and_the_next_one_succeeds(
    file: Path, present: Office, bring_back: Restore, test_cluster: Cluster, database: str
) -> None:
    command = [sys.executable, "-c", IN_A_PROCESS, str(file), str(test_cluster.data), database, str(present.var)]
    child = subprocess.Popen(command, cwd=server.ROOT)
    until = time.monotonic() + 60
    while not test_cluster.database_exists(restore.LOADED) and time.monotonic() < until:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert is_whole(present)
    assert restoring.finish(present.var, test_cluster) == "", "nothing was ready"
    assert is_whole(present)
    bring_back(replace=True)
    assert "files/mine.txt" not in tree(present.var) and leaves_nothing(present, test_cluster)


@pytest.mark.parametrize("steps", range(6))
def test_a_restore_killed_while_it_is_put_into_place_is_finished_by_the_next_start(
    steps: int, file: Path, present: Office, test_cluster: Cluster, database: str
) -> None:
    """Swap of the databases, four renames of folders, the removal: killed before each of the six."""
    folder = present.var / restoring.FOLDER
    folder.mkdir()
    archive.extract(file, folder)
    test_cluster.create_database(restore.LOADED)
    restore.load(folder / archive.DUMP, restore.examine(file).counts, owner_of(test_cluster, restore.LOADED))
    restoring.ready(present.var, database=database, beside=restore.LOADED)
    command = [sys.executable, "-c", KILLED_WHILE_FINISHING, str(test_cluster.data), str(present.var), str(steps)]
    assert subprocess.run(command, cwd=server.ROOT).returncode == -signal.SIGKILL
    aside = restoring.finish(present.var, test_cluster)
    assert aside and leaves_nothing(present, test_cluster)
    assert databases(test_cluster, database) == [database, f"{database}_{aside}"]
    assert ask(present.owner, "SELECT count(*) FROM registry_household WHERE address = 'only here'") == [(0,)]
    assert "files/mine.txt" not in tree(present.var)
    assert (present.var / f"files.{aside}" / "mine.txt").exists() and (present.var / f"keys.{aside}").is_dir()


def test_an_empty_database_of_ones_own_takes_a_backup_and_no_second_one(
    file: Path, office: Office, database: str, test_cluster: Cluster, tmp_path: Path
) -> None:
    test_cluster.create_database(database)
    urls = {"owner": owner_of(test_cluster, database), "app": app_of(test_cluster, database)}
    manifest, var = restore.examine(file), tmp_path / "production"
    restore.into_empty(file, manifest, urls, var=var, mode="test", officer="system.console")
    assert tree(var) == tree(office.var)
    assert ask(urls["app"], "SELECT count(*) FROM registry_person") == [(0,)]
    with psycopg.connect(urls["app"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("INSERT INTO journal_rowhistory DEFAULT VALUES")
    with pytest.raises(BackupRefused, match=rf"{database} is not empty.*{2 * HOUSEHOLDS} persons"):
        restore.into_empty(file, manifest, urls, var=var, mode="test", officer="system.console")


def test_an_officer_nobody_knows_restores_nothing(
    file: Path, present: Office, test_cluster: Cluster, database: str
) -> None:
    with pytest.raises(BackupRefused, match="nobody.*"):
        restore.beside(
            file, restore.examine(file), test_cluster, database,
            var=present.var, mode="test", replace=True, officer="nobody",
        )  # fmt: skip
    assert is_whole(present) and leaves_nothing(present, test_cluster)


def test_the_folder_of_a_disk_that_is_too_full_is_named_before_anything_is_unpacked(file: Path, tmp_path: Path) -> None:
    manifest = restore.examine(file)
    huge = type(manifest)(**{**vars(manifest), "database_bytes": 2**60})
    with pytest.raises(BackupRefused, match="too full.*MB are free"), restore.unpacked(file, huge, tmp_path / "small"):
        pass
    assert not (tmp_path / "small" / restoring.FOLDER).exists()


def test_no_two_preparations_run_at_once_on_a_machine() -> None:
    with prepare.alone():
        other = "from config import prepare; prepare.alone().__enter__(); print('in')"
        child = subprocess.Popen([sys.executable, "-c", other], cwd=server.ROOT, stdout=subprocess.PIPE, env=os.environ)
        time.sleep(0.5)
        assert child.poll() is None
    assert child.communicate()[0] == b"in\n"
