"""The version of this OneStop, and which of two versions is the newer one."""

from typing import Final

VERSION: Final = "0.2.0"  # the same as in pyproject.toml


def is_newer(version: str, than: str = VERSION) -> bool:
    """Whether a version comes after another: 0.10.0 after 0.9.1. Letters after a number are not counted."""
    return _numbers(version) > _numbers(than)


def _numbers(version: str) -> tuple[int, ...]:
    digits = ["".join(sign for sign in part if sign.isdigit()) for part in version.split(".")]
    return tuple(int(part or 0) for part in digits)
