"""Whether the built styles and fonts are those of this source.

`./run assets` writes the digest of everything it reads into `.stamp` beside what it builds; a start compares the two.
No Django here, so that the builder can use it before any settings exist.
"""

import hashlib
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
ROOT = Path(__file__).resolve().parents[2]
STYLE = "ui/onestop.css"
SCRIPT = "ui/print.js"
FONTS = {
    "noto-sans-latin.woff2": "ui/fonts/noto-sans-latin.woff2",
    "noto-sans-khmer.woff2": "ui/fonts/noto-sans-khmer.woff2",
}


def source_digest(root: Path = ROOT) -> str:
    """Digest of all that decides the built files: our style parts and script, the npm lock, the builder."""
    digest = hashlib.sha256()
    files = [
        *sorted(ASSETS.glob("*.css")),
        *sorted(ASSETS.glob("*.js")),
        root / "package-lock.json",
        root / "config" / "assets.py",
        root / "config" / "fonts.py",
    ]
    for file in files:
        digest.update(file.name.encode())
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()[:16]


def why_unstyled(static_source: Path, root: Path = ROOT) -> str:
    """The reason why pages would stand there without style or in an old one; empty when all is well."""
    stamp = static_source / ".stamp"
    missing = [name for name in (STYLE, SCRIPT, *FONTS.values()) if not (static_source / name).exists()]
    if not stamp.exists() or missing:
        return f"The styles have not been built: {', '.join(missing) or 'stamp'} is missing in {static_source}."
    if stamp.read_text("ascii").strip() != source_digest(root):
        return f"The styles in {static_source} are older than their source."
    return ""
