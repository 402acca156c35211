import shutil
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from onestop.areas import gazetteer
from onestop.areas.country import Country, PackRefused, pack
from onestop.areas.gazetteer import Finding, Reading
from onestop.areas.tests.lun import LUN, lun


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A pack of Lun whose gazetteer a test may damage."""
    return Path(shutil.copytree(LUN, tmp_path / "lun"))


@pytest.fixture(scope="module")
def khm() -> Reading:
    with translation.override("en"):
        return gazetteer.read(pack())


def with_row(folder: Path, file: str, row: bytes, *, before: int | None = None) -> Reading:
    """Lun's gazetteer with one more line, at the end or before a line (counted from 1)."""
    path = folder / "gazetteer" / file
    lines = path.read_bytes().splitlines()
    lines.insert(len(lines) if before is None else before - 1, row)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return gazetteer.read(Country(folder))


def only(findings: list[Finding]) -> str:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return str(findings[0])


# The real gazetteer --------------------------------------------------------------------------------------------------
def test_of_the_real_gazetteer_all_is_kept_but_89_villages(khm: Reading) -> None:
    assert khm.rows == {1: 25, 2: 210, 3: 1661, 4: 14576}
    kept = {level: sum(unit.level == level for unit in khm.units.values()) for level in khm.rows}
    assert kept == {1: 25, 2: 210, 3: 1661, 4: 14576 - 89 + 7}
    assert len(khm.skipped) == 89
    assert {finding.file for finding in khm.skipped} == {"CambodiaVillagesList2025.csv"}


def test_the_26_repeated_codes_keep_their_first_row(khm: Reading) -> None:
    assert khm.repeated == {1: 0, 2: 0, 3: 0, 4: 26}
    assert khm.units["08120101"].name_latin == "Kbal Kaoh"
    told = [str(finding) for finding in khm.skipped if finding.code == "08120101"]
    assert len(told) == 2
    assert told[0].startswith("CambodiaVillagesList2025.csv:6566  08120101")
    assert "the first row of this code is kept, line 6557" in told[0]


def test_the_placeholder_code_is_no_unit(khm: Reading) -> None:
    assert "0506140-" not in khm.units
    assert sum("'0506140-' is no code" in str(finding) for finding in khm.skipped) == 9


def test_villages_of_a_commune_without_a_row_are_told_and_not_kept(khm: Reading) -> None:
    assert "120913" not in khm.units
    assert not [code for code in khm.units if code.startswith("120913")]
    assert sum("the unit above it, 120913, has no row" in str(finding) for finding in khm.skipped) == 13


def test_communes_without_a_village_are_kept_and_told(khm: Reading) -> None:
    told = {finding.code for finding in khm.remarks if "no unit below it" in str(finding)}
    assert {"100409", "120912"} <= told
    assert told <= set(khm.units)


def test_a_village_whose_row_and_code_disagree_is_not_moved_to_either(khm: Reading) -> None:
    assert "04061500" not in khm.units
    assert any("the row says it lies in 040614" in str(finding) for finding in khm.skipped)


def test_every_skipped_row_is_accounted_for_by_line(khm: Reading) -> None:
    lines = [finding.line for finding in khm.skipped]
    assert (
        len(lines)
        == len(set(lines))
        == khm.rows[4] - sum(unit.level == 4 and unit.valid_to is None for unit in khm.units.values())
    )


def test_the_pilot_districts_are_whole(khm: Reading) -> None:
    villages = [unit for unit in khm.units.values() if unit.level == 4 and unit.code.startswith(("1701", "1712"))]
    assert len([unit for unit in villages if unit.valid_to is None]) == 86 + 39
    former = sorted(unit.code for unit in villages if unit.valid_to == date(2024, 12, 31))
    assert former == ["17120208", "17120609", "17120610", "17120611", "17120612", "17120613", "17120614"]
    assert all(not unit.successor_known and not unit.successors and unit.source for unit in villages if unit.valid_to)
    new = sorted(unit.code for unit in villages if unit.valid_from)
    assert new == ["17010316", "17010317"]
    assert {unit.valid_from for unit in villages} == {None, date(2025, 1, 1)}


def test_kinds_are_as_the_pack_tells_and_the_usual_ones_elsewhere(khm: Reading) -> None:
    kinds = {
        code: khm.units[code].kind for code in ("12", "17", "1201", "1701", "1710", "170101", "120101", "17010101")
    }
    assert kinds == {
        "12": "reach_theani",
        "17": "khett",
        "1201": "khan",
        "1701": "srok",
        "1710": "krong",
        "170101": "khum",
        "120101": "sangkat",
        "17010101": "phum",
    }


def test_names_are_stored_normalised_without_invisible_characters(khm: Reading) -> None:
    assert "\u200b" not in "".join(unit.name + unit.name_latin for unit in khm.units.values())
    assert any(finding.code == "03150103" and "invisible" in str(finding) for finding in khm.remarks)


# A made-up one -----------------------------------------------------------------------------------------------------
def test_a_country_with_other_levels_and_lettered_codes_is_read_by_the_same_code() -> None:
    reading = gazetteer.read(lun())
    assert not reading.skipped
    assert sorted(reading.units) == ["A", "A09", "A0901", "A0902", "A0z", "A0z01", "A0z0z", "B", "B01", "B0101"]
    assert reading.units["A0z"].kind == "urbo"
    assert reading.units["A0z"].other_names == ("Azurbo",)
    assert reading.units["B"].name == "Bela"
    assert reading.units["A0901"].successors == ("A0902",)
    assert reading.units["A0902"].valid_from == date(2020, 7, 1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"A,A09,A09-1,Streko,Streko", "'A09-1' is no code: only digits and letters make one"),
        (b"A,A09,A091,Kurta,Kurta", "the code has 4 characters, those of its level have 5"),
        (b"A,A09,A0903,,", "it has no name"),
        (b"A,A09,A0903," + b"o" * 121 + b",Longa", "the name is longer than 120 characters"),
        (b"A,A09,A0903,\xff\xfe,Rompita", "the name has a damaged character"),
        (b"A,A09,A0903,R\x00o,Rompita", "the name has a damaged character"),
        (b"A,A0z,A0903,Fremda,Fremda", "the row says it lies in A0z, its code does not begin so"),
        (b"B,A09,A0903,Fremda,Fremda", "the row says it lies in B, its code does not begin so"),
        (b"A,,A0903,Senhejma,Senhejma", "the row says it lies in \u2013, its code does not begin so"),
        (b"A,A0x,A0x01,Orfo,Orfo", "the unit above it, A0x, has no row that could be kept"),
        (b"A,A09,A0902,Dua,Dua", "it repeats line 2 word for word"),
        (b"A,A09,A0902,Alia,Alia", "the first row of this code is kept, line 2, Dua"),
        (b"A,A09,A0903", "the line is broken: 5 cells are expected"),
        (b'A,A09,A0903,"Citilo,Citilo', "the line is broken: 5 cells are expected"),
    ],
)
def test_a_broken_row_is_told_with_its_line_and_leaves_the_others_alone(copy: Path, row: bytes, reason: str) -> None:
    whole = gazetteer.read(lun())
    reading = with_row(copy, "domoj.csv", row)
    told = only(reading.skipped)
    assert told.startswith("domoj.csv:6  ")
    assert reason in told
    assert ": skipped, " in told
    assert reading.units == whole.units
    assert reading.rows[3] == whole.rows[3] + 1


def test_an_unclosed_quote_spoils_its_own_line_only(copy: Path) -> None:
    reading = with_row(copy, "domoj.csv", b'A,A09,A0903,"Citilo,Citilo', before=3)
    assert only(reading.skipped).startswith("domoj.csv:3  ")
    assert {"A0902", "A0z01", "A0z0z", "B0101"} <= set(reading.units)


def test_a_row_above_that_is_skipped_takes_those_below_it_along_and_tells_each(copy: Path) -> None:
    path = copy / "gazetteer" / "valoj.csv"
    path.write_text(path.read_text("utf-8").replace("A,A0z,Zorgo,Zorgo", "A,A0z,,"), "utf-8")
    reading = gazetteer.read(Country(copy))
    assert [finding.code for finding in reading.skipped] == ["A0z", "A0z01", "A0z0z", "A0z", "A0z"]
    assert "the gazetteer has no such unit" in str(reading.skipped[-1])


def test_one_missing_name_is_kept_and_told(copy: Path) -> None:
    reading = with_row(copy, "domoj.csv", b"A,A09,A0903,Nura,")
    assert "one of its two names is missing" in only([f for f in reading.remarks if f.code == "A0903"])
    assert reading.units["A0903"].name == "Nura"


def test_an_empty_line_is_no_row(copy: Path) -> None:
    assert with_row(copy, "domoj.csv", b"   ").rows == gazetteer.read(lun()).rows


def test_a_missing_file_or_column_is_refused_with_the_line_of_the_pack(copy: Path) -> None:
    path = copy / "gazetteer" / "kratoj.csv"
    path.write_text(path.read_text("utf-8").replace("latina", "latino"), "utf-8")
    with pytest.raises(PackRefused, match=r"lun/gazetteer.yaml:5: files\[0\]: the file has no column latina"):
        gazetteer.read(Country(copy))
    path.unlink()
    with pytest.raises(PackRefused, match=r"lun/gazetteer.yaml:5: files\[0\].path: there is no such file"):
        gazetteer.read(Country(copy))


def test_reading_twice_tells_the_same() -> None:
    first, second = gazetteer.read(pack()), gazetteer.read(pack())
    assert [str(finding) for finding in first.findings] == [str(finding) for finding in second.findings]
    assert first.units == second.units
