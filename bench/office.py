"""An office to measure: the walls up, the pilot's people inside, and five facts of the country's own in five criteria.

A sixth criterion asks for an enrolment; a fifth of those it asks for ended on the eve.

The country pack is a copy of Cambodia's with five more facts and one programme that asks each of them in a criterion,
so that what a country adds as data is measured like everything else. A tenth of the answers to them are
missing and many are stale. The database is made once per state of the project and kept in the temporary folder.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import psycopg

from config import assets, prepare, server
from config.embedded_postgres import Cluster

DAY = date(2014, 6, 11)
FOLDER = Path(tempfile.gettempdir()) / f"onestop-bench-{os.getuid()}"
FACTS = """
  - {code: swims, of: person, type: bool, topic: needs, good_for: 24, label: {km: ហែល, en: Swims}}
  - {code: teeth, of: person, type: whole, min: 0, max: 32, topic: needs, good_for: 36, label: {km: ធ្មេញ, en: Teeth}}
  - code: wheels
    of: person
    type: code
    topic: needs
    good_for: 24
    label: {km: កង់, en: Wheels}
    codes:
      - {code: foot, label: {km: ជើង, en: Foot}}
      - {code: bicycle, label: {km: កង់, en: Bicycle}}
      - {code: moto, label: {km: ម៉ូតូ, en: Motorbike}}
  - {code: jabbed_on, of: person, type: date, none: true, topic: needs, label: {km: ចាក់ថ្នាំ, en: Jabbed on}}
  - {code: boats, of: household, type: whole, min: 0, max: 20, topic: assets, good_for: 36, label: {km: ទូក, en: Boats}}
"""
PROGRAMME = """\
code: BENCH
name: {km: សាកល្បង, en: Five facts of the country's own}
status: active
unit: person
guarantees: [health]
provider: {name: Bench, kind: ngo}
sector: health
run_by: ngo
versions:
  - from: 2010-01-01
    reference: made for the benchmark
    criteria:
      - {key: swims, rule: "!person.swims"}
      - {key: teeth, rule: "person.teeth >= 4"}
      - {key: wheels, rule: "person.wheels in ['bicycle', 'moto']"}
      - {key: jabbed, rule: "person.jabbed_on >= date('2012-01-01')"}
      - {key: boats, rule: "household.boats > 0"}
      - {key: other, rule: "!enrolled('HEF')"}
openings:
  - {units: ["1701", "1712"], from: 2013-01-01, to: null, places: null}
"""
# Answers made in the wide rows themselves, and ends of enrolments, as the owner: only their spread matters here
ANSWERS = """
UPDATE registry_personrow SET
  swims = CASE WHEN r.n % 10 > 0 THEN r.n % 3 = 0 END, swims_on = DATE '2011-01-01' + (r.n * 37 % 1200)::int,
  teeth = CASE WHEN r.n % 11 > 0 THEN r.n % 33 END, teeth_on = DATE '2011-01-01' + (r.n * 41 % 1200)::int,
  wheels = CASE WHEN r.n % 9 > 0 THEN (ARRAY['foot', 'bicycle', 'moto'])[1 + r.n % 3] END,
  wheels_on = DATE '2011-01-01' + (r.n * 43 % 1200)::int,
  jabbed_on = CASE WHEN r.n % 10 > 1 THEN DATE '2010-01-01' + (r.n * 47 % 1500)::int
                   WHEN r.n % 10 = 1 THEN DATE '0001-01-01' END
FROM (SELECT person_id, row_number() OVER (ORDER BY person_id) AS n FROM registry_personrow) r
WHERE r.person_id = registry_personrow.person_id;
UPDATE registry_householdrow SET boats = CASE WHEN r.n % 10 > 0 THEN r.n % 3 END,
  boats_on = DATE '2011-01-01' + (r.n * 37 % 1200)::int
FROM (SELECT household_id, row_number() OVER (ORDER BY household_id) AS n FROM registry_householdrow) r
WHERE r.household_id = registry_householdrow.household_id;
UPDATE enrolments_enrolment SET valid_to = DATE '2014-06-10'
WHERE programme_id = 'HEF' AND valid_to IS NULL AND valid_from < DATE '2014-06-10' AND hashtext(id::text) % 5 = 0;
VACUUM ANALYZE
"""


@dataclass(frozen=True)
class Office:
    """The URLs of a loaded database."""

    app: str
    owner: str
    persons: int


def pack() -> Path:
    """Cambodia's pack with the five facts and their programme."""
    folder = FOLDER / "pack"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(server.ROOT / "countries" / "khm", folder)
    with (folder / "facts.yaml").open("a", encoding="utf-8") as file:
        file.write(FACTS)
    (folder / "programmes" / "BENCH.yaml").write_text(PROGRAMME, "utf-8")
    return folder


def environment(url: str, process: str = "command") -> dict[str, str]:
    """What a process gets that works in the office."""
    return {
        **server.child_environment(url, process, mode="demo"),
        "ONESTOP_VAR": str(FOLDER),
        "ONESTOP_COUNTRY": str(FOLDER / "pack"),
    }


def inside(name: str) -> Any:
    """The part of a benchmark that reads models, from bench/inside: loaded once the environment names its database."""
    django.setup()
    return import_module(f"bench.inside.{name}")


def styled() -> None:
    """Let the pages of the office find the project's styles; to be asked before `office`."""
    with server.environment(ONESTOP_MODE="demo"):
        assets.ensure()
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    with suppress(FileExistsError):
        (FOLDER / "static").symlink_to(server.var() / "static")


@contextmanager
def office(persons: int) -> Iterator[Office]:
    """The office with so many people; Django, if it is loaded inside, finds its settings in the environment."""
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    pack()
    with Cluster(FOLDER / "postgres", durable=False, log=FOLDER / "postgres.log").use() as cluster:
        name = f"office_{persons}"
        urls = {"app": cluster.url(name, "onestop_app"), "owner": cluster.url(name, "onestop_owner")}
        os.environ.update(environment(urls["app"]))
        wanted = state()
        if not cluster.database_exists(name) or prepare.prepared(urls["owner"]) != wanted:
            if cluster.database_exists(name):
                cluster.drop_database(name)
            cluster.create_database(name)
            make(urls, persons)
            prepare.remember(urls["owner"], wanted)
        yield Office(urls["app"], urls["owner"], persons)


def state() -> str:
    """What decides which people are stored, and how: tables and country pack, the generator, names, this module."""
    digest = hashlib.sha256(prepare.fingerprint().encode())
    for pattern in ("pilot/*.py", "onestop/registry/names/*.py", "bench/office.py"):
        for path in sorted(server.ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def make(urls: dict[str, str], persons: int) -> None:
    """Prepare the database and load the people."""
    print(f"Making an office of {persons:,} persons …", file=sys.stderr, flush=True)
    prepare.run_steps(urls["owner"], urls["app"], mode="demo")
    subprocess.run(
        [sys.executable, "-m", "django", "pilot", "--persons", str(persons)],
        env=environment(urls["app"]), cwd=server.ROOT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    with psycopg.connect(urls["owner"], autocommit=True) as owner:
        for statement in ANSWERS.split(";"):
            owner.execute(statement.encode())
