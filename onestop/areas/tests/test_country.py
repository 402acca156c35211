import shutil
from datetime import date
from pathlib import Path

import pytest

from onestop.areas.country import Country, PackRefused, pack
from onestop.areas.tests.lun import LUN, lun


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A pack of Lun that a test may damage."""
    return Path(shutil.copytree(LUN, tmp_path / "lun"))


def change(folder: Path, file: str, old: str, new: str) -> Country:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")
    return Country(folder)


def test_the_installed_country_is_the_one_of_the_settings() -> None:
    assert pack().code == "khm"
    assert pack() is pack()
    assert [level.length for level in pack().levels] == [2, 4, 6, 8]
    assert pack().languages == ("km", "en")
    assert str(pack().zone) == "Asia/Phnom_Penh"


def test_every_file_of_the_installed_country_can_be_read() -> None:
    country = pack()
    assert {"commune_assistant", "national_board"} <= set(country.roles) or len(country.roles) > 5
    assert country.topics["identity"].label["en"] == "Identity"
    assert "family_book" in country.documents
    assert country.demo_on == date(2014, 6, 11)
    assert country.nodes("programmes")
    assert country.estimated_years == 2


def test_another_country_needs_no_code() -> None:
    country = lun()
    assert [level.length for level in country.levels] == [1, 3, 5]
    assert country.languages == ("lu", "eo")
    assert country.level_of("A0z").number == 2  # type: ignore[union-attr]
    assert country.level_of("A0") is None
    assert country.parent_code("A0z01") == "A0z"
    assert country.parent_code("A") is None
    assert country.roles["keeper"].sectors == frozenset({"air"})
    assert country.roles["counter"].sectors is None
    assert country.weekend == {5, 6}


def test_the_kind_stands_where_the_language_puts_it() -> None:
    assert pack().kinds["khum"].of("ចារឈូក", "km") == "ឃុំចារឈូក"
    assert pack().kinds["khum"].of("Char Chhuk", "en") == "Char Chhuk Commune"
    assert lun().kinds["krato"].of("Ankra", "lu") == "krato Ankra"
    assert lun().kinds["krato"].of("Ankra", "eo") == "Ankra kratero"


def test_a_pack_that_is_not_there_is_refused_with_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="ONESTOP_COUNTRY"):
        pack(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("digits: 3", "digits: 1", r"lun/country.yaml:\d+: levels: each level's code is longer"),
        ("level: 2, digits", "level: 4, digits", r"lun/country.yaml:\d+: levels\[1\].level: levels are numbered"),
        ('"3": domo', '"3": urbo', r"lun/country.yaml:\d+: default_kinds.3: 'urbo' is no kind of level 3"),
        ('"3": domo', '"4": domo', r'lun/country.yaml:\d+: default_kinds: level "3" has no default kind'),
        ("digits: 3", "letters: 3", r"lun/country.yaml:\d+: levels\[1\].letters: unknown key"),
    ],
)
def test_wrong_levels_are_refused_at_their_line(copy: Path, old: str, new: str, message: str) -> None:
    country = change(copy, "country.yaml", old, new)
    with pytest.raises(PackRefused, match=message):
        _ = country.levels


@pytest.mark.parametrize(
    ("sees", "message"),
    [
        ("persons, masks: [fone]", r"masks\[0\]: 'fone' is no masked column; did you mean phone\?"),
        ("persons, masks: [xyz]", r"masks\[0\]: 'xyz' is no masked column; known: phone, papers"),
        ("figures, masks: [phone]", r"masks: a role that sees no persons has nothing to mask"),
    ],
)
def test_a_misspelt_mask_is_refused_with_the_nearest(copy: Path, sees: str, message: str) -> None:
    with pytest.raises(PackRefused, match=rf"lun/roles.yaml:2: roles\[0\].{message}"):
        _ = change(copy, "roles.yaml", "sees: persons", f"sees: {sees}").roles
    assert not change(copy, "roles.yaml", f"sees: {sees}", "sees: persons").roles["keeper"].masks


def test_other_faults_are_refused_at_their_line(copy: Path) -> None:
    with pytest.raises(PackRefused, match=r"lun/country.yaml:\d+: zone: 'Luna/Nowhere' is no time zone"):
        _ = change(copy, "country.yaml", "Atlantic/Azores", "Luna/Nowhere").zone
    with pytest.raises(PackRefused, match=r"lun/roles.yaml:2: roles\[0\].sees: 'everything' must be"):
        _ = change(copy, "roles.yaml", "sees: persons", "sees: everything").roles
    with pytest.raises(PackRefused, match=r"lun/calendar.yaml:2: holidays\[0\].on: '13-01' is no day"):
        _ = change(copy, "calendar.yaml", "01-01", "13-01").holidays
    with pytest.raises(PackRefused, match=r"lun/country.yaml:\d+: school_years.starts: the starts"):
        _ = change(copy, "country.yaml", "2024-02-05", "2026-02-05").school_years
