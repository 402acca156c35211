"""Form fields made from declarations."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from criteria.dates import NONE_DATE
from onestop.registry.declared import Declared, declared
from onestop.registry.forms import FactForm, shown
from onestop.registry.values import written


def facts(of: str, *codes: str) -> list[Declared]:
    return [fact for fact in declared().of(of) if fact.code in codes]


def test_every_asked_fact_of_the_country_has_a_field() -> None:
    for of in ("person", "household"):
        asked = [fact for fact in declared().of(of) if fact.is_asked]
        form = FactForm(asked)
        assert set(form.fields) == {fact.code for fact in asked} and len(asked) >= 10
        for fact in asked:
            assert form.fields[fact.code].label and not form.fields[fact.code].required
        assert form.as_p()


@pytest.mark.parametrize(
    ("code", "of", "typed", "value"),
    [
        ("in_school", "person", "yes", True),
        ("in_school", "person", "no", False),
        ("grade", "person", "៦", 6),
        ("land_ha", "household", "1.5", Decimal("1.5")),
        ("roof", "household", "tin", "tin"),
        ("disability", "person", "3", "3"),
        ("skills", "person", ["sewing"], frozenset({"sewing"})),
        ("skills", "person", ["none"], frozenset()),
        ("expected_delivery", "person", "9/2557", (date(2014, 9, 1), date(2014, 9, 30))),
        ("expected_delivery", "person", "none", (NONE_DATE, NONE_DATE)),
        ("school", "person", "បឋម", "បឋម"),
    ],
)
def test_what_is_typed_becomes_the_value_an_action_takes(code: str, of: str, typed: Any, value: Any) -> None:
    (fact,) = facts(of, code)
    form = FactForm([fact], {code: typed} if not isinstance(typed, list) else _many(code, typed))
    assert form.is_valid(), form.errors
    assert form.answers() == {code: value}
    assert written(fact, value) is not None


def _many(code: str, values: list[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.setlist(code, values)
    return data


def test_an_open_question_is_no_answer() -> None:
    form = FactForm(facts("person", "grade", "in_school", "skills", "school", "returned_on"), {})
    assert form.is_valid() and form.answers() == {}


def test_a_wrong_answer_stays_beside_its_question_with_words() -> None:
    form = FactForm(facts("person", "grade", "marital"), {"grade": "13", "marital": "unclear"})
    assert not form.is_valid() and set(form.errors) == {"grade", "marital"}
    assert "12" in form.errors["grade"][0] and 'value="13"' in form.as_p()


def test_values_are_shown_in_words() -> None:
    (roof,) = facts("household", "roof")
    (skills,) = facts("person", "skills")
    (back,) = facts("person", "returned_on")
    assert shown(roof, "tin", "en") == "Tin" and shown(roof, "tin", "km") == "ស័ង្កសី"
    assert shown(skills, frozenset({"sewing", "cooking"}), "en") == "Sewing, Cooking"
    assert shown(roof, None) == "–" and "apply" in shown(back, NONE_DATE)
