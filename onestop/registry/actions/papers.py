"""Papers with a validity: identity documents and the ID-Poor status."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now, today
from onestop.areas.country import Country, pack
from onestop.areas.text import ascii_digits, normalise
from onestop.journal.actions import record
from onestop.registry.actions.doubles import look_for_doubles
from onestop.registry.choices import PAPER, POVERTY
from onestop.registry.models import Household, IdentityDocument, Person, PovertyStatus
from onestop.registry.rows import refresh
from onestop.registry.writing import insert, locked, require
from onestop.staff.models import Officer

_SEPARATORS = re.compile(r"[\s./()-]+")


@lru_cache(maxsize=8)
def paper_kinds(country: Country) -> dict[str, int | None]:
    """The kinds of identity documents of persons, with the number of digits of their numbers where it is fixed."""
    return {
        code: entry.node.whole("digits", None)
        for code, entry in country.documents.items()
        if entry.node.flag("identity", False) and entry.node.text("of", "person") == "person"
    }


def bare(number: str) -> str:
    """A number of a paper as it is compared: ASCII digits, no spaces or strokes, capitals."""
    plain = number if number.isascii() else ascii_digits(normalise(number))
    return _SEPARATORS.sub("", plain).upper()


def paper_number(kind: str, number: str, kinds: Mapping[str, int | None] | None = None) -> str:
    """The stored form of a paper's number: ASCII digits, no spaces or strokes, capitals. Raises ValidationError.

    The kind must be one of the country's kinds of identity documents of persons (`kinds`, read when not given).
    """
    kinds = paper_kinds(pack()) if kinds is None else kinds
    if kind not in kinds:
        raise ValidationError({"kind": _("Choose the kind of paper from the list.")})
    stored = bare(number)
    digits = kinds[kind]
    if stored and digits and (len(stored) != digits or not (stored.isascii() and stored.isdigit())):
        raise ValidationError({"number": _("This number has %(digits)s digits. Copy it again.") % {"digits": digits}})
    return stored


@transaction.atomic
def record_document(
    person: Person,
    *,
    kind: str,
    by: Officer,
    number: str = "",
    issuer: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> IdentityDocument:
    """Record a paper of a person. Raises ValidationError.

    The same number at another person is not refused here: the error would tell who lies outside the officer's area.
    The door finds it and tells both offices (`doubles.look_for_doubles`).
    """
    person = locked(person)
    require(by, "registry.answer", person.unit_code)
    if valid_from is not None and valid_from > today():
        raise ValidationError({"valid_from": _("This day is in the future.")})
    document = insert(
        IdentityDocument(
            person=person,
            unit_code=person.unit_code,
            kind=kind,
            number=paper_number(kind, number),
            issuer=normalise(issuer),
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    refresh(persons=[person.pk])
    record(PAPER, by=by, subject=person)
    if document.number:
        look_for_doubles([person.pk], by=by)
    return document


@transaction.atomic
def record_poverty_status(
    household: Household,
    *,
    level: int,
    valid_from: date,
    by: Officer,
    valid_to: date | None = None,
    round: str = "",
    card_number: str = "",
    source: str = "",
) -> PovertyStatus:
    """Record what the identification of poor households found; level 0 is "assessed, not poor". Raises ValidationError.

    Of two statuses in force on a day the one that began last counts, of two begun the same day the one recorded later.
    """
    household = locked(household)
    require(by, "registry.answer", household.unit_code)
    if valid_from > today():
        raise ValidationError({"valid_from": _("This day is in the future.")})
    status = insert(
        PovertyStatus(
            household=household,
            unit_code=household.unit_code,
            level=level,
            round=normalise(round),
            card_number=normalise(card_number),
            valid_from=valid_from,
            valid_to=valid_to,
            source=normalise(source),
            recorded_at=now(),
        )
    )
    record(POVERTY, by=by, subject=household)
    return status
