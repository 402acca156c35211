"""Committees, their members and what is said about a roster."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.scope import current
from onestop.staff import organising, tasks
from onestop.staff.bodies import body_kinds, named
from onestop.staff.models import Committee, CommitteeMember, Officer, Partner
from onestop.staff.rosters import concerns_of, mandate_end, meets_every
from onestop.staff.scope import scope
from tests.officers import Named

pytestmark = pytest.mark.django_db
DAY = date(2014, 6, 11)


@pytest.fixture
def it() -> Iterator[Officer]:
    """The IT officer of the district, at work."""
    officer = Officer.objects.get(username="it")
    with clock.fixed(DAY), translation.override("en"), scope(officer):
        yield officer


def committee(it: Officer, kind: str, unit: str, **fields: object) -> Committee:
    return organising.add_committee(by=it, kind=kind, unit_code=unit, valid_from=date(2014, 1, 1), **fields)


def seat(it: Officer, body: Committee, position: str, capacity: str, **fields: object) -> CommitteeMember:
    given = {"name_latin": f"Somebody {CommitteeMember.objects.count()}", "valid_from": date(2014, 1, 1), "sex": "M"}
    return organising.seat_member(body, by=it, position=position, capacity=capacity, **(given | fields))


def told(body: Committee, *, unit_kind: str = "", on: date = DAY) -> list[str]:
    return [one.code for one in concerns_of(body, body.members.all(), unit_kind=unit_kind, on=on)]


def vdc(it: Officer, women: int, members: int = 4) -> Committee:
    body = committee(it, "vdc", "17010102")
    for number, position in enumerate(["chair", "deputy", "secretary", *["member"] * members]):
        seat(it, body, position, "village", sex="F" if number < women else "M")
    return body


def test_a_member_without_capacity_cannot_be_saved(it: Officer) -> None:
    """ORG-20, in the action and in the database."""
    body = committee(it, "procurement", "1701")
    with pytest.raises(ValidationError, match="capacity"):
        seat(it, body, "chair", "")
    with pytest.raises(ValidationError, match="capacity"):
        seat(it, body, "chair", "village")
    with pytest.raises(ValidationError, match="position"):
        seat(it, body, "clerk", "council")
    with pytest.raises(IntegrityError, match="committeemember_capacity"), transaction.atomic():
        CommitteeMember.objects.create(
            committee=body, unit_code="1701", name_latin="X", position="chair", capacity="", valid_from=DAY
        )
    with pytest.raises(ValidationError):
        seat(it, body, "chair", "council", name_latin="")


def test_a_village_committee_below_forty_per_cent_women_is_told_so(it: Officer) -> None:
    """ORG-32: of seven members three are women (43 per cent); with two (29) it is said."""
    body = vdc(it, women=3)
    assert told(body) == []
    one = body.members.filter(sex="F")[0]
    organising.change(CommitteeMember, one.pk, by=it, version=one.version, sex="M")
    assert told(body) == ["women"]


def test_a_village_committee_has_four_to_six_members_beside_its_three_offices(it: Officer) -> None:
    body = vdc(it, women=3, members=3)
    assert told(body) == ["few"]
    for _number in range(4):
        seat(it, body, "member", "village", sex="F")
    assert told(body) == ["many"]
    seat(it, body, "volunteer", "village")
    assert told(body) == ["many"]


def test_a_chair_of_a_village_committee_is_appointed_for_five_years(it: Officer) -> None:
    """ORG-34: one is warned half a year before the end, and after it."""
    body = vdc(it, women=3)
    chair = body.members.get(position="chair")
    assert mandate_end(chair, body_kinds()["vdc"].mandate) == date(2018, 12, 31)
    assert told(body, on=date(2018, 6, 29)) == []
    assert told(body, on=date(2018, 7, 1)) == ["ending"]
    assert told(body, on=date(2019, 1, 1)) == ["expired"]


def test_an_expired_mandate_of_a_governor_and_a_second_renewal_are_flagged(it: Officer) -> None:
    """ORG-37: three to five deputies in a district, four years, renewable once."""
    Committee.objects.filter(kind="board_of_governors").update(voided_at=clock.now())
    body = committee(it, "board_of_governors", "1701")
    seat(it, body, "governor", "appointed", valid_from=date(2010, 6, 1))
    assert told(body) == ["few", "expired"]
    for number in range(3):
        seat(it, body, "deputy_governor", "appointed", mandate=3 if number == 0 else 1)
    assert told(body) == ["expired", "renewed"]
    for _number in range(3):
        seat(it, body, "deputy_governor", "appointed")
    assert told(body) == ["many", "expired", "renewed"]


def test_the_task_counts_the_mandates_of_which_the_committees_pages_warn(it: Officer) -> None:
    """Also those whose last day nobody wrote down: the kind says how long they last, and when one is warned."""
    seat(it, committee(it, "cwcc", "170102"), "chair", "council", valid_to=date(2014, 9, 1))
    bodies = [(body, list(body.members.filter(voided_at=None))) for body in Committee.objects.editable_by(it)]
    said = [one for body, members in bodies for one in concerns_of(body, members) if one.code in {"ending", "expired"}]
    line = next(line for line in tasks.waiting(it, current()) if line.source is tasks.MANDATES)
    assert line.counted.count == len(said) > 3
    assert line.counted.late == sum(one.code == "expired" for one in said) > 0
    assert line.counted.due == date(2014, 4, 30)  # of the deputy governor renewed in 2010


def test_an_empty_seat_is_asked_for_until_somebody_sits_there(it: Officer) -> None:
    def asked() -> int:
        return next(line for line in tasks.waiting(it, current()) if line.source is tasks.MANDATES).counted.count

    before, body = asked(), committee(it, "cwcc", "170102")
    seat(it, body, "chair", "council", valid_to=date(2014, 6, 1))
    assert asked() == before + 1
    seat(it, body, "chair", "council", valid_from=date(2014, 6, 2))
    assert asked() == before


def test_a_commune_with_twelve_councillors_gives_a_warning(it: Officer) -> None:
    """ORG-36, and the sizes of a municipality and a district differ."""
    body = committee(it, "council", "170102")
    seat(it, body, "chair", "elected")
    for _number in range(10):
        seat(it, body, "member", "elected")
    assert told(body) == []
    seat(it, body, "member", "elected")
    assert told(body) == ["size"]
    council = body_kinds()["council"]
    municipality, district = council.size_at(2, "krong"), council.size_at(2, "srok")
    assert municipality and (municipality.least, municipality.most) == (7, 15)
    assert district and (district.least, district.most) == (7, 19)


def test_three_leaders_and_a_clerk_can_be_entered(it: Officer) -> None:
    """ORG-38"""
    body = committee(it, "commune_leaders", "170102")
    for position in ("chief", "first_deputy", "second_deputy"):
        seat(it, body, position, "elected")
    assert told(body) == ["few"]
    seat(it, body, "clerk", "appointed")
    assert told(body) == []


def test_who_should_be_heard_and_does_not_sit_there_is_named(it: Officer) -> None:
    """ORG-21: workers', employers' and partner NGO representatives."""
    body = Committee.objects.get(kind="tcc", unit_code="1701")
    concern = next(one for one in concerns_of(body, body.members.all(), on=DAY) if one.code == "wanted")
    assert concern.text.count(",") == 2


def test_how_often_a_committee_meets_is_data_and_may_be_changed(it: Officer) -> None:
    """ORG-18, ORG-19, ORG-28: district CWCC monthly, TCC every two months, a commune's when it wants."""
    assert meets_every(Committee(kind="cwcc", unit_code="1701")) == 1
    assert meets_every(Committee(kind="tcc", unit_code="1701")) == 2
    assert meets_every(Committee(kind="tcc", unit_code="1701", meets_every=1)) == 1
    assert meets_every(Committee(kind="tcc", unit_code="170101")) is None
    assert meets_every(Committee(kind="cwcc", unit_code="17")) == 6


def test_another_name_finds_the_same_committee() -> None:
    """ORG-52: "children and women's consultation committees" of document AP."""
    found = named("Children and women's consultation committee")
    assert found is not None and found.code == "cwcc"
    assert named("CWCC") is found
    assert named("no such committee") is None


def test_a_further_kind_of_committee_needs_no_code(it: Officer, tmp_path: Path, settings: LazySettings) -> None:
    """ORG-39: an entry of the country pack is enough to set one up and to seat its members."""
    folder = tmp_path / "khm"
    shutil.copytree(pack().folder, folder)
    with (folder / "committees.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "  - code: flood\n    label: {km: ទឹកជំនន់, en: Flood committee}\n    levels: [2]\n    meets: {'2': 3}\n"
            "    positions: [{code: chair, from: 1, to: 1}]\n    capacities: [council]\n"
        )
    settings.COUNTRY_PACK = folder
    body = committee(it, "flood", "1701")
    assert told(body) == ["few"]
    seat(it, body, "chair", "council")
    assert told(body) == []
    assert meets_every(body) == 3


def test_a_committee_stands_once_at_a_unit_of_its_levels(it: Officer) -> None:
    with pytest.raises(ValidationError, match="level"):
        committee(it, "vdc", "1701")
    with pytest.raises(ValidationError, match="already has"):
        committee(it, "cwcc", "1701")
    assert committee(it, "cwcc", "170103")


def test_members_of_other_districts_are_not_seen(it: Officer, named: Named) -> None:
    committee(it, "cwcc", "170103")
    assert set(Committee.objects.visible_to(it).values_list("unit_code", flat=True)) >= {"1701", "170103"}
    with scope(named("commune")):
        seen = CommitteeMember.objects.visible_to(named("commune")).values_list("unit_code", flat=True)
        assert set(seen) == {"170101", "17010101"}


def test_each_partner_has_a_contact(it: Officer) -> None:
    """ORG-50: the ten kinds of partners of the document are in the demonstration's register, each with a contact."""
    assert Partner.objects.count() >= 10
    for partner in Partner.objects.all():
        assert partner.contact_phone or partner.contact_email or partner.contact_address, partner
    given = {"code": "p", "kind": "ngo", "name_km": "ដៃគូ", "name_latin": "Partner", "unit_code": "1701"}
    with pytest.raises(ValidationError, match="contact"):
        organising.add_partner(by=it, **given)
    assert organising.add_partner(by=it, **given, contact_phone="012 900 900")
