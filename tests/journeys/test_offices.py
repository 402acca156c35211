"""The pages of the organisation as the IT officer sees them: both languages, a desk and a phone."""

import io
from pathlib import Path

import pytest
import xlsxwriter
from django.contrib.auth import get_user_model

from onestop.staff.models import Committee, Office, Partner
from onestop.staff.staffing.sheets import SHEETS
from tests.journeys.browser import Site, signed_in


def filled(tmp_path: Path) -> Path:
    """A workbook with a good row and a role at a wrong unit."""
    file = io.BytesIO()
    rows = {
        "officers": [["sok.dara", "សុខ ដារ៉ា", "Sok Dara", "CHAR_CHHUK", "km", ""]],
        "roles": [["sok.dara", "commune_assistant", "Char Chuk", "2014-06-11", ""]],
    }
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for key, lines in rows.items():
            page = book.add_worksheet(SHEETS[key].name())
            page.write_row(0, 0, [column.heads() for column in SHEETS[key].columns])
            page.write_row(1, 0, lines[0])
    path = tmp_path / "staffing.xlsx"
    path.write_bytes(file.getvalue())
    return path


@pytest.mark.browser
def test_the_pages_of_offices_are_sound(committed_database: dict[str, str], site: Site) -> None:
    cookies = signed_in(get_user_model().objects.get(username="it"))
    hall, body = Office.objects.get(code="CHAR_CHHUK"), Committee.objects.get(kind="board_of_governors")
    member, partner = body.members.all()[0], Partner.objects.get(code="village-ngo")
    for path in [
        "",
        "?q=nowhere",
        f"{hall.pk}/",
        f"{hall.pk}/change/",
        "new/",
        "officers/",
        "committees/",
        "committees/new/",
        f"committees/{body.pk}/",
        f"committees/{body.pk}/members/{member.pk}/",
        "partners/",
        f"partners/{partner.pk}/",
        "set-up/",
    ]:
        site.assert_sound(f"/offices/{path}", cookies=cookies)


@pytest.mark.browser
def test_the_wrong_unit_of_a_spreadsheet_is_seen_before_it_is_saved(
    committed_database: dict[str, str], site: Site, tmp_path: Path
) -> None:
    cookies = signed_in(get_user_model().objects.get(username="it"))
    path = filled(tmp_path)
    for language in ("km", "en"):
        for width in (1280, 320):
            with site.open("/offices/set-up/", language=language, width=width, cookies=cookies) as page:
                page.set_input_files("input[type=file]", path)
                page.click("form[enctype] button")
                assert "170101" in page.inner_text("main")
                site.keep_picture(page, f"staffing-preview-{language}-{width}")
                assert not site.findings(page)
    assert not get_user_model().objects.filter(username="sok.dara").exists()
