"""What is cut from GOV.UK Frontend, what is refused, and how much a first page weighs."""

import gzip
from pathlib import Path

import pytest
from django.test import Client
from fontTools.ttLib import TTFont

from config import assets, fonts
from onestop.ui import checks, stamp


def test_only_components_in_use_are_kept_and_never_the_typeface() -> None:
    style = (
        '@charset "UTF-8";:root{--a:1}/*! crown */@font-face{font-family:GDS Transport;src:url(/assets/x.woff2)}'
        ".govuk-button{font-family:GDS Transport,arial,sans-serif;color:red}.govuk-header{color:red}"
        ".govuk-button,.govuk-footer__link{margin:0}@media print{.govuk-footer{a:b}.govuk-hint{font-family:sans-serif}}"
        "@media print{.govuk-footer{a:b}}.js-enabled .govuk-tabs{a:b}"
    )
    assert assets.cut(style) == (
        ":root{--a:1}.govuk-button{font-family:var(--font);color:red}.govuk-button{margin:0}"
        "@media print{.govuk-hint{font-family:var(--font)}}"
    )


def test_our_own_style_loses_comments_and_space_only() -> None:
    assert (
        assets.minify("/* why */\na:hover > b { color: red; margin: 0 auto; }\n")
        == "a:hover>b{color:red;margin:0 auto}"
    )


def test_the_built_style_names_no_host_and_no_foreign_typeface(built: Path) -> None:
    style = (built / stamp.STYLE).read_text("utf-8")
    assert "GDS Transport" not in style and "://" not in style and "/assets/" not in style
    assert ".govuk-error-summary" in style and ".govuk-header" not in style and ".matrix" in style


def test_a_first_page_weighs_less_than_a_hundred_kilobytes(built: Path) -> None:
    """Styles, both fonts, and the page that shows every component, as they are sent."""
    response = Client().get("/ui/components/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    style = len(gzip.compress((built / stamp.STYLE).read_bytes()))
    letters = sum((built / name).stat().st_size for name in stamp.FONTS.values())
    assert len(response.content) + style + letters <= 100_000


def test_the_fonts_hold_every_letter_of_both_languages(built: Path) -> None:
    for name, characters in (("noto-sans-latin.woff2", fonts.LATIN), ("noto-sans-khmer.woff2", fonts.KHMER)):
        cut = TTFont(built / stamp.FONTS[name])
        missing = {character for character in characters if ord(character) not in cut.getBestCmap()}
        assert not missing, f"{name}: {missing}"
        assert {axis.axisTag for axis in cut["fvar"].axes} == {"wght"}
        cut.close()


def test_a_start_without_styles_says_what_is_missing_and_what_to_run(tmp_path: Path) -> None:
    assert "ui/onestop.css" in stamp.why_unstyled(tmp_path)
    assert "./run assets" in checks.HINT


def test_styles_older_than_their_source_are_refused(built: Path, tmp_path: Path) -> None:
    assert stamp.why_unstyled(built) == ""
    for name in (stamp.STYLE, stamp.SCRIPT, *stamp.FONTS.values()):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".stamp").write_text("0123456789abcdef\n")
    assert "older than their source" in stamp.why_unstyled(tmp_path)


def test_a_second_build_does_nothing(built: Path) -> None:
    assert assets.build(var=built.parent) is False


def test_a_build_that_is_cut_short_leaves_no_list_of_hashed_files_that_the_next_start_would_believe(
    tmp_path: Path,
) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"govuk-frontend": "0.0.0"}}')
    manifest = tmp_path / "var" / assets.MANIFEST
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    with pytest.raises(assets.AssetsRefused):
        assets.build(var=tmp_path / "var", root=tmp_path)
    assert not manifest.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ONESTOP_VAR", str(tmp_path / "file"))
    with pytest.raises(
        assets.AssetsRefused, match=rf"Cannot write {tmp_path}/file/.* \(Not a directory\).*ONESTOP_VAR"
    ):
        assets.ensure()


def test_npm_that_fails_is_reported_with_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"govuk-frontend": "0.0.0"}}')
    with pytest.raises(assets.AssetsRefused, match="govuk-frontend"):
        assets.frontend_style(tmp_path)


def test_a_slot_that_leads_nowhere_is_named(settings: pytest.FixtureRequest) -> None:
    settings.UI_TODAY = "onestop.nowhere.today"  # type: ignore[attr-defined]
    settings.UI_NOW = ""  # type: ignore[attr-defined]
    settings.UI_BANNERS = ["onestop.nowhere.banner"]  # type: ignore[attr-defined]
    settings.UI_PLACES = [("Work", "nowhere:home", "")]  # type: ignore[attr-defined]
    words = " ".join(error.msg for error in checks.slots_resolve())
    assert "UI_TODAY names onestop.nowhere.today" in words and "UI_NOW is not set" in words
    assert "UI_BANNERS names onestop.nowhere.banner" in words and "the page nowhere:home, which does not exist" in words
