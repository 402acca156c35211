"""From roles to scopes, and what the database shows then."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from onestop.areas import clock
from onestop.areas.scope import NATION, current, current_or_none
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import (
    UnknownOfficer,
    figures_scope,
    has_right,
    officer_named,
    scope,
    scope_of,
    system_scope,
)
from tests.officers import Named

pytestmark = pytest.mark.django_db


def settings_of_the_database() -> tuple[str, ...]:
    """lo, hi, ranges, officer: '' where nothing is set."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('onestop.' || name, true), '')"
            " FROM unnest(ARRAY['lo', 'hi', 'ranges', 'officer']) WITH ORDINALITY AS asked (name, place) ORDER BY place"
        )
        return tuple(value for (value,) in cursor.fetchall())


def give(officer: Officer, role: str, unit: str, since: date = date(2000, 1, 1), until: date | None = None) -> None:
    RoleAssignment.objects.create(officer=officer, role=role, unit_code=unit, valid_from=since, valid_to=until)


@pytest.mark.parametrize(
    ("username", "ranges", "persons", "sectors", "compartments"),
    [
        ("commune", (("170101", "170102"),), True, None, set()),
        ("district", (("1701", "1702"),), True, None, set()),
        ("planning", (("1701", "1702"),), True, None, set()),
        ("finance", (("1701", "1702"),), True, None, set()),
        ("intersector", (("1701", "1702"),), True, None, set()),
        ("health", (("1701", "1702"),), True, {"health"}, {"health"}),
        ("province", (("17", "18"),), False, None, set()),
        ("national", (NATION,), False, None, set()),
    ],
)
def test_each_demo_officer_has_the_scope_of_the_role(
    named: Named,
    username: str,
    ranges: tuple[tuple[str, str], ...],
    persons: bool,
    sectors: set[str] | None,
    compartments: set[str],
) -> None:
    found = scope_of(named(username))
    assert found.ranges == ranges
    assert found.figures_only is not persons
    assert (set(found.sectors) if found.sectors is not None else None) == sectors
    assert found.compartments == compartments
    assert found.office_code
    with scope(named(username)):
        low, high, edges, officer = settings_of_the_database()
    assert (low, high) == (ranges[0] if persons else ("", ""))
    assert (edges, officer) == ("", str(found.officer_id))


def test_a_role_counts_from_its_first_to_its_last_day(named: Named) -> None:
    officer = named("national")
    RoleAssignment.objects.filter(officer=officer).delete()
    give(officer, "district_assistant", "1701", date(2026, 3, 1), date(2026, 3, 31))
    for day, expected in [
        (date(2026, 2, 28), ()),
        (date(2026, 3, 1), (("1701", "1702"),)),
        (date(2026, 3, 31), (("1701", "1702"),)),
        (date(2026, 4, 1), ()),
    ]:
        assert scope_of(officer, day).ranges == expected, day


def test_without_a_role_there_is_a_scope_of_nothing(named: Named) -> None:
    officer = named("district")
    RoleAssignment.objects.filter(officer=officer).delete()
    found = scope_of(officer)
    assert (found.ranges, found.rights, found.figures_only) == ((), frozenset(), True)


def test_a_closed_account_has_no_scope(named: Named) -> None:
    officer = named("district")
    officer.is_active = False
    assert scope_of(officer).ranges == ()


def test_a_role_the_country_pack_no_longer_has_gives_nothing(named: Named) -> None:
    officer = named("national")
    RoleAssignment.objects.filter(officer=officer).update(role="abolished")
    assert scope_of(officer).ranges == ()


def test_two_roles_join_their_areas_and_rights_but_each_right_stays_at_its_place(named: Named) -> None:
    officer = named("commune")
    give(officer, "planning_officer", "1712")
    found = scope_of(officer)
    assert found.ranges == (("170101", "170102"), ("1712", "1713"))
    assert found.edges() == "170101,170102,1712,1713"
    assert has_right(officer, "programme.publish")
    assert has_right(officer, "programme.publish", at="171201")
    assert not has_right(officer, "programme.publish", at="170101")


def test_figures_of_a_wider_area_do_not_widen_the_persons_seen(named: Named) -> None:
    officer = named("district")
    give(officer, "provincial_statistics", "17")
    found = scope_of(officer)
    assert found.ranges == (("1701", "1702"),)
    assert found.figure_ranges == (("17", "18"),)
    assert not found.figures_only


def test_a_sector_or_compartment_held_in_one_area_does_not_reach_another(named: Named) -> None:
    officer = named("health")
    give(officer, "technical_health", "1712")
    assert scope_of(officer).compartments == {"health"}
    give(officer, "commune_assistant", "1703")
    found = scope_of(officer)
    assert found.compartments == frozenset()
    assert found.sectors == frozenset({"health"})


def test_the_same_role_cannot_be_held_twice_on_one_day(named: Named) -> None:
    officer = named("district")
    with pytest.raises(IntegrityError, match="staff_roleassignment_once"), transaction.atomic():
        give(officer, "district_assistant", "1701", date(2026, 1, 1))
    RoleAssignment.objects.filter(officer=officer).update(valid_to=date(2026, 1, 1))
    give(officer, "district_assistant", "1701", date(2026, 1, 2))


def test_scopes_nest_and_the_outer_one_comes_back(named: Named) -> None:
    district, commune = named("district"), named("commune")
    with scope(district) as outer:
        with scope(commune):
            assert current().officer_id == commune.pk
            assert settings_of_the_database()[0] == "170101"
        assert current() is outer
        assert settings_of_the_database()[0] == "1701"
        with pytest.raises(RuntimeError), scope(commune):
            raise RuntimeError
        assert settings_of_the_database()[0] == "1701"
    assert current_or_none() is None
    assert settings_of_the_database() == ("", "", "", "")


def test_today_is_the_day_of_the_clock(named: Named) -> None:
    officer = named("district")
    RoleAssignment.objects.filter(officer=officer).update(valid_from=date(2014, 6, 11), valid_to=date(2014, 6, 11))
    with clock.fixed(date(2014, 6, 11)):
        assert scope_of(officer).ranges
    with clock.fixed(date(2014, 6, 11) + timedelta(days=1)):
        assert not scope_of(officer).ranges


def test_a_named_task_of_the_machine_has_its_purpose_and_its_scope() -> None:
    for officer in Officer.objects.filter(is_system=True):
        assert officer.purpose
        assert not officer.has_usable_password()
    with system_scope("system.loader") as opened:
        assert opened.ranges == (NATION,)
        assert not opened.figures_only
    with system_scope("system.seal") as opened:
        assert opened.bounds() == ("", "")


def test_an_unknown_name_is_refused_with_a_way_on() -> None:
    with pytest.raises(UnknownOfficer, match="officers load"), system_scope("system.nobody"):
        pass
    with pytest.raises(UnknownOfficer, match="commune"):
        officer_named("nobody")
    assert officer_named(" Commune ").username == "commune"


def test_figures_are_counted_over_the_areas_of_whose_figures_one_may_ask(named: Named) -> None:
    with scope(named("province")) as asking:
        assert asking.bounds() == ("", "")
        with figures_scope() as counting:
            assert settings_of_the_database()[:2] == ("17", "18")
            assert counting.figures_only
        assert settings_of_the_database()[:2] == ("", "")


def test_figures_need_their_right() -> None:
    with system_scope("system.loader"), pytest.raises(PermissionDenied), figures_scope():
        pass
