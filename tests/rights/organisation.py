"""The organisation of the made-up places: in each village an office, a committee with a chair, a partner, an account.

All of it is made by one officer who may change the organisation everywhere, through the actions of staff.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from onestop.areas import clock
from onestop.staff import help as helping
from onestop.staff import organising, work
from onestop.staff.accounts import names_seen
from onestop.staff.models import BreakGlass, Officer, OfficerSession, StaffingSheet
from onestop.staff.scope import scope
from onestop.staff.sessions_kept import keep

PASSWORD = "made-up-for-the-walk-4711"
SINCE = date(2013, 1, 1)


@dataclass(frozen=True)
class Organised:
    """What fills addresses and forms, and the words by kind."""

    fields: dict[str, str]
    words: dict[str, tuple[str, ...]]


@transaction.atomic
def organised(unit: str, word: str, clerk: Officer, by: Officer) -> Organised:
    """The organisation of one village."""
    with scope(by):
        office = organising.add_office(
            by=by,
            code=f"{word.upper()}_OFFICE",
            kind="front",
            unit_code=unit,
            name_km=f"ការិយាល័យ {word}office",
            name_latin=f"{word}office",
            accountable=clerk,
        )
        # open and without people, so that it may be closed, or taken out as a mistake
        spare = organising.add_office(
            by=by, code=f"{word.upper()}_SPARE", kind="front", unit_code=unit, name_km=f"ការិយាល័យ {word}spare",
            name_latin=f"{word}spare", holder_km=f"ប្រធាន {word}holder", holder_latin=f"{word}holder",
        )  # fmt: skip
        spare = organising.open_office(spare.pk, on=SINCE, by=by, version=spare.version)
        committee = organising.add_committee(
            by=by, kind="vdc", unit_code=unit, name_km=f"គ.អ.ភ. {word}body", name_latin=f"{word}body", valid_from=SINCE
        )
        member = organising.seat_member(
            committee,
            by=by,
            name_km=f"ប្រធាន {word}chair",
            name_latin=f"{word}chair",
            sex="F",
            position="chair",
            capacity="village",
            valid_from=SINCE,
        )
        partner = organising.add_partner(
            by=by,
            code=f"{word}-partner",
            kind="ngo",
            unit_code=unit,
            name_km=f"អង្គការ {word}partner",
            name_latin=f"{word}partner",
            contact_name=f"{word}contact",
            contact_phone="063900900",
        )
        sheet = StaffingSheet.objects.create(
            brought_by=by, file_name=f"{word}sheet.xlsx", digest="0" * 64, content=b"none"
        )
    clerk.office = office
    clerk.save(update_fields=["office"])
    role = clerk.assignments.get()
    fields = {
        "office": str(office.pk),
        "office_code": office.code,
        "spare": str(spare.pk),
        "committee": str(committee.pk),
        "member": str(member.pk),
        "partner": str(partner.pk),
        "officer": str(clerk.pk),
        "officer_seen": names_seen(clerk),
        "username": clerk.username,
        "role": str(role.pk),
        "sheet": str(sheet.pk),
    }
    words = {
        "office": (f"{word}office", office.code, str(office.pk), f"{word}spare", spare.code, str(spare.pk)),
        "committee": (f"{word}body", f"{word}chair", str(committee.pk), str(member.pk)),
        "partner": (f"{word}partner", f"{word}-partner", f"{word}contact", str(partner.pk)),
        "sheet": (f"{word}sheet", str(sheet.pk)),
        "officer": (clerk.name_km, clerk.name_latin, clerk.username, str(clerk.pk), str(role.pk)),
    }
    return Organised(fields, words)


def at_work(clerk: Officer, unit: str, word: str) -> Organised:
    """The clerk has signed in, once a form came too late, and once the place was open in an emergency.

    A session and a kept form are nobody else's business; an opening is the reviewers'.
    """
    client = Client()
    client.post(reverse("staff:sign-in"), {"username": clerk.username, "password": PASSWORD})
    session = OfficerSession.objects.get(officer=clerk)
    late = RequestFactory().post("/people/", {"q": f"{word}kept"})
    kept = keep(late, clerk.pk)
    with scope(clerk):
        asked = helping.ask(page="desk:home", words=f"{word}helpme", by=clerk)
        absence = work.go_away(clerk, from_on=date(2014, 8, 1), to_on=date(2014, 8, 9), stand_in=None, by=clerk)
    ended = clock.now() - timedelta(hours=1)
    opened = BreakGlass.objects.create(
        officer=clerk, unit_code=unit, reason=f"{word}needs", opened_at=ended - timedelta(minutes=30), ends_at=ended
    )
    return Organised(
        {
            "session": str(session.number),
            "kept": str(kept),
            "help": str(asked.pk),
            "absence": str(absence.pk),
            "glass": str(opened.pk),
        },
        {
            "kept": (f"{word}kept", str(kept)),
            "session": (str(session.number), session.pk),
            "help": (f"{word}helpme", str(asked.pk)),
            "absence": (str(absence.pk),),
            "glass": (f"{word}needs", str(opened.pk)),
        },
    )
