"""Every verb of the journal is known as soon as the program stands, also in a command that opens no page."""

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
# What a command has: the apps are set up, and nothing else is imported. Then everything is.
ASK: Final = """
import importlib, pkgutil
from tests import environment
import django
django.setup()
from onestop.journal.verbs import VERBS
before = set(VERBS)
import onestop, config.urls
for module in pkgutil.walk_packages(onestop.__path__, "onestop."):
    if not {"tests", "migrations", "management", "factories"} & set(module.name.split(".")):
        importlib.import_module(module.name)
assert len(before) > 40, sorted(before)
print("\\n".join(sorted(set(VERBS) - before)))
"""


def test_a_command_that_opens_no_page_knows_every_verb() -> None:
    """Else a printed journal shows bare verbs where a page shows sentences."""
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    late = done.stdout.split()
    assert not late, f"declared only once a page is there; put them in the room's choices.py or verbs.py: {late}"
