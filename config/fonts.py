"""Cuts the fonts of two PyPI packages down to what the pages use; run by config/assets.py as a process of its own."""

import io
import logging
import sys
from pathlib import Path

import fontpkg_noto_sans
import fontpkg_noto_sans_khmer
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from onestop.ui.stamp import FONTS

# What Latin pages need: ASCII, the letters of Latin-1, dashes, quotes
# Noto Sans has no arrows; the few on our pages come from the reader's own fonts
LATIN = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)])) + "‐‑–—‘’“”„•…‹›−×€œŒ"
KHMER = "".join(map(chr, [*range(0x1780, 0x17DE), *range(0x17E0, 0x17EA)])) + "\u200b\u200c\u200d\u25cc"
WEIGHTS = (400, 700)  # one variable font of this span is smaller than two static ones: 28 + 13 against 32 + 15 kB


def build_font(source: Path, characters: str, *, features: list[str]) -> bytes:
    """A woff2 with only these characters, normal width and the weights we use; shaping tables are kept."""
    options = subset.Options()
    options.hinting, options.glyph_names, options.notdef_outline = False, False, True
    options.name_IDs = [0, 1, 2, 13, 14]  # the licence travels with the font
    options.layout_features = features
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    whole = io.BytesIO()
    font.save(whole)
    whole.seek(0)
    font = instancer.instantiateVariableFont(TTFont(whole), {"wdth": 100, "wght": WEIGHTS})
    font.flavor = "woff2"
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()


def build_fonts(target: Path) -> None:
    """Both fonts, Latin and Khmer, into TARGET/ui/fonts."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    latin = Path(fontpkg_noto_sans.__file__).parent / "files" / "NotoSans[wdth,wght].ttf"
    khmer = Path(fontpkg_noto_sans_khmer.__file__).parent / "files" / "NotoSansKhmer[wdth,wght].ttf"
    features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
    for name, source, characters, wanted in (
        ("noto-sans-latin.woff2", latin, LATIN, features),
        ("noto-sans-khmer.woff2", khmer, KHMER, ["*"]),
    ):
        file = target / FONTS[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(build_font(source, characters, features=wanted))


if __name__ == "__main__":
    build_fonts(Path(sys.argv[1]))
