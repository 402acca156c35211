"""What the generator takes from a country pack."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pilot.figures import Figures
from pilot.names import Names


def read_pack(folder: Path) -> tuple[Figures, Names]:
    """The figures and the names of the pack in this folder. Raises FiguresWrong, and what reading a file raises."""

    def read(name: str) -> Any:
        return YAML(typ="safe").load((folder / name).read_text("utf-8"))

    return Figures.read(read("pilot.yaml")), Names.read(read("names.yaml"))
