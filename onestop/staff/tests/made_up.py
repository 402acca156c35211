"""A made-up noun for the tests of scopes, history and workflow: applications of a lending library's branch.

Its table is made in a test's own database, with the very wall and triggers a migration would give it.
"""

from typing import Any, ClassVar, Final

import psycopg
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.areas.models import Personal, PersonalQuerySet
from onestop.areas.walls import wall
from onestop.journal.history import Track
from onestop.staff.workflow import Transition, Workflow

TABLE: Final = "made_up_loan"


class Loan(Personal):
    """A book asked for at a branch."""

    title = models.CharField(max_length=100)
    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=20, default="draft")
    days = models.IntegerField(null=True)
    lent_by = models.ForeignKey("staff.Officer", models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Any] = PersonalQuerySet.as_manager()

    class Meta:
        app_label = "made_up"
        db_table = TABLE

    def __str__(self) -> str:
        return self.title


LOAN: Final = Workflow(
    Loan,
    field="state",
    transitions=[
        Transition(
            "ask", frozenset({"draft", "returned"}), "asked", "registry.answer", _("{officer} asked for {subject}.")
        ),
        Transition(
            "lend",
            frozenset({"asked"}),
            "lent",
            "registry.read",
            _("{officer} lent {subject}."),
            not_same_as=frozenset({"ask"}),
            needs=frozenset({"days"}),
            sets={"lent_by": lambda loan, officer: officer},
        ),
        Transition(
            "give_back", frozenset({"lent"}), "returned", "registry.answer", _("{officer} took {subject} back.")
        ),
    ],
)

_MAKE: Final = f"""
CREATE TABLE {TABLE} (
    id uuid PRIMARY KEY DEFAULT onestop_uuidv7(), version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(), voided_at timestamptz,
    voided_by_id uuid REFERENCES staff_officer, void_reason text NOT NULL DEFAULT '',
    unit_code varchar(16) COLLATE "C" NOT NULL, title varchar(100) NOT NULL CHECK (title <> 'forbidden'),
    number varchar(20) NOT NULL UNIQUE, state varchar(20) NOT NULL DEFAULT 'draft', days integer,
    lent_by_id uuid REFERENCES staff_officer, kept daterange,
    EXCLUDE USING gist (number WITH =, kept WITH &&)
);
CREATE INDEX ON {TABLE} (unit_code);
CREATE VIEW made_up_titles WITH (security_invoker = true) AS SELECT title, unit_code FROM {TABLE};
CREATE FUNCTION made_up_count() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM {TABLE}';
"""


def make(owner_url: str) -> None:
    """Make the table as the owner, behind its wall, with its history."""
    with psycopg.connect(owner_url) as owner:
        for statement in [_MAKE, *wall(TABLE), *Track(TABLE, subject="made_up.loan").forwards()]:
            owner.execute(statement)
