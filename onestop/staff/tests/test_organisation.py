"""Offices, their settings and the roles in them: who may, what is refused, and what stays readable."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import translation

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.keys import uuid7
from onestop.journal.models import JournalEntry
from onestop.journal.queries import history_of, lines_about
from onestop.staff import organising
from onestop.staff.models import Office, Officer, OfficeSetting, RoleAssignment
from onestop.staff.modes import UnknownSetting, modes, settings_of
from onestop.staff.queries import may_sign_in
from onestop.staff.scope import scope, scope_of, system_scope
from onestop.staff.stale import StaleRecord
from tests.officers import Named

pytestmark = pytest.mark.django_db
DAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def day() -> Iterator[None]:
    with clock.fixed(DAY), translation.override("en"):
        yield


def office(code: str) -> Office:
    found: Office = Office.objects.get(code=code)
    return found


def verbs_about(subject: Model) -> set[str]:
    """What the journal says was done with a record, read by one who sees all of it."""
    with system_scope("system.console"):
        return set(JournalEntry.objects.about(subject).values_list("verb", flat=True))


def new_office(by: Officer, **fields: object) -> Office:
    given = {"code": "NEW", "name_km": "ថ្មី", "name_latin": "New", "unit_code": "170101", "kind": "front"}
    return organising.add_office(by=by, **(given | fields))


# offices
def test_an_office_without_an_accountable_person_cannot_be_opened(named: Named) -> None:
    it = named("it")
    with scope(it):
        made = new_office(it)
        assert not made.is_open_on(DAY)
        with pytest.raises(ValidationError, match="accountable person"):
            organising.open_office(made.pk, on=DAY, by=it, version=made.version)
        with pytest.raises(IntegrityError, match="staff_office_open_accountable"), transaction.atomic():
            Office.objects.filter(pk=made.pk).update(opened_on=DAY)
        named_one = organising.change(Office, made.pk, by=it, version=made.version, accountable=named("commune"))
        opened = organising.open_office(made.pk, on=DAY, by=it, version=named_one.version)
        assert opened.is_open_on(DAY) and not opened.is_open_on(date(2014, 6, 10))
        closed = organising.close_office(made.pk, on=date(2014, 12, 1), by=it, version=opened.version)
        assert not closed.is_open_on(date(2014, 12, 1))


def test_a_district_opens_under_its_governor_and_a_change_of_holder_keeps_history(named: Named) -> None:
    director = named("it")
    with scope(director):
        made = new_office(director, unit_code="1701", holder_km="អភិបាល ចាស់", holder_latin="Old Governor")
        organising.open_office(made.pk, on=DAY, by=director, version=1)
        organising.change(Office, made.pk, by=director, version=2, holder_latin="New Governor", holder_km="អភិបាល ថ្មី")
    assert verbs_about(made) == {"office.added", "office.opened", "organisation.changed"}
    with system_scope("system.console"):
        holders = [change.fields.get("holder_latin", ("", ""))[1] for change in history_of(made)]
    assert holders == ["New Governor", "", "Old Governor"]


def test_an_officer_sees_and_changes_offices_of_the_area_alone(named: Named) -> None:
    with scope(named("commune")):
        seen = set(Office.objects.visible_to(named("commune")).values_list("code", flat=True))
        assert seen == {"CHAR_CHHUK"}
        assert not Office.objects.editable_by(named("commune")).exists()
    with scope(named("it")):
        seen = set(Office.objects.visible_to(named("it")).values_list("unit_code", flat=True))
        assert {"1701", "170101", "170107"} <= seen
        assert not [code for code in seen if not code.startswith("1701")]
        with pytest.raises(ValidationError, match="outside the places"):
            organising.change(Office, office("PREI").pk, by=named("it"), version=1, name_latin="Mine")
        with pytest.raises(PermissionDenied):
            new_office(named("it"), unit_code="171201")
        with pytest.raises(PermissionDenied):
            organising.change(Office, office("KOUL").pk, by=named("it"), version=1, unit_code="171201")


def test_who_has_no_right_to_change_changes_nothing(named: Named) -> None:
    for username in ("commune", "district", "province", "national"):
        with scope(named(username)), pytest.raises(PermissionDenied):
            new_office(named(username))


def test_a_stale_save_is_refused_and_a_wrong_office_is_voided_with_a_reason(named: Named) -> None:
    it = named("it")
    with scope(it):
        made = new_office(it)
        organising.change(Office, made.pk, by=it, version=1, name_latin="Newer")
        with pytest.raises(StaleRecord):
            organising.change(Office, made.pk, by=it, version=1, name_latin="Newest")
        with pytest.raises(ValidationError, match="why"):
            organising.void(Office, made.pk, by=it, version=2, reason=" ")
        organising.void(Office, made.pk, by=it, version=2, reason="Typed twice")
        assert Office.objects.get(pk=made.pk).void_reason == "Typed twice"
        assert not Office.objects.visible_to(it).standing().filter(pk=made.pk).exists()
        with pytest.raises(ValidationError, match="Move them"):
            organising.void(Office, office("ANGKOR_CHUM").pk, by=it, version=1, reason="No")


def test_fifteen_offices_can_be_counted(named: Named) -> None:
    """ROLL-15: the register counts the offices of both pilot districts that are open."""
    open_now = Office.objects.open_on(DAY)
    assert open_now.filter(unit_code__startswith="17").count() >= 15
    assert not Office.objects.open_on(date(2014, 5, 31)).exists()


# settings
def test_without_a_choice_the_default_holds_everywhere() -> None:
    OfficeSetting.objects.update(voided_at=clock.now())
    assert dict(settings_of("170103")) == {code: mode.default for code, mode in modes().items()}
    assert settings_of("")["national_functions"] == "off"


def test_a_choice_holds_from_its_day_for_its_unit_until_a_nearer_one(named: Named) -> None:
    it = named("it")
    with scope(it):
        district = office("ANGKOR_CHUM")
        organising.choose_setting(district, key="commune_mode", value="spreadsheet", valid_from=date(2014, 7, 1), by=it)
        assert settings_of("170105")["commune_mode"] == "paper"
        assert settings_of("170105", date(2014, 7, 1))["commune_mode"] == "spreadsheet"
        assert settings_of(office("CHAR_CHHUK"), date(2014, 7, 1))["commune_mode"] == "online"
        assert settings_of("17010101", date(2014, 7, 1))["commune_mode"] == "online"
        assert settings_of("171201", date(2014, 7, 1))["commune_mode"] == "paper"


def test_a_new_choice_ends_the_open_one_the_day_before_and_none_overlap(named: Named) -> None:
    it, hall = named("it"), office("CHAR_CHHUK")
    with scope(it):
        organising.choose_setting(hall, key="commune_mode", value="paper", valid_from=date(2014, 8, 1), by=it)
        assert settings_of(hall, date(2014, 7, 31))["commune_mode"] == "online"
        assert settings_of(hall, date(2014, 8, 1))["commune_mode"] == "paper"
        with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
            organising.choose_setting(
                hall, key="commune_mode", value="online", valid_from=date(2014, 6, 20), valid_to=date(2014, 8, 3), by=it
            )


def test_contributions_need_the_agreement_they_rest_on(named: Named) -> None:
    it, hall = named("it"), office("CHAR_CHHUK")
    with scope(it):
        with pytest.raises(ValidationError, match="agreement"):
            organising.choose_setting(hall, key="contributions", value="on", valid_from=DAY, by=it)
        organising.choose_setting(
            hall, key="contributions", value="on", valid_from=DAY, reference="MoU 12 of 2014", by=it
        )
        assert settings_of(hall).is_on("contributions")
        assert not settings_of("170102").is_on("contributions")


def test_functions_of_the_province_are_turned_on_by_a_setting_alone(named: Named) -> None:
    """ROLL-01, ROLL-02: off at first; turning on changes one row and no other data."""
    assert not settings_of("17").is_on("province_functions")
    officer = named("national")
    RoleAssignment.objects.create(
        officer=officer, role="provincial_director", unit_code="17", valid_from=date(2014, 1, 1)
    )
    with scope(officer):
        organising.choose_setting(
            office("STATISTICS_SIEM_REAP"), key="province_functions", value="on", valid_from=DAY, by=officer
        )
    assert settings_of("1701").is_on("province_functions")
    assert not settings_of("01").is_on("province_functions")


@pytest.mark.parametrize(
    ("key", "value", "unit", "field"),
    [
        ("commune_mode", "by pigeon", None, "value"),
        ("colour", "red", None, "value"),
        ("commune_mode", "paper", "171201", "unit_code"),
        ("commune_mode", "paper", "17010101", "unit_code"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(
    named: Named, key: str, value: str, unit: str | None, field: str
) -> None:
    it = named("it")
    with scope(it), pytest.raises((ValidationError, PermissionDenied)) as refused:
        organising.choose_setting(office("ANGKOR_CHUM"), key=key, value=value, unit_code=unit, valid_from=DAY, by=it)
    assert isinstance(refused.value, PermissionDenied) or field in getattr(refused.value, "message_dict", {})


def test_an_unknown_setting_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UnknownSetting, match="did you mean commune_mode"):
        settings_of("170101")["comune_mode"]


# roles
def given(by: Officer, officer: Officer, role: str, unit: str, until: date | None = None) -> RoleAssignment:
    return organising.give_role(officer, role=role, unit_code=unit, valid_from=DAY, valid_to=until, by=by)


def test_front_and_back_office_are_not_in_one_hand(named: Named) -> None:
    """ORG-05: front cannot decide, back cannot register; the auditor changes no ledger line (ORG-42)."""
    it = named("it")
    with scope(it):
        with pytest.raises(PermissionDenied, match="one hand"):
            given(it, named("commune"), "technical_health", "1701")
        with pytest.raises(PermissionDenied, match="one hand"):
            given(it, named("health"), "commune_assistant", "170101")
        assert given(it, named("district"), "planning_officer", "1701")
    for role in pack().roles.values():
        assert not ("application.decide" in role.rights and "registry.register" in role.rights), role.code
        assert not ("ledger.audit" in role.rights and "ledger.write" in role.rights), role.code


def test_a_role_is_given_to_no_officer_who_works_elsewhere(named: Named) -> None:
    """Answered like one that does not exist; with a role in the area the same officer is one of it."""
    it, elsewhere = named("it"), named("province")
    with scope(it):
        with pytest.raises(PermissionDenied, match="There is no officer “province” where you make accounts"):
            given(it, elsewhere, "commune_clerk", "170101")
        assert not elsewhere.assignments.filter(role="commune_clerk").exists()
        RoleAssignment.objects.create(officer=elsewhere, role="commune_chief", unit_code="170102", valid_from=DAY)
        assert given(it, elsewhere, "commune_clerk", "170101")


def test_a_conflict_counts_only_where_areas_and_days_meet(named: Named) -> None:
    central = named("national")
    RoleAssignment.objects.create(officer=central, role="central_it", unit_code="", valid_from=date(2014, 1, 1))
    RoleAssignment.objects.filter(officer=named("district")).update(valid_to=date(2014, 6, 30))
    with scope(central):
        assert given(central, named("health"), "commune_assistant", "171201")

        def refusal(since: date) -> str:
            return organising.why_not_give(
                named("district"), "technical_labour", "1701", valid_from=since, valid_to=None, by=central
            )

        assert refusal(date(2014, 7, 1)) == ""
        assert "one hand" in refusal(date(2014, 6, 30))


def test_nobody_raises_their_own_rights_or_gives_any_outside_their_area(named: Named) -> None:
    it = named("it")
    with scope(it):
        for role, unit, officer, says in [
            ("planning_officer", "1701", it, "themselves"),
            ("district_assistant", "1712", named("commune"), "other places"),
            ("provincial_statistics", "17", named("commune"), "other places"),
            ("national_board", "", named("commune"), "other places"),
            ("district_assistant", "170101", named("commune"), "another level"),
            ("king", "1701", named("province"), "no role"),
        ]:
            with pytest.raises(PermissionDenied, match=says):
                given(it, officer, role, unit)
        second = named("commune")
        second.human = it.human
        with pytest.raises(PermissionDenied, match="themselves"):
            given(it, second, "commune_clerk", "170101")
        own = RoleAssignment.objects.get(officer=it)
        with pytest.raises(PermissionDenied, match="their own"):
            organising.end_role(own, last_day=DAY, by=it)
        with pytest.raises(PermissionDenied, match="their own"):
            organising.put_under(second, supervisor=None, by=it)
    with scope(named("district")), pytest.raises(PermissionDenied, match="other places"):
        given(named("district"), named("commune"), "commune_clerk", "170101")


def test_a_role_has_a_last_day_and_its_history(named: Named) -> None:
    it = named("it")
    with scope(it):
        role = given(it, named("finance"), "commune_clerk", "170101")
        organising.end_role(role, last_day=date(2014, 6, 30), by=it)
        assert not scope_of(named("finance"), date(2014, 7, 1)).may("meeting.write")
        with pytest.raises(ValidationError):
            organising.end_role(role, last_day=date(2014, 6, 1), by=it)
    assert verbs_about(role) == {"role.given", "role.ended"}


def test_a_role_is_taken_back_before_its_first_day_and_gives_no_right_on_it(named: Named) -> None:
    it, finance = named("it"), named("finance")
    with scope(it):
        role = organising.give_role(
            finance, role="commune_clerk", unit_code="170101", valid_from=date(2014, 7, 1), by=it
        )
        organising.take_back_role(role, by=it)
        assert not scope_of(finance, date(2014, 7, 1)).may("meeting.write")
        assert "finance: commune_clerk 2014-07-01 → –" in [line.note for line in lines_about(finance)]
        begun = RoleAssignment.objects.get(officer=finance)
        with pytest.raises(ValidationError, match="has begun"):
            organising.take_back_role(begun, by=it)


def test_one_coordination_officer_sees_her_four_districts_and_no_fifth(named: Named) -> None:
    """ORG-17: Varin, Angkor Chum, Kralanh, Srei Snam."""
    officer = named("national")
    RoleAssignment.objects.filter(officer=officer).delete()
    for unit in ("1714", "1701", "1706", "1712"):
        RoleAssignment.objects.create(
            officer=officer, role="council_coordinator", unit_code=unit, valid_from=date(2014, 1, 1)
        )
    found = scope_of(officer, DAY)
    assert [code for code in ("1714", "1701", "1706", "1712", "1703") if found.may("office.read", code)] == [
        *["1714", "1701", "1706", "1712"]
    ]


def test_who_holds_only_roles_without_a_session_may_not_sign_in(named: Named) -> None:
    """ORG-33: a village volunteer, a committee."""
    officer = named("national")
    assert may_sign_in(officer)
    RoleAssignment.objects.filter(officer=officer).update(role="village_volunteer", unit_code="17010101")
    assert not may_sign_in(officer)
    RoleAssignment.objects.create(officer=officer, role="commune_clerk", unit_code="170101", valid_from=DAY)
    assert may_sign_in(officer)
    assert not may_sign_in(officer, date(2014, 6, 1))
    officer.is_active = False
    assert not may_sign_in(officer)
    assert not may_sign_in(Officer.objects.get(username="system.loader"))


def test_rights_that_may_not_be_in_one_hand_do_not_meet_in_two_accounts_of_one_human(named: Named) -> None:
    it, commune = named("it"), named("commune")
    second = Officer.objects.create(
        username="second", name_km="ទីពីរ", name_latin="Second", office=commune.office, human=commune.human
    )
    with scope(it):
        with pytest.raises(PermissionDenied, match="one hand"):
            given(it, second, "technical_health", "1701")
        Officer.objects.filter(pk=second.pk).update(human=uuid7())
        second.refresh_from_db()
        assert given(it, second, "technical_health", "1701")


def test_ending_a_role_never_prolongs_it(named: Named) -> None:
    """Else it would meet, unasked, a role that was given for the time after it."""
    it, finance = named("it"), named("finance")
    with scope(it):
        role = given(it, finance, "commune_clerk", "170101", date(2014, 6, 30))
        with pytest.raises(ValidationError, match="is held until"):
            organising.end_role(role, last_day=date(2014, 7, 1), by=it)
        assert organising.end_role(role, last_day=date(2014, 6, 29), by=it).valid_to == date(2014, 6, 29)
