"""The programmes in words, and trying a rule: what stands there, for whom, and what is refused."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from onestop.areas.scope import current
from onestop.eligibility import trial
from onestop.eligibility.described import Described
from onestop.eligibility.trial_views import about
from onestop.journal.models import JournalEntry
from onestop.programmes.models import CriteriaVersion, Programme
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope, system_scope
from tests.officers import SignIn
from tests.pilot_database import Pilot

TRY = "/programmes/try/"


@pytest.fixture
def as_officer(pilot_database: Pilot, signed_in_as: SignIn) -> SignIn:
    return signed_in_as


def found_by(client: Client, **asked: str) -> set[str]:
    response = client.get("/programmes/", asked)
    return {line.programme.code for _one, lines, _gap in response.context["groups"] for line in lines}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "tiling"}, {"CHANTIERS"}),
        ({"q": "រៀបការ៉ូ"}, {"CHANTIERS"}),
        ({"q": "cooking"}, {"SALABAI", "STVET"}),
        ({"q": "sala bai"}, {"SALABAI"}),
        ({"q": "Sala  COOKING"}, {"SALABAI"}),
        ({"q": "អង្ករ"}, {"THR", "PWP"}),
        ({"q": "thr"}, {"THR"}),
        ({"status": "planned"}, {"NSSF_HI"}),
        ({"status": "information_only"}, {"NFV", "NSSF_C"}),
        ({"guarantee": "older_persons"}, {"NFV", "NSSF_C"}),
        ({"provider": "un_agency", "guarantee": "children"}, {"THR", "MCHN", "SF"}),
        ({"q": "nothing of the kind"}, set()),
    ],
)
def test_programmes_are_found_by_what_they_give_in_either_language(
    as_officer: SignIn, asked: dict[str, str], expected: set[str]
) -> None:
    assert expected <= found_by(as_officer("commune"), **asked)
    if len(expected) < 2:
        assert found_by(as_officer("commune"), **asked) == expected


def test_the_fourth_guarantee_is_shown_as_a_gap(as_officer: SignIn) -> None:
    response = as_officer("province").get("/programmes/")
    assert [one.code for one, _lines, gap in response.context["groups"] if gap] == ["older_persons"]
    assert "no programme exists" in response.content.decode()


def test_what_is_invented_is_named_by_the_headings_of_the_page(as_officer: SignIn) -> None:
    page = as_officer("commune").get("/programmes/HEF/").content.decode()
    line = page.partition("Invented for the demonstration:")[2].partition("<")[0]
    assert line.strip() == "Who may have it · Where · Registering · How it goes · Cost and contact"


def test_the_page_leads_nobody_to_a_place_that_refuses_him(as_officer: SignIn) -> None:
    """The IT officer reads programmes, no figures; the province reads figures of its area."""
    assert "/places/1701/" not in as_officer("it").get("/programmes/HEF/").content.decode()
    assert "/places/17/" in as_officer("province").get("/programmes/HEF/").content.decode()


def test_the_telephone_is_shown_as_people_write_it(as_officer: SignIn) -> None:
    page = as_officer("commune").get("/programmes/HEF/").content.decode()
    assert 'href="tel:+85511000021">011 000 021</a>' in page


def test_a_programme_of_a_compartment_is_not_there(as_officer: SignIn) -> None:
    for username in ("commune", "district", "health", "national"):
        client = as_officer(username)
        assert "CLMS" not in found_by(client)
        assert client.get("/programmes/CLMS/").status_code == 404


def test_every_programme_can_be_read_in_both_languages(as_officer: SignIn) -> None:
    client = as_officer("commune")
    for programme in Programme.objects.filter(compartment=""):
        for language in ("km", "en"):
            Officer.objects.filter(username="commune").update(language=language)
            response = client.get(f"/programmes/{programme.code}/")
            assert response.status_code == 200, programme.code
            for text in dict(programme.document["name"]).values():
                assert text.replace("'", "&#x27;") in response.content.decode()


def test_criteria_stand_as_sentences_beside_their_text(as_officer: SignIn) -> None:
    text = as_officer("commune").get("/programmes/THR/").content.decode()
    assert "household.id_poor == 1" in text and "ID-Poor 1" in text and 'lang="km"' in text
    assert "10 kg" in text and "every month" in text and "or: " in text
    assert "invented for the demonstration" in text and "Feasibility study, Table 2, note 6" in text
    assert "?programme=THR" in text


def test_an_old_version_stays_readable_with_its_dates(pilot_database: Pilot) -> None:
    with system_scope("system.loader"):
        programme = Programme.objects.get(pk="HEF")
        newest = programme.versions.get()
        CriteriaVersion.objects.filter(pk=newest.pk).update(valid_from=date(2012, 1, 1))
        CriteriaVersion.objects.create(
            programme=programme,
            valid_from=date(2008, 1, 1),
            valid_to=date(2011, 12, 31),
            reference="old circular",
            criteria=[{"key": "k", "rule": "person.a_fact_long_gone", "words": None}],
            published_by=newest.published_by,
            published_at=newest.published_at,
        )
        about_it = Described(programme, current(), pilot_database.day, trial.known_to(current()))
        assert [one.in_force for one in about_it.versions] == [True, False]
        assert about_it.versions[1].conditions[0].rule == "person.a_fact_long_gone"


# --- trying a rule -------------------------------------------------------------------------------------------------


def send(client: Client, rules: str, **asked: Any) -> Any:
    return client.post(TRY, {"rules": rules, "kind": "person", "unit": "170101", **asked})


@pytest.mark.parametrize(
    ("username", "status"),
    [("commune", 403), ("finance", 403), ("health", 403), ("province", 403), ("district", 200), ("planning", 200)],
)
def test_who_may_try_a_rule(as_officer: SignIn, username: str, status: int) -> None:
    assert as_officer(username).get(TRY).status_code == status


def test_a_trial_of_what_is_no_place_is_not_there(as_officer: SignIn) -> None:
    """Also of a text that the database does not take."""
    for junk in ("1701\x00", "'", "99", "x" * 500):
        assert send(as_officer("planning"), "person.age >= 60", unit=junk).status_code == 404


def test_a_trial_counts_everybody_and_publishes_nothing(as_officer: SignIn) -> None:
    before = CriteriaVersion.objects.count(), Programme.objects.count()
    response = send(as_officer("planning"), "person.age >= 60")
    total = response.context["total"]
    assert total.total > 9000 and total.eligible > 300 and total.unknown > 0
    assert sum(int(row.counts[0][1].replace(",", "")) for row in response.context["by_place"]) == total.eligible
    assert len(dict(response.context["listed"])["Would be in"]) == trial.NAMES
    assert (CriteriaVersion.objects.count(), Programme.objects.count()) == before
    text = response.content.decode()
    assert "Age is at least 60 years" in text and "Nothing is published" in text and "person.age &gt;= 60" in text


def test_a_trial_of_a_programmes_own_rules_changes_nothing_for_anybody(as_officer: SignIn) -> None:
    client = as_officer("planning")
    for code, kind in (("HEF", "person"), ("THR", "household")):
        form = client.get(TRY, {"programme": code}).context["form"]
        response = send(client, form.initial["rules"], kind=kind, against=code)
        total = response.context["total"]
        assert (total.gains, total.loses) == (0, 0) and total.eligible > 0


def test_a_wider_rule_says_who_gains_and_a_narrower_one_who_loses(as_officer: SignIn) -> None:
    client = as_officer("planning")
    wider = send(client, "household.id_poor in [0, 1, 2]", against="HEF").context
    assert wider["total"].gains > 0 and wider["total"].loses == 0
    narrower = send(client, "household.id_poor == 1", against="HEF").context
    assert narrower["total"].gains == 0 and narrower["total"].loses > 0
    assert dict(narrower["listed"])["Would lose"] and not dict(narrower["listed"])["Would gain"]


def test_what_is_wrong_is_said_with_line_column_and_proposal_and_nothing_typed_is_lost(
    as_officer: SignIn,
) -> None:
    response = send(as_officer("planning"), "person.sex == 'F'\n\nperson.aeg >= 60")
    text = response.content.decode()
    assert "Line 3, column 1" in text and "<code>person.age</code>" in text
    assert "person.aeg &gt;= 60</textarea>" in text and "total" not in response.context
    Officer.objects.filter(username="planning").update(language="km")
    assert "បន្ទាត់ទី 3" in send(as_planner_in_khmer(), "person.aeg >= 60\n\nperson.aeg >= 60").content.decode()


def as_planner_in_khmer() -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username="planning"))
    return client


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("", "Write at least one criterion"),
        ("  \n \n", "Write at least one criterion"),
        ("person.age >= 60 && person.age < 50", "Nobody can meet this"),
        ("person.age >=", "the rule ends here"),
        ("(" * 300 + "person.age >= 6" + ")" * 300, "nested more than"),
        ("\n".join(["person.age >= 60"] * 41), "At most 40 criteria"),
        ("person.age >= 1" + " || person.age >= 1" * 1100, "at most"),
        ("'; DROP TABLE registry_person; --", "Line 1, column 1"),
    ],
)
def test_a_bad_rule_is_answered(as_officer: SignIn, rules: str, words: str) -> None:
    response = send(as_officer("planning"), rules)
    assert response.status_code == 200 and words in response.content.decode() and "total" not in response.context


def test_a_percent_sign_and_quotes_in_a_rule_stay_text(as_officer: SignIn) -> None:
    response = send(as_officer("planning"), "person.school == 'a%(on)s b%%' || household.size % 2 == 0")
    assert response.context["total"].total > 9000


def test_a_fact_of_a_compartment_is_outside_it_as_though_it_did_not_exist(as_officer: SignIn) -> None:
    client = as_officer("planning")
    response = send(client, "person.hiv")
    assert "person has no fact “hiv”" in response.content.decode()
    assert "total" not in response.context and "person.hiv" not in dict.fromkeys(
        key for key, _label, _codes in response.context["facts"]
    )
    unseen = send(client, "enrolled('CLMS')")
    assert "There is no programme “CLMS”" in unseen.content.decode()


def test_inside_the_compartment_the_same_rule_is_tried(pilot_database: Pilot) -> None:
    with system_scope("system.loader") as inside, translation.override("en"):
        checked = trial.check("person.hiv", "person", trial.known_to(inside), inside)
        assert checked.ok
        book = trial.trial_book(checked, "person", pilot_database.day, inside, "")
        assert sum(one.total for one in trial.tallies(book, "170101", length=8)) > 9000


def test_a_programme_of_another_unit_cannot_be_compared(as_officer: SignIn) -> None:
    response = send(as_officer("planning"), "person.age >= 60", against="THR")
    assert "cannot be compared" in response.content.decode() and "total" not in response.context


def test_a_programme_without_criteria_on_that_day_cannot_be_compared(as_officer: SignIn) -> None:
    """Else the page would count as though nothing had been asked to compare with."""
    CriteriaVersion.objects.filter(programme="HEF").update(valid_from=date(2014, 6, 1))
    response = send(as_officer("planning"), "person.age >= 60", unit="17010106", against="HEF", on="31/5/2014")
    text = response.content.decode()
    assert "Health equity fund has no criteria in force on 31 May 2014" in text and "total" not in response.context
    assert "person.age &gt;= 60</textarea>" in text


@pytest.mark.parametrize("day", ["1/1/2015", "1999", "31/2/2014", "nonsense"])
def test_a_day_that_is_none_or_to_come_is_refused(as_officer: SignIn, day: str) -> None:
    response = send(as_officer("planning"), "person.age >= 60", on=day)
    assert response.context["form"].errors["on"] and "total" not in response.context


def test_a_past_day_is_asked_as_it_was(as_officer: SignIn) -> None:
    response = send(as_officer("planning"), "person.age >= 60", unit="17010106", on="11/6/2013")
    assert response.context["on"] == date(2013, 6, 11)
    assert (
        response.context["total"].eligible
        < send(as_officer("planning"), "person.age >= 59", unit="17010106").context["total"].eligible
    )


def test_an_area_out_of_scope_is_not_there(as_officer: SignIn) -> None:
    assert send(as_officer("planning"), "person.age >= 60", unit="1712").status_code == 404


def test_a_second_role_without_the_right_widens_no_trial(as_officer: SignIn) -> None:
    planning = Officer.objects.get(username="planning")
    for role, unit in [("finance_officer", "1712"), ("provincial_statistics", "17")]:
        RoleAssignment.objects.create(officer=planning, role=role, unit_code=unit, valid_from="2000-01-01")
    client = as_officer("planning")
    for unit, status in [("1701", 200), ("1712", 404), ("17", 404)]:
        response = send(client, "person.age >= 60", unit=unit)
        assert response.status_code == status, unit
        if status == 200:
            offered = [code for code, _name in response.context["form"].fields["unit"].choices]
            assert offered[0] == "1701" and {code[:4] for code in offered} == {"1701"}


def test_a_trial_is_recorded_without_its_rule(as_officer: SignIn) -> None:
    send(as_officer("planning"), "person.age >= 60")
    with scope(Officer.objects.get(username="planning")):
        note = JournalEntry.objects.filter(verb="eligibility.tried").values_list("note", flat=True).get()
    assert note == "170101 2014-06-11"


def test_an_answer_that_takes_too_long_is_said_and_the_rule_stays(as_officer: SignIn) -> None:
    client = as_officer("planning")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '25ms'")
    text = send(client, "person.age >= 60", unit="1701").content.decode()
    assert "too large to be counted" in text and "person.age &gt;= 60</textarea>" in text


def test_who_sees_figures_only_gets_no_names_and_rounded_numbers(as_officer: SignIn, pilot_database: Pilot) -> None:
    province = Officer.objects.get(username="province")
    RoleAssignment.objects.filter(officer=province).update(role="provincial_planning")
    response = as_officer("province").post(TRY, {"rules": "person.age >= 60", "kind": "person", "unit": "17"})
    assert response.context["is_rough"] and not response.context["listed"]
    assert 'name="on' not in response.content.decode(), "figures are of today, so no day is asked"
    cells = response.context["cells"]
    assert cells and all(value.startswith("about ") for _head, value in cells)
    with translation.override("en"):
        assert about(9) == "fewer than 10" and about(1234) == "about 1,230"
