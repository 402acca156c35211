"""The pages of offices, committees and partners: who may open them, what they show, and what comes of a form."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onestop.areas import clock
from onestop.staff.models import Committee, CommitteeMember, Office, OfficeSetting, Partner
from onestop.staff.modes import settings_of
from tests.officers import Named

pytestmark = pytest.mark.django_db
READERS = ["commune", "district", "planning", "finance", "intersector", "health", "province", "national", "it"]


@pytest.fixture(autouse=True)
def day() -> Iterator[None]:
    with clock.fixed(date(2014, 6, 11)):
        yield


@pytest.fixture
def it(client: Client, named: Named) -> Client:
    """The browser of the IT officer of the district, in English."""
    officer = named("it")
    officer.language = "en"
    officer.save()
    client.force_login(officer)
    return client


def post(client: Client, name: str, *args: object, **data: object) -> Any:
    return client.post(reverse(f"staff:{name}", args=args), data)


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("username", READERS)
@pytest.mark.parametrize("page", ["offices", "officers", "committees", "partners"])
def test_every_officer_of_the_demonstration_sees_the_organisation_of_the_own_area(
    client: Client, named: Named, username: str, page: str
) -> None:
    client.force_login(named(username))
    response = client.get(reverse(f"staff:{page}"))
    assert response.status_code == 200
    inside = username in {"province", "national"}
    assert ("សាលាឃុំប្រីយ៍" in text(response)) is (inside and page == "offices")


@pytest.mark.parametrize("username", [name for name in READERS if name != "it"])
def test_only_who_may_change_is_offered_it_and_can(client: Client, named: Named, username: str) -> None:
    client.force_login(named(username))
    page = client.get(reverse("staff:office", args=[Office.objects.get(code="CHAR_CHHUK").pk]))
    assert "<form method=" not in text(page).split("</header>")[-1].split("<footer")[0]
    for name in ("new-office", "new-committee", "new-partner"):
        assert client.get(reverse(f"staff:{name}")).status_code == 403


def test_an_office_of_another_district_is_not_there(it: Client) -> None:
    other = Office.objects.get(code="PREI")
    for name in ("office", "edit-office"):
        assert it.get(reverse(f"staff:{name}", args=[other.pk])).status_code == 404
    assert post(it, "open-office", other.pk, version=1, opened_on="11/6/2014").status_code == 404


def test_an_office_is_added_named_and_opened(it: Client) -> None:
    given = {"code": "HALL_2", "name_km": "សាលា", "name_latin": "Hall", "unit_code": "170103", "kind": "front"}
    made = post(it, "new-office", **given)
    office = Office.objects.get(code="HALL_2")
    assert made.headers["Location"] == reverse("staff:office", args=[office.pk])
    refused = post(it, "open-office", office.pk, version=1, opened_on="11/6/2014")
    assert refused.status_code == 422 and "Name the accountable person first" in text(refused)
    page = it.get(reverse("staff:edit-office", args=[office.pk]))
    assert page.status_code == 200
    changed = given | {"version": 1, "holder_km": "មេឃុំ", "holder_latin": "Chief", "holder_title": "commune_chief"}
    assert post(it, "edit-office", office.pk, **changed).status_code == 302
    assert post(it, "open-office", office.pk, version=2, opened_on="១១/៦/២០១៤").status_code == 302
    office.refresh_from_db()
    assert (office.opened_on, office.holder_latin) == (date(2014, 6, 11), "Chief")
    shown = text(it.get(reverse("staff:office", args=[office.pk])))
    assert "Commune chief or deputy" in shown and "open" in shown
    assert post(it, "close-office", office.pk, version=3, closed_on="1/7/2014").status_code == 302
    assert post(it, "void-office", office.pk, version=4, reason="Typed twice").status_code == 302
    assert "HALL_2" not in text(it.get(reverse("staff:offices")))


def test_a_unit_may_be_written_by_name_and_a_wrong_one_gets_near_names(it: Client) -> None:
    given = {"code": "X", "name_km": "ក", "name_latin": "X", "kind": "front"}
    near = text(post(it, "new-office", **given, unit_code="Char Chuk"))
    assert "Char Chhuk Commune 170101" in near
    outside = text(post(it, "new-office", **given, unit_code="171205"))
    assert "lies outside your area" in outside
    assert post(it, "new-office", **given, unit_code="Kouk Doung").status_code == 302
    assert Office.objects.get(code="X").unit_code == "170103"
    assert post(it, "new-office", **(given | {"code": "Y"}), unit_code="១៧០១០១").status_code == 302


def test_a_stale_save_stands_side_by_side_and_keeps_one_s_words(it: Client) -> None:
    office = Office.objects.get(code="KOUL")
    given = {
        "name_km": office.name_km, "name_latin": "Mine", "unit_code": office.unit_code, "kind": office.kind,
        "holder_km": office.holder_km, "holder_latin": office.holder_latin, "version": office.version,
    }  # fmt: skip
    assert post(it, "edit-office", office.pk, **(given | {"name_latin": "Theirs"})).status_code == 302
    stale = post(it, "edit-office", office.pk, **given)
    assert stale.status_code == 422
    assert "Somebody else saved this meanwhile" in text(stale)
    assert "Theirs" in text(stale) and 'value="Mine"' in text(stale)
    assert post(it, "edit-office", office.pk, **(given | {"version": office.version + 1})).status_code == 302
    office.refresh_from_db()
    assert office.name_latin == "Mine"


def test_how_a_commune_works_is_chosen_on_the_page_of_its_office(it: Client) -> None:
    hall = Office.objects.get(code="KOUL")
    given = {"commune_mode-value": "online", "commune_mode-unit_code": "170104", "commune_mode-valid_from": "11/6/2014"}
    assert post(it, "choose-setting", hall.pk, "commune_mode", **given).status_code == 302
    assert settings_of("170104")["commune_mode"] == "online"
    assert "online" in text(it.get(reverse("staff:office", args=[hall.pk])))
    outside = post(it, "choose-setting", hall.pk, "commune_mode", **(given | {"commune_mode-unit_code": "170105"}))
    assert outside.status_code == 422 and "does not lie below" in text(outside)
    on = {"contributions-value": "on", "contributions-unit_code": "170104", "contributions-valid_from": "11/6/2014"}
    assert "agreement" in text(post(it, "choose-setting", hall.pk, "contributions", **on))
    assert post(it, "choose-setting", hall.pk, "colour", **on).status_code == 404
    assert OfficeSetting.objects.filter(office=hall).count() == 1


def test_a_committee_is_set_up_and_its_members_seated_changed_and_ended(it: Client) -> None:
    given = {"kind": "procurement", "unit_code": "1701", "valid_from": "1/6/2014"}
    assert post(it, "new-committee", **given).status_code == 302
    body = Committee.objects.get(kind="procurement", unit_code="1701")
    page = text(it.get(reverse("staff:committee", args=[body.pk])))
    assert "What is amiss" in page and "Chair: 0 of at least 1." in page
    wrong = post(it, "new-member", body.pk, name_km="ក", sex="F", position="chair", valid_from="1/6/2014", mandate=1)
    assert wrong.status_code == 422 and "capacity" in text(wrong)
    right = {"name_km": "កក្កដា", "name_latin": "Kakada", "sex": "F", "position": "chair", "capacity": "council"}
    right |= {"valid_from": "1/6/2014", "mandate": "1"}
    assert post(it, "new-member", body.pk, **right).status_code == 302
    member = CommitteeMember.objects.get(committee=body)
    assert "Kakada" in text(it.get(reverse("staff:member", args=[body.pk, member.pk])))
    ended = right | {"version": 1, "valid_to": "10/6/2014"}
    assert post(it, "member", body.pk, member.pk, **ended).status_code == 302
    assert "Former members" in text(it.get(reverse("staff:committee", args=[body.pk])))
    assert post(it, "void-member", body.pk, member.pk, version=2, reason="Wrong person").status_code == 302
    assert "Kakada" not in text(it.get(reverse("staff:committee", args=[body.pk])))
    change = {"name_km": "", "name_latin": "Buyers", "meets_every": "3", "valid_from": "1/6/2014", "version": 1}
    assert post(it, "edit-committee", body.pk, **change).status_code == 302
    assert "every 3 months" in text(it.get(reverse("staff:committees")))
    hall = Office.objects.filter(unit_code="1701").first()
    assert hall is not None
    for page in (reverse("staff:office", args=[hall.pk]), f"/history/staff.committee/{body.pk}/"):
        assert "Buyers" in text(it.get(page)), page
    assert post(it, "void-committee", body.pk, version=2, reason="Not set up yet").status_code == 302
    late = post(it, "edit-committee", body.pk, **(change | {"version": 3}))
    assert late.status_code == 422 and "This was taken out meanwhile" in text(late)


def test_a_partner_needs_a_contact_and_partners_of_the_levels_above_are_shown(it: Client) -> None:
    page = text(it.get(reverse("staff:partners")))
    assert "World Food Programme" in page and "National Social Security Fund" in page
    given = {"code": "rice-bank", "kind": "ngo", "name_km": "ធនាគារស្រូវ", "name_latin": "Rice bank", "unit_code": "1701"}
    assert "Give a contact" in text(post(it, "new-partner", **given))
    half = post(it, "new-partner", **given, contact_phone="012 90")
    assert half.status_code == 422 and "not complete" in text(half) and 'value="012 90"' in text(half)
    assert "Give a contact" not in text(half), "one was given, and it is wrong: that is told alone"
    assert post(it, "new-partner", **given, contact_phone="០១២ ៩០០-៩០០").status_code == 302
    partner = Partner.objects.get(code="rice-bank")
    assert partner.contact_phone == "+85512900900" and "012 900 900" in text(it.get(reverse("staff:partners")))
    changed = given | {"version": 1, "contact_email": "desk@example.org"}
    assert post(it, "partner", partner.pk, **changed).status_code == 302
    national = Partner.objects.get(code="nssf")
    assert it.get(reverse("staff:partner", args=[national.pk])).status_code == 403
    assert post(it, "void-partner", national.pk, version=1, reason="Closed").status_code == 403
    assert post(it, "void-partner", partner.pk, version=2, reason="Closed").status_code == 302
    assert "Rice bank" not in text(it.get(reverse("staff:partners")))


def test_what_another_took_out_or_changed_meanwhile_is_told_when_it_is_taken_out(it: Client) -> None:
    office = Office.objects.create(code="TWICE", kind="front", name_km="ក", name_latin="Twice", unit_code="170101")
    assert post(it, "void-office", office.pk, version=1, reason="Typed twice").status_code == 302
    again = post(it, "void-office", office.pk, version=1, reason="Typed twice")
    assert again.status_code == 422 and "This was taken out meanwhile" in text(again)
    member = CommitteeMember.objects.filter(unit_code="1701", voided_at=None).first()
    assert member is not None
    partner = Partner.objects.create(
        code="near", kind="ngo", name_km="ក", name_latin="Near", unit_code="1701", contact_phone="012 900 900"
    )
    taken_out = {
        "void-member": [member.committee_id, member.pk],
        "void-committee": [member.committee_id],
        "void-partner": [partner.pk],
    }
    for name, keys in taken_out.items():
        address = reverse(f"staff:{name}", args=keys)
        missing = it.post(address, {"version": 1})
        assert missing.status_code == 422 and "Write why it is taken out." in text(missing), name
        stale = it.post(address, {"version": 9, "reason": "Typed with care"})
        assert stale.status_code == 422 and "Somebody else saved this meanwhile. Look it over" in text(stale), name
        # the words stand in their box, which is open, and may be sent as they are
        form = stale.context["voiding"]
        assert 'value="Typed with care"' in text(stale) and '<details class="govuk-details" open>' in text(stale), name
        again = it.post(address, {"version": form["version"].value(), "reason": "Typed with care"})
        assert again.status_code == 302, name
