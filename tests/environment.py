"""The environment of the tests, set before any settings are read: pytest loads this first (`-p` in pyproject.toml).

conftest.py would be too late: pytest-django reads the settings before it, and they would be the demonstration's.
"""

import os
import tempfile
from pathlib import Path

os.environ["ONESTOP_MODE"] = "test"
os.environ.setdefault("ONESTOP_VAR", str(Path(tempfile.gettempdir()) / f"onestop-tests-{os.getuid()}"))
for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "ONESTOP_PROCESS"):
    os.environ.pop(_name, None)
(Path(os.environ["ONESTOP_VAR"]) / "static").mkdir(parents=True, exist_ok=True)  # else WhiteNoise warns at each start

from onestop.ui.translation import compile_catalogues  # noqa: E402  (after the environment, as everything of ours)

compile_catalogues()
