"""What a backup writes, what it refuses, and what a damaged, foreign or newer one says when it is read."""

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config import archive, backup, restore, server
from config.archive import BackupRefused
from onestop.areas.versions import VERSION
from tests.operations.offices import HOUSEHOLDS, Office

SMALL_DISK = """
import sys
from pathlib import Path
from config import archive, backup
try:
    backup.write(Path(sys.argv[1]), owner=sys.argv[2], var=Path(sys.argv[3]), mode="test")
except archive.BackupRefused as refused:
    print(refused)
"""


def members(file: Path) -> list[str]:
    with tarfile.open(file) as tar:
        return tar.getnames()


def changed(file: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a backup in which each member's content is what `change(name, content)` says; None leaves it out."""
    copy = file.with_suffix(".changed")
    with tarfile.open(file) as old, tarfile.open(copy, "w", format=tarfile.PAX_FORMAT) as new:
        for member in old:
            source = old.extractfile(member)
            assert source is not None
            content = change(member.name, source.read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return copy


def manifest_with(**fields: object) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps(json.loads(content) | fields).encode() if name == archive.MANIFEST else content

    return change


def test_a_backup_holds_dump_files_keys_and_a_manifest_for_its_owner_only(office: Office, file: Path) -> None:
    assert members(file) == [
        "database.dump", "files/2014/06/photo.jpg", "files/ឯកសារ.pdf", "keys/secret", "manifest.json",
    ]  # fmt: skip
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {path.name for path in file.parent.iterdir()} == {"var", file.name}, "nothing else is left beside it"
    manifest = restore.examine(file)
    assert (manifest.version, manifest.country, manifest.mode) == (VERSION, "khm", "test")
    assert manifest.counts["registry_person"] == 2 * HOUSEHOLDS
    assert any(name.startswith("registry.") for name in manifest.migrations)


def test_what_changes_while_a_backup_runs_changes_nothing_in_it(office: Office) -> None:
    with backup.snapshot(office.owner) as (connection, _name):
        before = backup.counts(connection)["registry_numberblock"]
        with psycopg.connect(office.owner) as other:
            other.execute("DELETE FROM registry_numberblock")
        assert backup.counts(connection)["registry_numberblock"] == before > 0


def test_a_backup_overwrites_nothing(office: Office, file: Path) -> None:
    content = file.read_bytes()
    with pytest.raises(BackupRefused, match=r"exists already.*another name"):
        backup.write(file, owner=office.owner, var=office.var, mode="test")
    assert file.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_named(office: Office, tmp_path: Path) -> None:
    (tmp_path / "closed").write_text("a file where a folder is expected")
    for folder in ("closed", "missing"):
        with pytest.raises(BackupRefused, match=f"Cannot write .*{folder}/office.onestop.part: .*may write to"):
            backup.write(tmp_path / folder / "office.onestop", owner=office.owner, var=office.var, mode="test")


def test_the_remains_of_a_killed_backup_are_taken_over_and_a_running_one_is_not(office: Office, tmp_path: Path) -> None:
    file, part = tmp_path / "office.onestop", tmp_path / "office.onestop.part"
    part.write_bytes(b"half" * 100_000)
    with archive.writing(file) as writer:
        with pytest.raises(BackupRefused, match="Another backup is writing"), archive.writing(file):
            pass
        assert part.exists()
        writer.add("keys/secret", io.BytesIO(b"s3cret"))
    assert members(file) == ["keys/secret"] and not part.exists()


@pytest.mark.parametrize("room", ["64k", "256k"])
def test_a_full_disk_is_said_and_nothing_is_left(room: str, office: Office, tmp_path: Path) -> None:
    """64k: already pg_dump's output does not fit; 256k: the copy beside it does not."""
    disk = tmp_path / "disk"
    disk.mkdir()
    unshare = shutil.which("unshare")
    mount = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
    if not unshare or subprocess.run([unshare, *mount, "mount", "-t", "tmpfs", "x", disk], check=False).returncode:
        pytest.skip("a small disk cannot be made here: this machine forbids mounts in a namespace")
    script = f"mount -t tmpfs -o size={room} x '{disk}' && \"$@\" && ls -A '{disk}'"
    command = [sys.executable, "-c", SMALL_DISK, str(disk / "office.onestop"), office.owner, str(office.var)]
    done = subprocess.run(
        [unshare, *mount, "sh", "-c", script, "sh", *command], cwd=server.ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"The disk of {disk} is full") and done.stdout.count("\n") == 1, done.stdout


def test_a_byte_that_changed_is_found_in_the_part_it_is_in(file: Path) -> None:
    for part in ("database.dump", "files/ឯកសារ.pdf", "keys/secret"):
        damaged = changed(file, lambda name, content, part=part: content[:-1] + b"?" if name == part else content)
        with pytest.raises(BackupRefused, match=f"damaged: its part '{part}'"):
            restore.examine(damaged)


def test_a_part_too_few_or_too_many_is_found(file: Path) -> None:
    with pytest.raises(BackupRefused, match="its part 'keys/secret' is missing"):
        restore.examine(changed(file, lambda name, content: None if name == "keys/secret" else content))
    with tarfile.open(file, "a") as tar:
        tar.addfile(tarfile.TarInfo("../../etc/passwd"), io.BytesIO())
    with pytest.raises(BackupRefused, match=r"holds '../../etc/passwd', which its manifest does not know"):
        restore.examine(file)


def test_a_name_that_leads_out_of_the_folder_is_refused_though_the_manifest_knows_it(file: Path) -> None:
    part = {
        "name": "files/../../x",
        "bytes": 0,
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
    evil = changed(file, lambda name, content: content if name != archive.MANIFEST else manifest_plus(content, part))
    with tarfile.open(evil, "a") as tar:
        tar.addfile(tarfile.TarInfo("files/../../x"), io.BytesIO())
    with pytest.raises(BackupRefused, match=r"holds 'files/../../x'"):
        restore.examine(evil)


def manifest_plus(content: bytes, part: dict[str, object]) -> bytes:
    found = json.loads(content)
    return json.dumps(found | {"parts": [*found["parts"], part]}).encode()


def test_a_backup_cut_short_and_a_file_that_is_none_are_told_apart_from_a_whole_one(file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    letter = tmp_path / "letter"
    letter.write_text("Dear office")
    for path in (cut, letter):
        with pytest.raises(BackupRefused, match="cut short"):
            restore.examine(path)
    with pytest.raises(BackupRefused, match="No such file"):
        restore.examine(tmp_path / "nowhere")


def test_a_backup_of_a_newer_version_or_layout_is_refused(file: Path) -> None:
    with pytest.raises(BackupRefused, match=r"made by OneStop 0\.10\.0, which is newer than this one"):
        restore.examine(changed(file, manifest_with(version="0.10.0")))
    with pytest.raises(BackupRefused, match="written by a newer OneStop"):
        restore.examine(changed(file, manifest_with(format=archive.FORMAT + 1)))
    with pytest.raises(BackupRefused, match="manifest .* cannot be read"):
        restore.examine(changed(file, lambda name, content: b"{}" if name == archive.MANIFEST else content))
