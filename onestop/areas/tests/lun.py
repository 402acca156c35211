"""The made-up country of the tests: two other languages, three levels, codes of one, three and five characters."""

from pathlib import Path

from onestop.areas.country import Country, pack

LUN = Path(__file__).resolve().parents[3] / "tests" / "countries" / "lun"


def lun() -> Country:
    return pack(LUN)
