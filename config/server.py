"""Where the database of this process is: the server named in the environment, or the embedded demonstration."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from config import embedded_postgres

DEMO_DATABASE = "onestop_demo"
ROOT = Path(__file__).resolve().parent.parent


def var() -> Path:
    """The folder of everything made at run time, the same as settings.VAR without loading Django."""
    return Path(os.environ.get("ONESTOP_VAR") or ROOT / "var").resolve()


def country_pack() -> Path:
    """The folder of the country pack, the same as settings.COUNTRY_PACK without loading Django."""
    named = os.environ.get("ONESTOP_COUNTRY") or "khm"
    return Path(named) if os.sep in named else ROOT / "countries" / named


def embedded_cluster() -> embedded_postgres.Cluster:
    """The cluster of the demonstration under var/; refused beside production settings."""
    embedded_postgres.refuse_production(os.environ)
    return embedded_postgres.Cluster(var() / "postgres", log=var() / "log" / "postgres.log")


class OwnerMissing(Exception):
    """A maintenance command on a server of one's own, and nobody named the owner's URL."""


def owner_url() -> str:
    """The owner's URL of a real server. Raises OwnerMissing."""
    url = os.environ.get("DATABASE_OWNER_URL")
    if not url:
        raise OwnerMissing(
            "This command needs the owner of the schema: set DATABASE_OWNER_URL beside DATABASE_URL (HOWTO.md)."
        )
    return url


@contextlib.contextmanager
def environment(**changes: str) -> Iterator[None]:
    """Set environment variables for the time of one command and put the old ones back."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def child_environment(url: str, process: str, *, mode: str) -> dict[str, str]:
    """What a process of ours gets: one database, and what it is to do there; the owner's URL is not handed on."""
    return {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"},
        "ONESTOP_MODE": mode,
        "ONESTOP_PROCESS": process,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def urls(cluster: embedded_postgres.Cluster | None = None) -> dict[str, str]:
    """The two URLs of this installation: {'app': …, 'owner': …}."""
    if os.environ.get("DATABASE_URL"):
        return {"app": os.environ["DATABASE_URL"], "owner": owner_url()}
    cluster = cluster or embedded_cluster()
    return {
        "app": cluster.url(DEMO_DATABASE, "onestop_app"),
        "owner": cluster.url(DEMO_DATABASE, "onestop_owner"),
    }
