"""One print service: a typst template filled with values becomes a PDF with reference number, QR and copy mark.

Values reach the template as one JSON text and are never formatted into markup, so nothing a person typed can become
typst code. Only the fonts of the project are used, so that every machine prints the same page.
"""

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path

import segno
import typst
from django.utils.translation import gettext as _

TEMPLATES = Path(__file__).resolve().parent / "typst"
QUIET_MODULES = 2
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'


@cache
def font_folders() -> list[str]:
    """The folders of Noto Sans and Noto Sans Khmer inside their packages."""
    found = []
    for package in ("fontpkg_noto_sans", "fontpkg_noto_sans_khmer"):
        root = Path(str(files(package)))
        fonts = sorted({path.parent for path in root.rglob("*.ttf")})
        if not fonts:
            raise FileNotFoundError(f"The package {package} holds no font; install requirements.lock again.")
        found += [str(folder) for folder in fonts]
    return found


@cache
def version(template: str) -> str:
    """The version of a template: the beginning of the digest of its file and of the frame it shares."""
    digest = hashlib.sha256((TEMPLATES / f"{template}.typ").read_bytes() + (TEMPLATES / "frame.typ").read_bytes())
    return digest.hexdigest()[:12]


def qr_path(text: str) -> dict[str, object]:
    """The QR of a text as one SVG path and its side in modules: `{path, side}` (one path draws fast everywhere)."""
    matrix = segno.make(text, error="m", micro=False, mask=2).matrix
    parts = []
    for row, line in enumerate(matrix):
        column = 0
        while column < len(line):
            start = column
            while column < len(line) and line[column]:
                column += 1
            if column > start:
                parts.append(f"M{start + QUIET_MODULES} {row + QUIET_MODULES}h{column - start}v1h-{column - start}z")
            column += 1
    return {"path": "".join(parts), "side": len(matrix) + 2 * QUIET_MODULES}


def pdf(template: str, values: dict[str, object], *, reference: str, copy: int, language: str, stamp: str) -> bytes:
    """The finished paper; `copy` is 1 for the original and counts up; `stamp` says office, officer and day."""
    qr = qr_path(reference)
    frame = {
        "reference": reference,
        "copy_mark": _("Copy %(number)d") % {"number": copy} if copy > 1 else "",
        "language": language,
        "stamp": stamp,
        "qr": SVG.format(**qr),
    }
    made = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=font_folders(),
        ignore_system_fonts=True,
        sys_inputs={"values": json.dumps(values), "frame": json.dumps(frame)},
        format="pdf",
    )
    return bytes(made)
