"""Enrolling, ending and voiding: what is written, what is refused, and who may."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from onestop.enrolments.actions import EnrolledMany, end, enrol, enrol_many, void
from onestop.enrolments.factories import enrolment
from onestop.enrolments.models import Enrolment
from onestop.journal.models import RowHistory
from onestop.journal.queries import lines_about
from onestop.programmes.models import Programme
from onestop.registry import actions as registry
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, member
from onestop.registry.models import Household, Person
from onestop.registry.tests.conftest import TODAY, officer
from onestop.staff.models import Officer
from onestop.staff.scope import scope

DAY = timedelta(days=1)
BEGIN = date(2014, 1, 1)


@pytest.fixture
def home(district: Officer) -> Household:
    home: Household = HouseholdFactory(by=district)
    return home


@pytest.fixture
def head(home: Household) -> Person:
    return member(home, "head")


def test_a_person_is_enrolled_with_a_line_in_the_journal_and_an_image_in_the_history(
    district: Officer, home: Household, head: Person, of_persons: Programme
) -> None:
    made = enrol(head, of_persons, valid_from=BEGIN, by=district)
    assert (made.unit_code, made.person, made.household, made.enrolled_by) == (home.unit_code, head, None, district)
    (image,) = RowHistory.objects.of(made)
    assert (image.op, image.officer_id) == ("I", district.pk)
    line = lines_about(head, named="her")[0]
    assert "Chea Maly enrolled her in a programme: HEF" in line.sentence


def test_an_enrolment_holds_from_its_first_to_its_last_day(
    district: Officer, head: Person, of_persons: Programme
) -> None:
    enrol(head, of_persons, valid_from=BEGIN, valid_to=TODAY - DAY, by=district)
    held = [day for day in (BEGIN - DAY, BEGIN, TODAY - DAY, TODAY) if Enrolment.objects.on(day).exists()]
    assert held == [BEGIN, TODAY - DAY]


def test_the_enrolments_of_a_family_are_its_own_and_those_of_its_members_past_and_present(
    district: Officer, home: Household, head: Person, of_persons: Programme, of_households: Programme
) -> None:
    other = HouseholdFactory(by=district, members=[NewPersonFactory(head=True)])
    mine = [
        enrol(head, of_persons, valid_from=BEGIN, by=district),
        enrol(home, of_households, valid_from=BEGIN, by=district),
    ]
    enrol(member(other, "head"), of_persons, valid_from=BEGIN, by=district)
    assert set(Enrolment.objects.of_household(home)) == set(mine)
    registry.leave(head, last_day=TODAY, by=district)
    assert set(Enrolment.objects.of_household(home)) == set(mine)


def test_a_programme_enrols_persons_or_households_as_it_says(
    district: Officer, home: Household, head: Person, of_persons: Programme, of_households: Programme
) -> None:
    with pytest.raises(ValidationError, match="enrols persons"):
        enrol(home, of_persons, valid_from=BEGIN, by=district)
    with pytest.raises(ValidationError, match="whole households"):
        enrol(head, of_households, valid_from=BEGIN, by=district)


def test_nobody_is_enrolled_twice_on_a_day_and_is_told_so_in_words(
    district: Officer, home: Household, head: Person, of_persons: Programme, of_households: Programme
) -> None:
    first = enrolment(head, "HEF", by=district, valid_to=date(2014, 3, 31))
    with pytest.raises(ValidationError, match="This person is enrolled in this programme on some of these days"):
        enrol(head, of_persons, valid_from=date(2014, 3, 31), by=district)
    enrol(head, of_persons, valid_from=date(2014, 4, 1), by=district)
    enrol(home, of_households, valid_from=BEGIN, by=district)
    with pytest.raises(ValidationError, match="This household is enrolled in this programme on some of these days"):
        enrol(home, of_households, valid_from=TODAY, by=district)
    assert Enrolment.objects.standing().filter(person=head).count() == 2
    void(first, reason="a wrong card was read", by=district)
    enrol(head, of_persons, valid_from=BEGIN, valid_to=date(2014, 3, 31), by=district)


def test_an_enrolment_cannot_end_before_it_begins(district: Officer, head: Person, of_persons: Programme) -> None:
    with pytest.raises(ValidationError, match="cannot end before it begins"):
        enrol(head, of_persons, valid_from=BEGIN, valid_to=BEGIN - DAY, by=district)
    with pytest.raises(ValidationError, match="cannot end before it begins"):
        enrol_many(of_persons, [head.pk], valid_from=BEGIN, valid_to=BEGIN - DAY, by=district)


def test_an_enrolment_is_of_one_subject_also_where_no_action_looks(district: Officer, head: Person) -> None:
    made = enrolment(head, "HEF", by=district)
    with pytest.raises(IntegrityError, match="enrolment_of_one_subject"), transaction.atomic():
        Enrolment.objects.filter(pk=made.pk).update(person=None)


def test_an_exit_ends_an_enrolment_on_its_last_day(district: Officer, head: Person) -> None:
    made = enrolment(head, "HEF", by=district)
    ended = end(made, last_day=TODAY, reason="moved abroad", by=district)
    assert (ended.valid_to, ended.version) == (TODAY, 2)
    assert Enrolment.objects.on(TODAY).exists() and not Enrolment.objects.on(TODAY + DAY).exists()
    assert [image.op for image in RowHistory.objects.of(made)] == ["U", "I"]
    assert "HEF: moved abroad" in lines_about(head, named="her")[0].sentence
    with pytest.raises(ValidationError, match="ends before that day already"):
        end(made, last_day=TODAY + DAY, by=district)
    with pytest.raises(ValidationError, match="cannot end before it begins"):
        end(made, last_day=made.valid_from - DAY, by=district)
    assert end(made, last_day=TODAY - DAY, by=district).valid_to == TODAY - DAY


def test_a_voided_enrolment_holds_on_no_day_and_stays_in_the_book(district: Officer, head: Person) -> None:
    made = enrolment(head, "HEF", by=district)
    with pytest.raises(ValidationError, match="Write why"):
        void(made, reason=" ", by=district)
    void(made, reason="another person of this name", by=district)
    kept = Enrolment.objects.get(pk=made.pk)
    assert kept.is_void and kept.voided_by == district and kept.void_reason == "another person of this name"
    assert not Enrolment.objects.on(TODAY).exists()
    with pytest.raises(ValidationError, match="was voided"):
        end(made, last_day=TODAY, by=district)


def test_the_enrolment_of_a_merged_person_is_written_for_the_one_that_stays(
    district: Officer, home: Household, head: Person, of_persons: Programme
) -> None:
    child = member(home, "child")
    registry.merge(child, into=head, reason="entered twice", by=district)
    assert enrol(child, of_persons, valid_from=BEGIN, by=district).person == head


def test_enrolments_move_with_the_person_and_with_the_household(
    district: Officer, home: Household, head: Person
) -> None:
    of_head, of_home = enrolment(head, "HEF", by=district), enrolment(home, "THR", by=district)
    registry.move_household(home, to="17010201", on=TODAY, by=district)
    units = set(Enrolment.objects.filter(pk__in=[of_head.pk, of_home.pk]).values_list("unit_code", flat=True))
    assert units == {"17010201"}


@pytest.mark.parametrize("username", ["planning", "finance", "health"])
def test_who_may_not_register_families_may_not_enrol(username: str, loader: Officer, of_persons: Programme) -> None:
    home = HouseholdFactory(by=loader)
    head = member(home, "head")
    made = enrolment(head, "HEF", by=loader)
    other = officer(username)
    with scope(other):
        for attempt in (
            lambda: enrol(member(home, "child"), of_persons, valid_from=BEGIN, by=other),
            lambda: enrol_many(of_persons, [member(home, "child").pk], valid_from=BEGIN, by=other),
            lambda: end(made, last_day=TODAY, by=other),
            lambda: void(made, reason="no", by=other),
        ):
            with pytest.raises(PermissionDenied), transaction.atomic():
                attempt()
    assert Enrolment.objects.standing().filter(valid_to=None).count() == 1


def test_another_area_s_enrolments_are_neither_seen_nor_written(loader: Officer, of_persons: Programme) -> None:
    far = HouseholdFactory(by=loader, unit_code="17120101")
    far_head, far_child = member(far, "head"), member(far, "child")
    made = enrolment(far_head, "HEF", by=loader)
    district = officer("district")
    with scope(district):
        assert not Enrolment.objects.visible_to(district).exists()
        with pytest.raises(ValidationError, match="not in your area"), transaction.atomic():
            enrol(far_child, of_persons, valid_from=BEGIN, by=district)
        with pytest.raises(ValidationError), transaction.atomic():
            end(made, last_day=TODAY, by=district)
        with pytest.raises(ValidationError), transaction.atomic():
            void(made, reason="no", by=district)
        assert enrol_many(of_persons, [far_child.pk], valid_from=BEGIN, by=district) == EnrolledMany(0, 0, 1)
    assert Enrolment.objects.get() == made and made.valid_to is None


def test_a_programme_of_a_compartment_is_as_if_it_were_not_there(district: Officer, head: Person) -> None:
    hidden = Programme.objects.get(pk="HEF")
    made = enrolment(head, "HEF", by=district)
    Programme.objects.filter(pk=hidden.pk).update(compartment="violence")
    hidden.refresh_from_db()
    with pytest.raises(ValidationError, match="no such programme"):
        enrol(head, hidden, valid_from=BEGIN, by=district)
    with pytest.raises(ValidationError, match="no such programme"):
        enrol_many(hidden, [head.pk], valid_from=BEGIN, by=district)
    with scope(district):  # the database has put the enrolment into the compartment with its programme
        assert not Enrolment.objects.exists()
        assert not RowHistory.objects.of(made).exists()
    with scope(replaced(Officer.objects.get(username="health"), programme=hidden, compartment="health")):
        assert made in Enrolment.objects.visible_to(Officer.objects.get(username="health"))
        assert {image.compartment for image in RowHistory.objects.of(made)} == {"health"}


def replaced(inside: Officer, *, programme: Programme, compartment: str) -> Officer:
    """The officer, once the programme lies in this compartment."""
    Programme.objects.filter(pk=programme.pk).update(compartment=compartment)
    return inside


def test_thousands_are_enrolled_with_a_line_and_an_image_each_and_nobody_twice(
    district: Officer, of_persons: Programme, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    homes = [HouseholdFactory(by=district, members=[NewPersonFactory(child=True)] * 5) for _ in range(4)]
    persons = list(Person.objects.filter(memberships__household__in=homes).order_by("number"))
    enrol(persons[0], of_persons, valid_from=date(2013, 1, 1), valid_to=BEGIN, by=district)
    enrol(persons[1], of_persons, valid_from=date(2012, 1, 1), valid_to=BEGIN - DAY, by=district)
    registry.merge(persons[2], into=persons[3], reason="entered twice", by=district)
    keys = [person.pk for person in persons]
    with django_assert_max_num_queries(7):
        done = enrol_many(of_persons, [*keys, keys[5]], valid_from=BEGIN, by=district)
    assert done == EnrolledMany(enrolled=18, already=1, gone=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT e.person_id), count(h.id), count(j.id), min(j.note), min(j.note_digest)"
            " FROM enrolments_enrolment e"
            " JOIN journal_rowhistory h ON h.row_id = e.id AND h.op = 'I'"
            " JOIN journal_journalentry j ON j.subject_id = e.person_id::text AND j.verb = 'enrolments.enrolled'"
            " WHERE e.valid_from = %s AND j.note_digest = encode(sha256(convert_to(j.note_salt || E'\\x1f' || j.note,"
            " 'UTF8')), 'hex')",
            [BEGIN],
        )
        ((rows, people, images, lines, note, digest),) = cursor.fetchall()
    assert (people, rows, images, lines) == (18, 19, 19, 19)  # the second person has a line of 2012 too
    assert note == "HEF" and len(digest) == 64
    again = enrol_many(of_persons, keys, valid_from=TODAY, by=district)
    assert again == EnrolledMany(enrolled=1, already=18, gone=1)  # the first one's time ran out on BEGIN


def test_whole_households_are_enrolled_at_once(district: Officer, home: Household, of_households: Programme) -> None:
    assert enrol_many(of_households, [home.pk], valid_from=BEGIN, by=district) == EnrolledMany(1, 0, 0)
    assert Enrolment.objects.get().household == home
