"""Compiled translations, made at run time from the .po files of the rooms: no system gettext, nothing committed."""

from pathlib import Path

from onestop.ui.translation import compile_catalogues


def compile_all() -> list[Path]:
    """Compile every catalogue that is newer than its .mo; the files written. Cheap when nothing changed."""
    return compile_catalogues()


if __name__ == "__main__":
    compile_all()
