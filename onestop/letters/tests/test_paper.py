"""The print service: the same page on every machine, values never as markup, copies marked; and the outbox."""

import subprocess
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from onestop.areas.keys import uuid7
from onestop.areas.numbers import check_digit
from onestop.journal.queries import officer_number
from onestop.letters import paper
from onestop.letters.actions import print_again, print_paper, queue_message
from onestop.letters.choices import Channel, MessageState
from onestop.letters.models import OutboxMessage, Printout
from onestop.staff.scope import officer_named, scope

VALUES: dict[str, object] = {
    "title": "បញ្ជីអ្នកដែលអាចទទួលបាន",
    "subtitle": "ភូមិប្រាសាទ ឃុំចារឈូក",
    "columns": [{"head": "ល.រ", "number": True}, {"head": "ឈ្មោះ", "width": "1fr"}],
    "rows": [["1", "សុខ ចាន់ធី"], ["2", '#panic("no") $x^2$ *bold* \\ <label>']],
    "empty": "–",
}


def make(values: dict[str, object] = VALUES, copy: int = 1) -> bytes:
    return paper.pdf("list", values, reference="2014-000001-5", copy=copy, language="km", stamp="x")


def test_a_paper_is_a_pdf_of_one_page() -> None:
    made = make()
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") + made.count(b"/Type /Page/") + made.count(b"/Type/Page/") <= 1


def test_what_a_person_typed_never_becomes_markup() -> None:
    assert make({**VALUES, "title": '#panic("typed")'}).startswith(b"%PDF-")


def test_an_empty_list_says_so() -> None:
    assert len(make({**VALUES, "rows": []})) > 1000


def test_the_qr_is_one_path_inside_its_square() -> None:
    qr = paper.qr_path("2014-000001-5")
    assert str(qr["path"]).startswith("M") and int(str(qr["side"])) > 21


def test_reference_numbers_are_new_and_carry_their_digit(db: None) -> None:
    with scope(officer_named("commune")):
        officer = officer_named("commune")
        references = [
            print_paper("list", VALUES, subject_kind="x", subject_id="x", unit_code="170101", by=officer)[0].reference
            for _ in range(2)
        ]
    assert len(set(references)) == 2
    for reference in references:
        year, number, digit = reference.split("-")
        assert check_digit(int(year + number)) == digit


def test_the_second_print_is_marked_as_a_copy(db: None) -> None:
    with scope(officer_named("commune")):
        officer = officer_named("commune")
        printout, first = print_paper("list", VALUES, subject_kind="x", subject_id="x", unit_code="170101", by=officer)
        second = print_again(printout, by=officer)
        assert Printout.objects.get(pk=printout.pk).copies == 2
    assert first != second and len(second) > len(first)


def test_the_copy_mark_is_seen_on_the_page(tmp_path: Path) -> None:
    """Compared as pictures, since the text of a Khmer PDF cannot be trusted."""
    if subprocess.run(["sh", "-c", "command -v pdftoppm"], capture_output=True).returncode:
        pytest.skip("needs pdftoppm (poppler-utils) to look at the page")
    pictures = []
    for copy in (1, 2):
        (tmp_path / "a.pdf").write_bytes(make(copy=copy))
        subprocess.run(["pdftoppm", "-r", "40", "-png", "a.pdf", f"p{copy}"], cwd=tmp_path, check=True)
        pictures.append(next(tmp_path.glob(f"p{copy}*.png")).read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("given", [True, False])
def test_a_paper_that_is_given_away_says_so_and_names_its_officer_by_number(
    db: None, tmp_path: Path, given: bool
) -> None:
    """“Keep it locked away” is for papers of the office."""
    if subprocess.run(["sh", "-c", "command -v pdftotext"], capture_output=True).returncode:
        pytest.skip("needs pdftotext (poppler-utils) to read the page")
    officer = officer_named("commune")
    with scope(officer):
        _row, made = print_paper(
            "list", {**VALUES, "is_handed_over": given}, subject_kind="x", subject_id="x", unit_code="170101",
            by=officer, language="en",
        )  # fmt: skip
    (tmp_path / "a.pdf").write_bytes(made)
    said = subprocess.run(["pdftotext", "a.pdf", "-"], cwd=tmp_path, check=True, capture_output=True, text=True)
    text = " ".join(said.stdout.split())
    assert ("this paper is yours" in text, "locked away" in text) == (given, not given)
    assert (officer_number(officer.pk) in text, officer.name_latin in text) == (given, not given)


def test_a_message_waits_in_the_outbox_and_is_not_sent_in_the_request(db: None) -> None:
    with scope(officer_named("commune")):
        officer = officer_named("commune")
        message = queue_message(
            Channel.SMS, "+85591000000", "x", subject_kind="x", subject_id=str(uuid7()), unit_code="170101", by=officer
        )
        assert message.state == MessageState.WAITING and message.sent_at is None


def test_a_message_cannot_be_sent_without_its_instant(db: None) -> None:
    with scope(officer_named("commune")):
        officer = officer_named("commune")
        message = queue_message(
            Channel.SMS, "+85591000000", "x", subject_kind="x", subject_id="x", unit_code="170101", by=officer
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            OutboxMessage.objects.filter(pk=message.pk).update(state=MessageState.SENT)
