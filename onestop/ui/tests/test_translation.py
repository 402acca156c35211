"""The machinery of both languages, on a project of two files."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from onestop.ui import translation
from onestop.ui.management.commands import messages

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A room with a view, a template and a catalogue that lacks some."""
    room = tmp_path / "onestop" / "library"
    (room / "templates" / "library").mkdir(parents=True)
    (room / "tests").mkdir()
    (room / "views.py").write_text(
        'x = _("Lend")\ny = ngettext("%d book", "%d books", 2)\nz = pgettext("verb", "Lend")\n'
        'from django.utils.translation import gettext_lazy as later\nw = f"{x} {_(\'Lose\')}", later("Find")\n'
    )
    (room / "tests" / "test_views.py").write_text('x = _("Only in a test")\n')
    (room / "templates" / "library" / "page.html").write_text(
        '{% load i18n %}{% translate "Return" %}{% button _("Renew") %}\n'
        "{% blocktranslate trimmed count counter=n %}{{ counter }} day"
        "{% plural %}{{ counter }} days{% endblocktranslate %}"
    )
    catalogue = room / "locale" / "km" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        HEAD + 'msgid "Lend"\nmsgstr "ខ្ចី"\n\n#, fuzzy\nmsgid "Return"\nmsgstr "សង"\n\n'
        'msgid "%d book"\nmsgid_plural "%d books"\nmsgstr[0] "%d សៀវភៅ"\n'
    )
    return tmp_path


def test_what_has_no_khmer_is_named_with_its_place(project: Path) -> None:
    missing = {(message.text, message.context, message.line) for message in translation.untranslated("km", project)}
    assert missing == {
        ("Lend", "verb", 3),
        ("Return", None, 1),
        ("Renew", None, 1),
        ("Lose", None, 5),
        ("Find", None, 5),
        ("%(counter)s day", None, 2),
    }


def test_compiling_writes_only_what_is_newer(project: Path) -> None:
    first = translation.compile_catalogues(project)
    assert [file.name for file in first] == ["django.mo"] and first[0].stat().st_size > 60
    assert translation.compile_catalogues(project) == []


def test_a_broken_catalogue_is_refused_and_not_half_read(project: Path) -> None:
    catalogue = translation.catalogues(project)[0]
    catalogue.write_text(HEAD + 'msgid "Lend"\nmsg "ខ្ចី"\n')
    with pytest.raises(translation.CatalogueRefused, match="library/locale/km/LC_MESSAGES/django.po"):
        translation.compile_catalogues(project)


def test_the_command_fails_while_a_text_has_no_khmer(monkeypatch: pytest.MonkeyPatch) -> None:
    gap = [translation.Message("onestop/x.py", 3, 'Say "no"', "verb")]
    monkeypatch.setattr(messages, "untranslated", lambda language: gap)
    out = StringIO()
    with pytest.raises(CommandError, match="1 texts have no translation"):
        call_command("messages", "km", po=True, stdout=out)
    assert 'msgctxt "verb"\nmsgid "Say \\"no\\""\nmsgstr ""' in out.getvalue()
