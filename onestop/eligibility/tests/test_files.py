"""Programme files: what is wrong is told with its place, whatever it is; what is published is never edited."""

from collections.abc import Callable
from pathlib import Path

import pytest

from onestop.eligibility.actions import FilesRefused, load_files
from onestop.eligibility.checking import check_files
from onestop.programmes.models import Programme
from onestop.staff.models import Officer

pytestmark = pytest.mark.usefixtures("the_day")

FILE = """\
code: KITES
name: {km: ខ្លែង, en: Kites}
status: active
unit: person
guarantees: [children]
provider: {name: {km: ក្រុម, en: A club}, kind: ngo}
sector: education
run_by: ngo
versions:
  - from: 2010-01-01
    reference: "made for the tests"
    criteria:
      - {key: young, rule: "person.age <= 12"}
openings:
  - {units: ["1701"], from: 2010-01-01}
excludes: [THR]
examples:
  - {name: A girl of ten, date: 2014-06-11, members: [{id: a, birth_date: 2004-01-01}], verdict: eligible}
"""
EXAMPLE = FILE.splitlines()[-1].strip().removeprefix("- ")


def said(old: str = "", new: str = "") -> list[str]:
    assert old in FILE
    (checked,) = check_files({"KITES.yaml": FILE.replace(old, new)})
    return [str(finding) for finding in checked.findings]


def test_the_sample_is_sound() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("person.age", "person.aeg", "KITES.yaml:13:29: person has no fact"),
        ("excludes: [THR]", "excludes: [THRR]", "KITES.yaml:16:12: there is no programme 'THRR' — did you mean THR"),
        (
            "verdict: eligible",
            "verdict: not_eligible",
            "KITES.yaml:18:5: the example “A girl of ten” comes out",
        ),
        ("verdict: eligible", "verdict: perhaps", "'verdict' is one of eligible, not_eligible, unknown"),
        ("date: 2014-06-11", "date: 2009-06-11", "no version holds on 2009-06-11"),
        ("date: 2014-06-11", "date: soon", "an example needs its 'date'"),
        ("name: A girl", "named: A girl", "there is no key 'named' in an example"),
        (EXAMPLE, "a girl of ten", "KITES.yaml:18:5: a map is needed here"),
        ("members: [{id: a, birth_date: 2004-01-01}]", "members: a girl", "members: a list is expected"),
        ("{id: a, birth_date: 2004-01-01}", "a girl", "members[0]: an object is expected"),
        ("{id: a, birth_date: 2004-01-01}", "{id: a}, {id: b}", "names its 'member'"),
        ("verdict: eligible", "member: b, verdict: eligible", "names its 'member', one of its members"),
        ("verdict: eligible", "household: poor, verdict: eligible", "household: an object of facts is expected"),
        ("birth_date: 2004", "born: 2004", "no fact of a person"),
    ],
)
def test_a_mistake_is_told_and_breaks_nothing(old: str, new: str, told: str) -> None:
    found = said(old, new)
    assert any(told in one for one in found), found


def test_a_member_of_an_example_needs_no_id_where_it_is_the_only_one() -> None:
    assert said("{id: a, birth_date: 2004-01-01}", "{birth_date: 2004-01-01}") == []


@pytest.fixture
def load(loader: Officer, tmp_path: Path) -> Callable[..., list[str]]:
    def run(*texts: str) -> list[str]:
        paths = [tmp_path / f"{number}.yaml" for number, _text in enumerate(texts)]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, "utf-8")
        return load_files(paths, by=loader)

    return run


NEXT = """\
  - from: 2014-01-01
    reference: "made for the tests, again"
    criteria:
      - {key: young, rule: "person.age <= 14"}
openings:
"""


def test_a_new_version_ends_the_one_before_it(load: Callable[..., list[str]]) -> None:
    assert load(FILE) == ["KITES"] and load(FILE) == []
    assert load(FILE.replace("openings:\n", NEXT)) == ["KITES"]
    spans = Programme.objects.get(pk="KITES").versions.order_by("valid_from").values_list("valid_from", "valid_to")
    assert [(str(begin), str(end)) for begin, end in spans] == [("2010-01-01", "2013-12-31"), ("2014-01-01", "None")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<= 12", "<= 11", "published and cannot be changed"),
        ("from: 2010-01-01\n    reference", "from: 2011-01-01\n    reference", "published and cannot be changed"),
        ("unit: person", "unit: household", "published for another unit"),
    ],
)
def test_what_is_published_is_not_edited(load: Callable[..., list[str]], old: str, new: str, told: str) -> None:
    sound = FILE.partition("examples:")[0].replace("person.age <= 12", "household.size <= 12")
    assert load(sound) == ["KITES"]
    with pytest.raises(FilesRefused, match=told):
        load(sound.replace(old, new))
    assert Programme.objects.get(pk="KITES").version == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('units: ["1701"]', 'units: ["9999"]', "15:14: there is no administrative unit with the code '9999'"),
        ('units: ["1701"], ', "", "units"),
    ],
)
def test_an_opening_at_no_unit_is_told(load: Callable[..., list[str]], old: str, new: str, told: str) -> None:
    with pytest.raises(FilesRefused, match=told):
        load(FILE.replace(old, new))
    assert not Programme.objects.filter(pk="KITES").exists()


def test_two_files_of_one_code_are_refused_both(load: Callable[..., list[str]]) -> None:
    with pytest.raises(FilesRefused, match="the code 'KITES' is also that of"):
        load(FILE, FILE.replace("Kites", "Other kites"))
    assert not Programme.objects.filter(pk="KITES").exists()
