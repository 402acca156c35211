"""The population adds up to the published figures."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from pilot import Figures, FiguresWrong, Household, Names, Village, generate, read_pack, read_villages
from pilot.pyramid import ages_of, weights_by_age
from pilot.scenarios import SCENARIOS
from pilot.tests.conftest import COUNTRY, ON, Counts, count, country_file

COMMUNES = 13


def test_every_commune_has_its_families_and_its_persons_by_sex(figures: Figures, pilot: Counts) -> None:
    assert len(figures.communes) == COMMUNES
    for commune in figures.communes:
        assert sum(n for village, n in pilot.households.items() if village.startswith(commune.code)) == commune.families
        assert {sex: pilot.persons[commune.code, sex] for sex in "FM"} == dict(commune.persons)


def test_every_commune_has_its_poor_households_and_its_migrants(figures: Figures, pilot: Counts) -> None:
    for commune in figures.communes:
        for level in (1, 2):
            found = sum(
                n for (village, at), n in pilot.levels.items() if at == level and village.startswith(commune.code)
            )
            assert found == commune.poor[level]
        assert {sex: pilot.abroad[commune.code, sex] for sex in "FM"} == dict(commune.migrants)


def test_the_true_ages_hold_every_published_band(figures: Figures) -> None:
    weights = weights_by_age(figures, ON)
    for commune in figures.communes:
        ages = ages_of(commune, figures, weights)
        for sex in "FM":
            bands = [sum(ages[sex][first : last + 1]) for first, last in figures.bands]
            assert bands == list(commune.adults[sex])


def test_recorded_ages_keep_the_bands_of_the_districts_within_three_percent(figures: Figures, pilot: Counts) -> None:
    # A birth known by its year stands at 1 January and may so fall into the next band.
    for place, (first, last) in enumerate(figures.bands):
        published = sum(commune.adults[sex][place] for commune in figures.communes for sex in "FM")
        recorded = sum(n for (_, _, age), n in pilot.ages.items() if first <= age <= last)
        assert recorded == pytest.approx(published, rel=0.03)


def test_the_pyramid_keeps_the_cohorts_of_the_census(figures: Figures, pilot: Counts) -> None:
    """Shares of the birth cohorts of the census among those of 10 to 54 then, within a quarter of each.

    The commune bands are of 2011 and hold on the day of the demonstration, so that cohorts at the edge of a band
    cannot all be as in the census of 2008.
    """
    groups = [group for group in figures.pyramid if 10 <= group.first <= 50]
    census = [sum(group.density[sex] for sex in "FM") for group in groups]
    found = [sum(pilot.born[2008 - age] for age in range(group.first, group.last + 1)) for group in groups]
    for group, persons, here in zip(groups, census, found, strict=True):
        assert here / sum(found) == pytest.approx(persons / sum(census), rel=0.25), group


def test_the_dent_of_those_born_in_1975_to_1979_is_there(pilot: Counts) -> None:
    before, dent, after = (sum(pilot.born[year] for year in range(start, start + 5)) for start in (1970, 1975, 1980))
    assert dent < 0.85 * before
    assert dent < 0.75 * after


def test_households_have_the_sizes_they_should(figures: Figures, pilot: Counts) -> None:
    assert 5.0 < sum(size * n for size, n in pilot.sizes.items()) / sum(pilot.sizes.values()) < 5.25
    for size in range(1, 9):
        assert pilot.sizes[size] / sum(pilot.sizes.values()) == pytest.approx(figures.sizes[size] / 100, abs=0.02)


@pytest.mark.shared
def test_every_village_has_exactly_its_published_poor_households(figures: Figures, names: Names, shared: Path) -> None:
    villages = read_villages(shared / "data" / "idpoor" / "idpoor_2010_pilot_villages.csv")
    counts = count(generate(figures, names, villages=villages))
    assert len(villages) == len(counts.households) == 130
    assert set(counts.planted) == {scenario.code for scenario in SCENARIOS}
    for village in villages:
        assert counts.levels[village.code, 1] == village.poor_1
        assert counts.levels[village.code, 2] == village.poor_2
        # The published estimates add up to a little less than the commune's families, which are held.
        assert counts.households[village.code] == pytest.approx(village.households, rel=0.12)
    for commune in figures.communes:
        assert sum(n for code, n in counts.households.items() if code.startswith(commune.code)) == commune.families


def test_the_villages_of_2010_are_peopled_and_those_made_later_are_not(pilot: Counts) -> None:
    areas = country_file("areas.yaml")
    assert all(pilot.households[row["code"]] for row in areas["former"])
    assert not any(pilot.households[row["code"]] for row in areas["new"])
    assert len(pilot.households) == 130


def test_a_bench_makes_as_many_people_as_asked_over_the_villages_given(figures: Figures, names: Names) -> None:
    codes = [f"99{number:06d}" for number in range(30)]
    villages: Counter[str] = Counter()
    for home in generate(figures, names, codes=codes, persons=20_000, seed=3).households():
        villages[home.unit_code] += len(home.present(ON))
    assert villages.total() == 20_000
    assert set(villages) == set(codes)


def test_a_million_people_begin_at_once(figures: Figures, names: Names) -> None:
    # Streaming: the first households need their village only, not the million.
    codes = [f"99{number:06d}" for number in range(1400)]
    first = list(islice(generate(figures, names, codes=codes, persons=1_000_000).households(), 3))
    assert [home.key for home in first] == [f"99000000-000{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize("day", [date(2010, 2, 1), date(2016, 2, 29), date(2026, 11, 22)])
def test_the_totals_hold_on_any_day(figures: Figures, names: Names, day: date) -> None:
    commune = figures.communes[8]
    homes = list(generate(replace(figures, communes=(commune,)), names, on=day).households())
    assert len(homes) == commune.families
    assert sum(len(home.present(day)) for home in homes) == sum(commune.persons.values())


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2009, 12, 31), date(2104, 1, 1), date.max])
def test_a_day_without_figures_is_refused_with_the_days_that_have_some(
    figures: Figures, names: Names, day: date
) -> None:
    with pytest.raises(FiguresWrong, match="from 2010-01-01 to the end of 2103"):
        generate(figures, names, on=day)


@pytest.mark.parametrize("day", [date(2010, 1, 1), date(2103, 12, 31)])
def test_the_first_and_the_last_day_with_figures_have_their_people(figures: Figures, names: Names, day: date) -> None:
    commune = figures.communes[8]
    homes = list(generate(replace(figures, communes=(commune,)), names, on=day).households())
    assert sum(len(home.present(day)) for home in homes) == sum(commune.persons.values())
    assert all(status.recorded_on <= day for home in homes for status in home.poverty)


def test_a_list_that_does_not_fit_is_refused_at_once_with_the_place(figures: Figures, names: Names) -> None:
    with pytest.raises(FiguresWrong, match="99010101"):
        generate(figures, names, villages=[Village("99010101", 1, 1, 10)])
    with pytest.raises(FiguresWrong, match="170102"):
        generate(figures, names, villages=[Village("17010101", 1, 1, 10)])
    with pytest.raises(FiguresWrong, match="170101: .* more poor households than"):
        generate(figures, names, villages=[Village("17010101", 3000, 1, 3001)])


HEAD = "village_code,poor1_households,poor2_households,est_all_households"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "columns village_code, poor1_households, .* missing in the first line"),
        ("village_code,poor1_households\n", "columns poor2_households, est_all_households"),
        (f"{HEAD}\n17010101,1,many,10\n", "line 2: a count is not a whole number"),
        (f"{HEAD}\n17010101,1\n", "line 2: a count is not a whole number"),
        (f"{HEAD}\n17010102,1,1,10\n17010101,-1,2,10\n", "line 3: 10 households cannot be -1 of ID-Poor 1 and 2 of"),
        (f"{HEAD}\n17010101,6,5,10\n", "line 2: 10 households cannot be 6 of ID-Poor 1 and 5 of"),
        (f"{HEAD}\n17010101,1,2,10\n\n17010101,1,2,10\n", "line 4: village 17010101 is there twice"),
        (f"{HEAD}\n17010101,1,2,{'1' * 200_000}\n", "line 2: this is no CSV file"),
    ],
)
def test_a_file_of_villages_that_is_not_sound_is_refused_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "villages.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(FiguresWrong, match=said) as refused:
        read_villages(path)
    assert str(refused.value).startswith(str(path))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_of_villages_may_come_from_a_spreadsheet(end: str, tmp_path: Path) -> None:
    path = tmp_path / "villages.csv"
    path.write_bytes(f'\ufeff{HEAD},note{end}"17010101",1,2,10,{end}17010102,3,4,20,"ភូមិ"{end}'.encode())
    assert read_villages(path) == [Village("17010101", 1, 2, 10, 2), Village("17010102", 3, 4, 20, 3)]


def test_a_bench_has_the_houses_of_all_communes_together(figures: Figures, names: Names) -> None:
    def electricity(homes: Iterator[Household]) -> float:
        told = [sheet.answers.get("electricity") for home in homes for sheet in home.sheets if sheet.topic == "housing"]
        return told.count(True) / (told.count(True) + told.count(False))

    families = sum(commune.families for commune in figures.communes)
    mean = sum(commune.homes.electricity * commune.families for commune in figures.communes) / families
    assert electricity(generate(figures, names, persons=10_000).households()) == pytest.approx(mean, abs=0.02)


def test_figures_that_contradict_each_other_are_refused() -> None:
    data = country_file("pilot.yaml")
    data["communes"][2]["adults"]["F"][0] += 9000
    with pytest.raises(FiguresWrong, match="170103"):
        Figures.read(data)
    data = country_file("pilot.yaml")
    del data["pyramid"]
    with pytest.raises(FiguresWrong, match="pyramid"):
        Figures.read(data)
    data = country_file("pilot.yaml")
    data["enrolments"].append({"programme": "HEF", "to": "giants", "unit": "person", "share": 1, "ended": 0})
    with pytest.raises(FiguresWrong, match="giants"):
        generate(Figures.read(data), Names.read(country_file("names.yaml")))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("pilot.yaml", "families: 1908", "families: many", "'many'"),
        ("pilot.yaml", "id_poor: {1: 108, 2: 252}", "id_poor: [108, 252]", "IndexError"),
        ("pilot.yaml", "female_head: 0.24", "female_heads: 0.24", "female_heads"),
        ("names.yaml", "latin: Chea,", "", "latin"),
        ("names.yaml", "first:", "firsts:", "first missing"),
    ],
)
def test_a_pack_of_another_shape_is_refused_with_its_file(
    name: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    for file in ("pilot.yaml", "names.yaml"):
        text = (COUNTRY / file).read_text("utf-8")
        (tmp_path / file).write_text(text.replace(old, new, 1) if file == name else text, "utf-8")
    with pytest.raises(FiguresWrong, match=said) as refused:
        read_pack(tmp_path)
    assert str(tmp_path / name) in str(refused.value)
