"""The job worker: it knows every job and loads no page and no rule, which would be a third more memory in an office."""

import json
import os
import re
import subprocess
import sys

from config import server

LOADED = """
import json, sys
import django
django.setup()
from procrastinate.contrib.django import app
print(json.dumps({"jobs": sorted(app.tasks), "modules": sorted(sys.modules)}))
"""


def test_the_job_worker_knows_every_job_and_loads_no_page() -> None:
    written = {
        job
        for path in (server.ROOT / "onestop").rglob("*.py")
        for job in re.findall(r'@app\.task\(name="([^"]+)"', path.read_text("utf-8"))
    }
    output = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=server.ROOT,
        env={**os.environ, **server.child_environment("postgresql://nobody@/nothing", "worker", mode="test")},
        capture_output=True,
        check=True,
    ).stdout
    loaded = json.loads(output)
    assert written <= set(loaded["jobs"]), "a job that is not in its room's jobs.py"
    assert not [
        module
        for module in loaded["modules"]
        if module.split(".")[0] == "sqlglot" or re.fullmatch(r"onestop\..*(views|urls)", module)
    ]
