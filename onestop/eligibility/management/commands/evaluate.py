"""`./run onestop evaluate --cases FILE.json [--reader interpreter|duckdb|postgresql]`: rules over families from a file.

Reads no data of the office. The reader postgresql needs a scratch server: `./run` starts one and names it in
ONESTOP_SCRATCH_URL. `--schema` prints the exact shape of a case, made from the facts of the country.
"""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from django.core.management.base import BaseCommand, CommandError

from criteria.case_readers import by_interpreter, by_sql
from criteria.case_schema import schema
from criteria.cases import READERS, Case, CaseRefused, CaseResult, read_cases
from criteria.catalogue import Catalogue
from onestop.eligibility.checking import catalogue_of_files


class Command(BaseCommand):
    help = "Answer rules for the families of a JSON file, with any reader. Needs no database of the office."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=Path, metavar="FILE.json", help="a list of cases")
        parser.add_argument("--reader", choices=READERS, default="interpreter")
        parser.add_argument("--schema", action="store_true", help="print the shape of a case as JSON Schema and end")

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = catalogue_of_files([])
        keys = status_keys(catalogue)
        if options["schema"]:
            self.stdout.write(json.dumps(schema(catalogue, keys), ensure_ascii=False, indent=1))
            return
        if options["cases"] is None:
            raise CommandError("Name a file of cases: --cases FILE.json (its shape: evaluate --schema).")
        try:
            cases = read_cases(options["cases"].read_text("utf-8"), catalogue, keys)
        except OSError as error:
            raise CommandError(f"{options['cases']} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['cases']} is not UTF-8 text.") from error
        except CaseRefused as refused:
            raise CommandError(f"{options['cases']}: {refused}") from refused
        for result in answers(options["reader"], cases, catalogue):
            self.stdout.write(result.json())


def status_keys(catalogue: Catalogue) -> dict[str, str]:
    """Under which key a case brings the periods of a status fact: its topic."""
    return {fact.topic: fact.code for fact in catalogue.of("household") if fact.status}


def answers(reader: str, cases: list[Case], catalogue: Catalogue) -> Iterator[CaseResult]:
    """The results of one reader, in the order of the cases."""
    if reader == "interpreter":
        yield from by_interpreter(cases, catalogue)
        return
    if reader == "duckdb":
        with duckdb.connect() as opened:
            yield from by_sql(cases, catalogue, lambda text: opened.execute(text).fetchall(), "duckdb", reader)
        return
    url = os.environ.get("ONESTOP_SCRATCH_URL")
    if not url:
        raise CommandError("The reader postgresql needs a scratch server; start it with ./run onestop evaluate …")
    with psycopg.connect(url, autocommit=True) as connection:

        def execute(text: str) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(text.encode())
                return cursor.fetchall() if cursor.description else []

        yield from by_sql(cases, catalogue, execute, "postgres", reader)
