"""How the tests talk to an embedded server."""

import shutil

import psycopg

from config.embedded_postgres import Cluster

SUPERUSER = "postgres"


def remove(cluster: Cluster) -> None:
    cluster.stop()
    shutil.rmtree(cluster.data, ignore_errors=True)
    shutil.rmtree(cluster.socket, ignore_errors=True)


def connect(cluster: Cluster, database: str = SUPERUSER, role: str = SUPERUSER) -> psycopg.Connection:
    return psycopg.connect(cluster.url(database, role), autocommit=True)


def ask(cluster: Cluster, sql: str, database: str = SUPERUSER, role: str = SUPERUSER) -> object:
    """The first value of a query's first row."""
    with connect(cluster, database, role) as connection:
        row = connection.execute(sql).fetchone()
    return row[0] if row else None
