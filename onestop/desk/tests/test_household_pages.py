"""The pages of a household: who may see them, what they show, how an answer changes them."""

import re
from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onestop.areas import clock
from onestop.enrolments.factories import enrolment
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import READ
from onestop.registry import actions
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import AnswerSheet, Household, Person, PovertyStatus
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from tests.officers import SignIn

pytestmark = pytest.mark.django_db
TODAY = date(2014, 6, 11)
ELSEWHERE = "17010301"


@pytest.fixture(autouse=True)
def _the_day(db: None) -> Iterator[None]:
    with clock.fixed(TODAY):
        Officer.objects.update(language="en")
        yield


@pytest.fixture
def commune(signed_in_as: SignIn) -> Client:
    return signed_in_as("commune")


def made(unit_code: str = "17010101", *, username: str = "district") -> Household:
    """An ID-Poor 1 household: a mother, a child of nine of whose schooling nothing is known, and a grandmother."""
    by = Officer.objects.get(username=username)
    with scope(by):
        home: Household = HouseholdFactory(
            by=by,
            unit_code=unit_code,
            members=[
                NewPersonFactory(head=True, given_name_latin="Sophea", birth=born(1975, 4, 28)),
                NewPersonFactory(child=True, given_name_latin="Dara", birth=born(2004, 9, 1), sex="M"),
                NewPersonFactory(elder=True, given_name_latin="Yoeun", birth=born(1940, 1, 5), sex="F"),
            ],
        )
        actions.record_poverty_status(
            home, level=1, valid_from=date(2012, 1, 1), valid_to=date(2014, 12, 31), by=by, card_number="17-0001"
        )
    return home


def of(home: Household, relation: str) -> Person:
    with scope(Officer.objects.get(username="district")):
        return member(home, relation)


def folder(home: Household) -> str:
    return reverse("desk:folder", args=[home.pk])


def ask(home: Household, whose: str, name: str) -> str:
    return reverse("desk:answer", args=[home.pk, whose, name])


def given(**more: str) -> dict[str, str]:
    """A form as the page sends it."""
    return {"back": "folder", "asked_at": clock.now().isoformat(), "idempotency_key": str(uuid4()), **more}


def cell(text: str, name: str, programme: str) -> str:
    """The state that a cell of the matrix reads aloud; '' where there is no such cell."""
    found = re.search(rf"{name}, {programme}: ([^<]*)<", text)
    return found.group(1) if found else ""


def without_keys(text: str, home: Household) -> str:
    """A page without what differs from one answer to the next: the token of its forms, the household's own key."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text.replace(str(home.pk), ""))


# --- who may ------------------------------------------------------------------------------------------------------


def test_a_folder_shows_the_household_and_opening_it_is_journalled(commune: Client) -> None:
    home = made()
    answer = commune.get(folder(home))
    text = answer.content.decode()
    assert answer.status_code == 200 and answer["Cache-Control"].startswith("no-store")
    for shown in (home.folder_number, "Sok Sophea", "Sok Dara", "ID-Poor 1", "valid to 31 Dec 2014", "17-0001"):
        assert shown in text
    with scope(Officer.objects.get(username="district")):
        assert JournalEntry.objects.about(home).filter(verb=READ, officer__username="commune").count() == 1


@pytest.mark.parametrize("username", ["province", "national"])
def test_who_sees_figures_only_sees_no_folder(signed_in_as: SignIn, username: str) -> None:
    assert signed_in_as(username).get(folder(made())).status_code == 403


def test_a_household_elsewhere_is_answered_like_one_that_does_not_exist(commune: Client) -> None:
    home, child = made(ELSEWHERE), str(uuid4())
    nobody = Household(id=uuid4())
    for path in (folder, lambda one: reverse("desk:history", args=[one.pk])):
        there, nowhere = commune.get(path(home)), commune.get(path(nobody))
        assert there.status_code == nowhere.status_code == 404
        assert without_keys(there.content.decode(), home) == without_keys(nowhere.content.decode(), nobody)
    assert commune.get(reverse("desk:reason", args=[home.pk, "THR"])).status_code == 404
    assert commune.post(ask(home, child, "grade"), given(answer="4")).status_code == 404


def test_a_stranger_is_sent_to_the_sign_in(client: Client) -> None:
    assert client.get(folder(made())).status_code == 302


# --- the matrix ---------------------------------------------------------------------------------------------------


def test_the_matrix_says_who_receives_may_and_cannot_be_told(commune: Client) -> None:
    home = made()
    district = Officer.objects.get(username="district")
    with scope(district):
        enrolment(member(home, "head"), "HEF", by=district)
    text = commune.get(folder(home)).content.decode()
    assert cell(text, "Sok Sophea", "Health equity fund") == "receiving"
    assert cell(text, "Sok Dara", "Health equity fund") == "eligible, not receiving"
    assert cell(text, "Whole household", "Take-home rations") == "cannot tell, ask"
    # the child whose schooling decides stands in the household's column, the grandmother does not
    assert cell(text, "Sok Dara", "Take-home rations") == "cannot tell, ask"


def test_the_fourth_guarantee_stays_a_gap(commune: Client) -> None:
    home = made()
    text = commune.get(folder(home)).content.decode()
    assert "no programme exists for: Older persons" in text
    assert cell(text, "Sok Yoeun", "Income security for older persons") == "no programme exists"
    assert cell(text, "Sok Dara", "Income security for older persons") == ""


def test_programmes_that_say_no_to_all_are_left_out_until_asked_for(commune: Client) -> None:
    home = made()
    few, every = commune.get(folder(home)).content.decode(), commune.get(folder(home) + "?all=1").content.decode()
    assert "more programmes, “no” for everybody" in few
    assert every.count('scope="col"') > few.count('scope="col"')


def test_a_day_gone_by_is_shown_and_cannot_be_answered(commune: Client) -> None:
    home = made()
    text = commune.get(folder(home) + "?on=2013-06-11").content.decode()
    assert "as it was on 11 June 2013" in text and 'name="asked_at"' not in text
    assert commune.get(folder(home) + "?on=2099-01-01").status_code == 404
    assert commune.get(folder(home) + "?on=yesterday").status_code == 404


def test_a_household_without_members_says_so(commune: Client) -> None:
    text = commune.get(folder(made()) + "?on=2005-01-01").content.decode()
    assert "Nobody lives in this household on this day" in text


# --- answers ------------------------------------------------------------------------------------------------------


def test_an_answer_changes_the_matrix_and_says_what_it_changed(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    first = commune.post(ask(home, str(child.pk), "in_school"), given(answer="yes"), follow=True)
    assert cell(first.content.decode(), "Whole household", "Take-home rations") == "cannot tell, ask"
    second = commune.post(ask(home, str(child.pk), "grade"), given(answer="5"), follow=True)
    text = second.content.decode()
    assert second.redirect_chain[0][0].startswith(folder(home)) and second.redirect_chain[0][0].endswith("#ask")
    assert cell(text, "Whole household", "Take-home rations") == "eligible, not receiving"
    assert "The answer is saved. It changed" in text and "Take-home rations – Whole household" in text
    with scope(Officer.objects.get(username="commune")):
        sheet = AnswerSheet.objects.filter(person=child, answers__has_key="grade").get()
        assert (sheet.answers, sheet.observed_on, sheet.observed_by.username) == ({"grade": 5}, TODAY, "commune")


def test_the_questions_say_what_each_answer_brings(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    commune.post(ask(home, str(child.pk), "in_school"), given(answer="yes"))
    text = commune.get(folder(home) + "?questions=all").content.decode()
    assert "Which grade is Sok Dara in this school year?" in text
    assert re.search(r"4–6 → [^<]*eligible[^<]*Take-home rations|Take-home rations[^<]*4–6 → eligible", text)


def test_no_question_promises_a_no_that_an_answer_leaves_open(commune: Client) -> None:
    home = made()
    mother = of(home, "head")
    text = commune.get(folder(home) + "?questions=all").content.decode()
    asked = re.search(r"work situation of Sok Sophea now.*?Settles ([^<]*)", text, re.DOTALL)
    assert asked and "any other answer → not eligible, or still cannot tell" in asked[1]
    answered = commune.post(ask(home, str(mother.pk), "employment"), given(answer="casual"), follow=True)
    shown = answered.content.decode()
    assert cell(shown, "Sok Sophea", "Cash transfer for persons in active age") == "cannot tell, ask"
    assert cell(shown, "Sok Sophea", "NSSF employment injury insurance") == "not eligible"


def test_a_second_click_lands_on_the_first_result(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    form = given(answer="yes")
    first = commune.post(ask(home, str(child.pk), "in_school"), form)
    again = commune.post(ask(home, str(child.pk), "in_school"), form)
    assert first["Location"] == again["Location"]
    assert "It changed" in commune.get(again["Location"]).content.decode()
    with scope(Officer.objects.get(username="commune")):
        assert AnswerSheet.objects.filter(person=child).count() == 1


def test_a_newer_answer_is_not_written_over(commune: Client, signed_in_as: SignIn) -> None:
    home = made()
    child = of(home, "child")
    late = given(answer="yes")
    signed_in_as("district").post(ask(home, str(child.pk), "in_school"), given(answer="no"))
    answer = commune.post(ask(home, str(child.pk), "in_school"), late)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was written over" in text and Officer.objects.get(username="district").name_latin in text
    with scope(Officer.objects.get(username="commune")):
        assert [sheet.answers["in_school"] for sheet in AnswerSheet.objects.filter(person=child)] == [False]


def test_what_nobody_knows_is_journalled_and_asked_last(commune: Client) -> None:
    home = made()
    head = of(home, "head")
    before = commune.get(folder(home) + "?questions=all").content.decode()
    answer = commune.post(ask(home, str(head.pk), "seeking_work"), given(answer="unknown"), follow=True)
    text = answer.content.decode()
    assert "Is Sok Sophea looking for work?" in before
    assert "The question stays open" in text
    with scope(Officer.objects.get(username="commune")):
        assert not AnswerSheet.objects.filter(person=head).exists()
        line = JournalEntry.objects.about(head).get(verb="desk.not_known")
        assert line.note == "seeking_work"
    everything = commune.get(folder(home) + "?questions=all").content.decode()
    assert everything.index("asked today, nobody knew") > everything.index('id="ask"')


def test_a_wrong_answer_comes_back_with_what_was_typed(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    answer = commune.post(ask(home, str(child.pk), "grade"), given(answer="44"))
    text = answer.content.decode()
    assert answer.status_code == 422 and 'value="44"' in text and "lies between 0 and 12" in text


def test_a_form_that_comes_back_with_the_page_is_a_reading_of_it(commune: Client) -> None:
    """Else a folder could be read by wrong answers, and nobody would know."""
    home = made()
    child = of(home, "child")
    assert commune.post(ask(home, str(child.pk), "grade"), given(answer="44")).status_code == 422
    with scope(Officer.objects.get(username="district")):
        assert JournalEntry.objects.about(home).filter(verb=READ, officer__username="commune").count() == 1


def test_several_answers_have_a_page_of_their_own(commune: Client) -> None:
    home = made()
    head = of(home, "head")
    text = commune.get(ask(home, str(head.pk), "skills")).content.decode()
    assert "What skills does Sok Sophea have?" in text and "{name}" not in text
    commune.post(ask(home, str(head.pk), "skills"), {**given(), "answer": ["sewing", "cooking"]})
    with scope(Officer.objects.get(username="commune")):
        kept = AnswerSheet.objects.get(person=head, answers__has_key="skills")
        assert kept.answers["skills"] == ["cooking", "sewing"]


def test_a_birth_date_is_asked_with_its_precision(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    page = commune.get(ask(home, str(child.pk), "birth_date")).content.decode()
    assert 'name="answer_date_3"' in page
    form = given(answer_date_0="", answer_date_1="", answer_date_2="2540", answer_date_3="estimated")
    done = commune.post(ask(home, str(child.pk), "birth_date"), {**form, "version": str(child.version)})
    assert done.status_code == 302
    with scope(Officer.objects.get(username="commune")):
        kept = Person.objects.get(pk=child.pk)
        assert (kept.birth_date and kept.birth_date.year, kept.birth_precision, kept.birth_from) == (
            1997,
            "estimated",
            date(1995, 1, 1),
        )
    stale = commune.post(ask(home, str(child.pk), "birth_date"), {**given(), **form, "version": str(child.version),
                                                                  "idempotency_key": str(uuid4())})  # fmt: skip
    assert stale.status_code == 409


def test_a_poverty_card_is_written_down_with_its_validity(commune: Client) -> None:
    home = made()
    form = given(
        level="2", card_number="17-0002", source="card seen",
        valid_from_0="1", valid_from_1="6", valid_from_2="2014", valid_to_0="", valid_to_1="", valid_to_2="",
    )  # fmt: skip
    done = commune.post(ask(home, "household", "id_poor"), form, follow=True)
    text = done.content.decode()
    assert "ID-Poor 2" in text and "17-0002" in text
    with scope(Officer.objects.get(username="commune")):
        assert PovertyStatus.objects.filter(household=home, level=2, valid_from=date(2014, 6, 1)).count() == 1


def test_who_may_not_write_sees_the_question_and_whom_to_ask(signed_in_as: SignIn) -> None:
    home = made()
    planning = signed_in_as("planning")
    text = planning.get(folder(home)).content.decode()
    assert 'class="ask"' in text and 'name="asked_at"' not in text
    assert "These roles may:" in text and "Commune assistant" in text
    child = of(home, "child")
    assert planning.post(ask(home, str(child.pk), "in_school"), given(answer="yes")).status_code == 403
    with scope(Officer.objects.get(username="district")):
        assert not AnswerSheet.objects.filter(person=child).exists()


def test_facts_of_a_compartment_stay_inside_it(
    commune: Client, signed_in_as: SignIn, django_user_model: type[Officer]
) -> None:
    home = made()
    child = of(home, "child")
    for path in (folder(home) + "?all=1&questions=all", reverse("desk:history", args=[home.pk])):
        text = commune.get(path).content.decode()
        assert "harm children" not in text and "HIV" not in text and "child labour" not in text.lower()
    assert commune.get(ask(home, str(child.pk), "working_child")).status_code == 404
    assert commune.post(ask(home, str(child.pk), "hiv"), given(answer="yes")).status_code == 404
    assert commune.get(reverse("desk:reason", args=[home.pk, "CLMS", child.pk])).status_code == 404
    health = signed_in_as("health")
    assert health.get(ask(home, str(child.pk), "hiv")).status_code == 404  # nobody of the family is in its programmes
    district = Officer.objects.get(username="district")
    with scope(district):
        enrolment(child, "HEF", by=district)
    assert health.get(ask(home, str(child.pk), "hiv")).status_code == 200


# --- the reason ---------------------------------------------------------------------------------------------------


def test_the_reason_of_a_cannot_tell_asks_in_place_and_leads_back(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    path = reverse("desk:reason", args=[home.pk, "THR", child.pk])
    text = commune.get(path).content.decode()
    assert "Cannot tell yet" in text and "2 of 3 conditions met." in text
    assert "because of" in text and "Sok Dara" in text
    assert 'lang="km"' in text and "valid from 1 Jan 2012" in text
    commune.post(ask(home, str(child.pk), "in_school"), given(answer="yes"))
    answer = commune.post(ask(home, str(child.pk), "grade"), given(answer="5", back=f"THR/{child.pk}"), follow=True)
    assert answer.redirect_chain[0][0].startswith(path)
    text = answer.content.decode()
    assert "All 3 conditions are met." in text and "Grade: 5" in text and "told by the household" in text
    assert "10 kg" in text and "household.members.exists" in text


def test_a_refusal_says_why_what_was_nearest_and_the_right_to_appeal(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    commune.post(ask(home, str(child.pk), "in_school"), given(answer="no"))
    for relation in ("head", "parent"):
        commune.post(ask(home, str(of(home, relation).pk), "in_school"), given(answer="no"))
    text = commune.get(reverse("desk:reason", args=[home.pk, "THR"])).content.decode()
    assert "Not eligible at present" in text and "1 of 3 conditions not met." in text
    assert "It would be yes if this were otherwise:" in text
    assert "appeal free of charge" in text and "Feasibility study, Table 2, note 6" in text
    reference = re.sub(r"<[^>]*>", "", text)
    assert f"{home.folder_number} / THR / 2014-06-11" in reference


def test_the_reason_of_a_receiving_cell_says_since_when(commune: Client) -> None:
    home, by = made(), Officer.objects.get(username="district")
    with scope(by):
        head = member(home, "head")
        enrolment(head, "HEF", by=by, valid_from=date(2014, 2, 3), valid_to=date(2014, 12, 31))
    text = commune.get(reverse("desk:reason", args=[home.pk, "HEF", head.pk])).content.decode()
    assert "Receiving" in text and "Enrolled since 3 Feb 2014, to 31 Dec 2014" in text


def test_a_no_that_a_date_will_turn_says_from_when(commune: Client) -> None:
    home = made()
    by = Officer.objects.get(username="district")
    with scope(by):
        new = NewPersonFactory(given_name_latin="Rithy", birth=born(1996, 8, 20))
        young = actions.register_person(new, unit_code=home.unit_code, by=by)
        actions.add_member(home, young, relation="child", on=date(2014, 1, 1), by=by)
        actions.answer(young, {"seeking_work": True}, observed_on=TODAY, by=by)
    text = commune.get(reverse("desk:reason", args=[home.pk, "PWP", young.pk])).content.decode()
    assert "Would be yes from 20 August 2014" in text
    whole = commune.get(folder(home) + "?all=1").content.decode()
    assert "Sok Rithy reaches 18 years" in whole and "from 08/2014" in whole


def test_a_cell_that_is_not_there_is_not_found(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    for keys in ([home.pk, "NFV", child.pk], [home.pk, "HEF"], [home.pk, "THR", uuid4()], [home.pk, "NONE"]):
        assert commune.get(reverse("desk:reason", args=keys)).status_code == 404


# --- history and cost ---------------------------------------------------------------------------------------------


def test_the_history_shows_lines_and_every_answer_with_who_wrote_it(commune: Client) -> None:
    home = made()
    child = of(home, "child")
    commune.post(ask(home, str(child.pk), "grade"), given(answer="3"))
    text = commune.get(reverse("desk:history", args=[home.pk]) + f"?of={child.pk}").content.decode()
    assert "recorded answers of Sok Dara" in text
    assert ">3<" in text and Officer.objects.get(username="commune").name_latin in text


def test_a_folder_costs_few_queries_however_many_live_there(commune: Client) -> None:
    small, by = made(), Officer.objects.get(username="district")
    with scope(by):
        large: Household = HouseholdFactory(
            by=by,
            members=[NewPersonFactory(head=True), *(NewPersonFactory(child=True) for _ in range(9))],
        )
    counted = []
    for home in (small, large):
        commune.get(folder(home))  # the catalogue and the rules are read once in a process
        with CaptureQueriesContext(connection) as queries:
            assert commune.get(folder(home)).status_code == 200
        # the savepoint stands for the transaction of the request, which is begun and ended by no query of its own
        counted.append(sum("SAVEPOINT" not in query["sql"] for query in queries))
    assert counted[0] == counted[1] <= 20, "\n".join(query["sql"][:120] for query in queries)
