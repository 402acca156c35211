"""The programme file as text: places, canonical form, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestop.programmes import document, schema

LISTS = schema.Lists(
    languages=("km", "en"),
    guarantees=frozenset({"health", "children"}),
    pillars=frozenset({1, 2}),
    sectors=frozenset({"education", "health"}),
    documents=frozenset({"family_book", "village_letter"}),
    roles=frozenset({"technical_officer"}),
    compartments=frozenset({"health"}),
)
FILE = """\
code: THR
name: {km: របបអាហារ, en: Take-home rations}
status: active
unit: household
guarantees: [children]
provider: {name: {km: ក, en: b}, kind: un_agency}
sector: education
run_by: ngo
versions:
  - from: 2010-01-01
    reference: "Feasibility study, Table 2, note 6"
    criteria:
      - {key: poor1, rule: "household.id_poor == 1"}
      - {key: grade, rule: "household.members.exists(m, m.name == \\"x\\" && m.grade >= 4)"}
openings:
  - {units: ["1701", "1712"], from: 2013-01-01, to: null, places: null}
demo: [openings.0.from]
"""


def changed(old: str, new: str) -> list[tuple[str, int, int, str]]:
    assert old in FILE
    read = document.read(FILE.replace(old, new), "THR.yaml")
    return [
        (problem.message, read.place(problem.path).line, read.place(problem.path).column, problem.proposal)
        for problem in schema.problems(read.data, LISTS)
    ]


def test_the_sample_is_sound_and_already_canonical() -> None:
    read = document.read(FILE, "THR.yaml")
    assert schema.problems(read.data, LISTS) == []
    assert document.write(schema.ordered(read.data)) == FILE


def test_a_wrong_key_is_named_with_its_place_and_the_near_one() -> None:
    assert changed("sector: education", "sektor: education")[0] == ("there is no key 'sektor' here", 7, 1, "sector")


def test_a_wrong_word_of_a_list_is_named_with_its_place_and_the_near_one() -> None:
    (message, line, column, proposal), *_rest = changed("status: active", "status: activ")
    assert (line, column, proposal) == (3, 9, "active")
    assert "'activ' is not one of" in message


def test_a_missing_key_names_itself() -> None:
    assert ("the key 'unit' is missing", 1, 1, "") in changed("unit: household\n", "")


def test_a_name_without_one_language_says_which() -> None:
    assert changed("km: របបអាហារ, ", "")[0][:2] == ("the text in 'km' is missing", 2)


def test_two_versions_on_one_day_are_refused() -> None:
    again = "  - {from: 2010-01-01, reference: again, criteria: []}\nopenings:\n"
    assert "two versions would hold on one day" in changed("openings:\n", again)[0][0]


def test_a_version_that_overlaps_an_ended_one_is_refused() -> None:
    later = "    to: 2014-12-31\n  - {from: 2014-01-01, reference: again, criteria: []}\nopenings:\n"
    assert "two versions would hold on one day" in changed("openings:\n", later)[0][0]


def test_a_version_that_follows_an_open_one_is_fine() -> None:
    later = "  - {from: 2014-01-01, reference: again, criteria: []}\nopenings:\n"
    assert changed("openings:\n", later) == []


def test_a_key_of_criteria_used_twice_is_refused() -> None:
    assert changed("key: grade", "key: poor1")[0][0] == "the key 'poor1' is used twice"


def test_an_invented_path_that_leads_nowhere_is_refused() -> None:
    assert changed("demo: [openings.0.from]", "demo: [contact]")[0][:2] == ("there is no 'contact' in this file", 17)


def test_the_same_key_twice_is_refused_by_place() -> None:
    with pytest.raises(document.NotYaml, match="'code' stands here twice") as refused:
        document.read("code: A\nname: x\ncode: B\n", "A.yaml")
    assert refused.value.place == document.Place(3, 1)


def test_text_that_is_no_yaml_is_refused_by_place() -> None:
    with pytest.raises(document.NotYaml) as refused:
        document.read("code: A\nname: [x\nunit: y\n", "A.yaml")
    assert refused.value.place.line >= 2


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(document.NotYaml, match="must be a mapping"):
        document.read("- a\n", "A.yaml")


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("", "must be a mapping", (1, 1)),
        ("code: A\nname: x\0y\n", "U\\+0000", (2, 8)),
        ("PK\x03\x04", "U\\+0003", (1, 3)),
        ('code: A\nname: "\\ud800"\n', "U\\+D800", (2, 7)),
        ('code: A\n"\\0": x\n', "U\\+0000", (2, 1)),
        ("code: " + "[" * 500 + "]" * 500, "maximum depth", (1, 36)),
        ("code: &a [*a]\n", "repeated by an alias", (1, 7)),
        ("a: &a [1, 1]\nb: &b [*a, *a]\n", "repeated by an alias", (1, 4)),
        ("code: 0x" + "f" * 5_000, "too big", (1, 7)),
        ("code: " + "9" * 5_000, "is no int", (1, 7)),
        ("code: 1e999", "too big", (1, 7)),
    ],
)
def test_what_is_no_text_of_a_programme_is_refused_by_place(text: str, said: str, place: tuple[int, int]) -> None:
    with pytest.raises(document.NotYaml, match=said) as refused:
        document.read(text, "A.yaml")
    assert refused.value.place == document.Place(*place)
    assert len(str(refused.value)) < 120


def test_a_file_with_a_mark_of_byte_order_or_the_line_ends_of_windows_is_the_same_file() -> None:
    plain = document.read(FILE, "THR.yaml")
    for text in ("\ufeff" + FILE, FILE.replace("\n", "\r\n")):
        read = document.read(text, "THR.yaml")
        assert read.data == plain.data
        assert read.places["versions.0.criteria.0.rule"] == plain.places["versions.0.criteria.0.rule"]


def test_a_place_inside_a_rule_is_a_place_of_the_file() -> None:
    read = document.read(FILE, "THR.yaml")
    line = FILE.splitlines()[13]
    rule = read.data["versions"][0]["criteria"][1]["rule"]
    place = read.inside("versions.0.criteria.1.rule", 1, rule.index("m.grade") + 1)
    assert place == document.Place(14, line.index("m.grade") + 1)


def test_yaml_of_version_1_2_keeps_the_words_on_and_no() -> None:
    assert document.read("code: A\non: no\n", "A.yaml").data == {"code": "A", "on": "no"}


TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-(10**6), 10**6), st.booleans(), st.none(), st.dates()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.from_regex(r"[a-z_]{2,8}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.from_regex(r"[a-z_]{2,8}", fullmatch=True), VALUES, min_size=1, max_size=5))
def test_what_is_written_is_read_back_as_the_same_and_written_as_the_same(data: dict[str, object]) -> None:
    text = document.write(data)
    assert document.read(text, "x").data == data
    assert document.write(document.read(text, "x").data) == text
