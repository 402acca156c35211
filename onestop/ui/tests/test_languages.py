"""Texts in two languages, from data and from catalogues."""

from django.utils import translation
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy

from onestop.ui import languages
from onestop.ui.templatetags.onestop_ui import both, one


def test_the_second_language_stands_beside_the_first_with_its_own_lang() -> None:
    with translation.override("km"):
        assert both("កែវ សុភា", "Keo Sophea") == 'កែវ សុភា <span class="second" lang="en">Keo Sophea</span>'
    with translation.override("en"):
        assert both({"km": "កែវ", "en": "Keo"}) == 'Keo <span class="second" lang="km">កែវ</span>'


def test_a_title_of_the_catalogue_is_shown_in_both_languages() -> None:
    title = gettext_lazy("Ask next")
    with translation.override("km"):
        assert both(title) == 'សួរបន្ទាប់ <span class="second" lang="en">Ask next</span>'
    with translation.override("en"):
        assert both(title) == 'Ask next <span class="second" lang="km">សួរបន្ទាប់</span>'


def test_a_text_that_exists_in_one_language_only_says_which() -> None:
    with translation.override("km"):
        assert both({"en": "Khchar"}) == one({"en": "Khchar"}) == '<span lang="en">Khchar</span>'
        assert both("", None) == one({}) == ""


def test_a_name_cannot_bring_markup_into_the_page() -> None:
    with translation.override("en"):
        assert "<script>" not in both("<script>", "<script>") + one({"en": "<script>"})


def test_a_message_without_a_translation_is_not_shown_twice() -> None:
    with translation.override("en"):
        assert list(languages.texts(lazystr("no such msgid"))) == ["en"]


def test_django_speaks_khmer_where_we_show_its_words() -> None:
    with translation.override("km"):
        for text in ("This field is required.", "Enter a valid date.", "password"):
            translated = translation.gettext(text)
            assert translated != text and "សំងាត់" not in translated, text
    assert translation.get_language_info("km")["name_local"] == "ខ្មែរ"
