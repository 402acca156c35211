"""What the generator takes from a country pack."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML

from pilot.figures import Figures, FiguresWrong
from pilot.names import Names

T = TypeVar("T")


def read_pack(folder: Path) -> tuple[Figures, Names]:
    """The figures and the names of the pack in this folder.

    Raises FiguresWrong with the file's path, and what opening a file or reading YAML raises.
    """
    return _read(folder / "pilot.yaml", Figures.read), _read(folder / "names.yaml", Names.read)


def _read(path: Path, shape: Callable[[Any], T]) -> T:
    data = YAML(typ="safe").load(path.read_text("utf-8"))
    try:
        return shape(data)
    except FiguresWrong as wrong:
        raise FiguresWrong(f"{path}: {wrong}") from wrong
    except (AttributeError, LookupError, TypeError, ValueError) as wrong:
        raise FiguresWrong(f"{path} is not of the shape told in {shape.__module__}: {wrong!r}") from wrong
