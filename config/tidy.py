"""`./run onestop tidy [--remove]`: what restores and new demonstrations set aside or left, and how large it is.

Nothing is ever deleted by a restore; this is the one place where it is, and only when asked by name.
"""

import argparse
import os
import shutil

import psycopg

from config import server
from config.archive import FOLDERS
from config.embedded_postgres import SUPERUSER, Cluster

LISTED = """
SELECT datname, pg_database_size(oid) FROM pg_database WHERE datname LIKE %s ORDER BY 1
"""


def main(arguments: list[str]) -> int:
    """List what was kept, or remove it."""
    parser = argparse.ArgumentParser(
        prog="./run onestop tidy", description="List what a restore or a new demonstration kept aside."
    )
    parser.add_argument("--remove", action="store_true", help="remove it for good")
    remove = parser.parse_args(arguments).remove
    found = folders(remove=remove)
    if not os.environ.get("DATABASE_URL"):
        cluster = server.embedded_cluster()
        with cluster.use():
            found += databases(cluster, remove=remove)
    print("\n".join(found) if found else "Nothing is kept aside.")
    if found:
        print("Removed." if remove else "./run onestop tidy --remove removes it for good.")
    return 0


def databases(cluster: Cluster, *, remove: bool) -> list[str]:
    """A line for each database kept aside, or left by a start that was killed; removed where asked."""
    with psycopg.connect(cluster.url(SUPERUSER, SUPERUSER)) as connection:
        listed = connection.execute(LISTED, [f"{server.DEMO_DATABASE}\\_%"]).fetchall()
    for name, _size in listed:
        if remove:
            cluster.drop_database(name)
    return [f"database {name}: {size // 2**20:,} MB" for name, size in listed]


def folders(*, remove: bool) -> list[str]:
    """The same for the folders of uploads and keys."""
    kept = sorted(path for name in FOLDERS for path in server.var().glob(f"{name}.before_*"))
    lines = []
    for path in kept:
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        lines.append(f"folder {path}: {size // 2**20:,} MB")
        if remove:
            shutil.rmtree(path)
    return lines
