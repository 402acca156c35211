"""Telephone numbers: however they are typed, one stored form; shown as people write them."""

from typing import Any

import pytest
from django import forms

from onestop.areas.phones import PhoneField, PhoneWrong, e164, local_phone
from onestop.areas.tests.lun import LUN


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("012 345 678", "+85512345678"),
        ("០១២ ៣៤៥ ៦៧៨", "+85512345678"),
        ("០១២\u200b៣៤៥\u200b៦៧៨", "+85512345678"),
        ("012-345-678", "+85512345678"),
        ("(012) 345.678", "+85512345678"),
        ("12345678", "+85512345678"),
        ("+855 12 345 678", "+85512345678"),
        ("+855 (0)12 345 678", "+85512345678"),
        ("00855 12 345 678", "+85512345678"),
        ("85512345678", "+85512345678"),
        ("097 712 3456", "+855977123456"),
        ("+85591197485", "+85591197485"),
        ("+66 81 234 5678", "+66812345678"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_number_is_stored_alike_however_it_is_typed(typed: str, stored: str) -> None:
    assert e164(typed) == stored


@pytest.mark.parametrize(
    "typed", ["012 345", "0", "+", "12", "012 345 678 9012", "+855 012", "+66 8", "012/x", "01² 345 678"]
)
def test_what_is_no_whole_number_is_refused_in_words(typed: str) -> None:
    with pytest.raises(PhoneWrong, match="all its digits"):
        e164(typed)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+85512345678", "012 345 678"),
        ("+855977123456", "097 712 3456"),
        ("+66812345678", "+66 81 234 5678"),
        ("", ""),
        ("the shop of the chief", "the shop of the chief"),
    ],
)
def test_a_number_is_shown_as_people_here_write_it(stored: str, shown: str) -> None:
    assert local_phone(stored) == shown


def test_what_is_shown_is_read_again_as_the_same_number() -> None:
    for stored in ("+85512345678", "+855977123456", "+66812345678"):
        assert e164(local_phone(stored)) == stored


def test_another_country_has_its_own_numbers(settings: Any) -> None:
    settings.COUNTRY_PACK = LUN
    assert e164("123 456") == e164("+999 123456") == "+999123456"
    assert local_phone("+999123456") == "123456"
    with pytest.raises(PhoneWrong):
        e164("012 345 678")


def test_the_field_of_a_form_cleans_shows_and_refuses() -> None:
    class Form(forms.Form):
        phone = PhoneField()

    form = Form({"phone": "០១២ ៣៤៥ ៦៧៨"})
    assert form.is_valid() and form.cleaned_data == {"phone": "+85512345678"}
    assert 'value="012 345 678"' in str(Form(initial={"phone": "+85512345678"})["phone"])
    assert "all its digits" in str(Form({"phone": "012"}).errors["phone"])
    assert Form({"phone": ""}).is_valid()
