"""How a form of the organisation is saved: errors go to their fields, and a stale save is shown side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from onestop.areas.guards import demand
from onestop.areas.models import Edited
from onestop.areas.scope import current
from onestop.staff import organising
from onestop.staff.models import Committee, CommitteeMember, Officer, Partner
from onestop.staff.offices_forms import VoidForm
from onestop.staff.queries import officer_of
from onestop.staff.stale import StaleRecord
from onestop.ui.format import day
from onestop.ui.languages import one

__all__ = ["Meanwhile", "saved", "side_by_side", "take_out"]


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else saved while the form stood open: by whom, and per field what is saved and what was written."""

    by: str
    rows: list[tuple[Any, str, str]]


def saved(form: forms.Form, act: Callable[[], object]) -> Meanwhile | bool:
    """True when the form was right and the action done. False: the form says what is wrong. Meanwhile: the record has
    moved on; the form now carries its newest version, so that sending it again keeps one's own words."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            act()
    except ValidationError as wrong:
        _tell(form, wrong)
        return False
    except IntegrityError as broken:
        form.add_error(None, _constraint(broken))
        return False
    except StaleRecord as stale:
        return _meanwhile(form, stale)
    return True


def take_out(request: HttpRequest, about: Committee | CommitteeMember | Partner, *, told: str) -> VoidForm | None:
    """Void a record for the posted reason and tell it. When that cannot be: the form with what is wrong and with the
    reason as it was typed, for the record's page; it carries the newest version, so that it may be sent again."""
    demand(current(), "office.write", about.unit_code)
    form = VoidForm(request.POST, auto_id="voiding_%s")
    outcome = saved(
        form,
        lambda: organising.void(
            type(about),
            about.pk,
            by=officer_of(request),
            version=form.cleaned_data["version"] or 0,
            reason=form.cleaned_data["reason"],
        ),
    )
    if outcome is True:
        messages.success(request, told)
        return None
    if isinstance(outcome, Meanwhile):
        form.add_error(None, _("Somebody else saved this meanwhile. Look it over, then take it out."))
    return form


def _tell(form: forms.Form, wrong: ValidationError) -> None:
    """Each message at its field, or on top when the form does not show that field."""
    if not hasattr(wrong, "error_dict"):
        form.add_error(None, wrong)
        return
    for field, texts in wrong.message_dict.items():
        for text in texts:
            form.add_error(field if field in form.fields else None, text)


def _constraint(broken: IntegrityError) -> str:
    """What the database refused, in words: its constraints all have some."""
    if "staff_officesetting_once" in str(broken):
        return _("Another choice of this setting is in force there on some of these days.")
    raise broken


def _meanwhile(form: forms.Form, stale: StaleRecord) -> Meanwhile:
    sent = dict(form.data.items())
    form.data = sent | {"version": str(stale.record.version)}
    return Meanwhile(stale.by, side_by_side(form, stale.record))


def side_by_side(form: forms.BaseForm, record: Edited | Officer) -> list[tuple[Any, str, str]]:
    """Per field that differs: its label, what is saved, what was written."""
    return [
        (form.fields[name].label, _shown(getattr(record, name)), _shown(value))
        for name, value in form.cleaned_data.items()
        if name in form.fields and hasattr(record, name) and name != "version" and getattr(record, name) != value
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Edited | Officer):
        return str(getattr(value, "name", value))
    if value in (None, ""):
        return "–"
    return day(value) if hasattr(value, "year") else one(value) if isinstance(value, dict) else str(value)
