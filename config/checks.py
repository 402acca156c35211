"""`./run test`: lint, types, contracts, tests, in this order; says how long each took and ends with one status.

`./run test PATH…` runs only the tests named. `./run test rights` walks every address for all roles that differ and
compares with the reviewed matrix; `--all` walks every role for itself, `--write` writes the matrix anew (tests/rights).
"""

import os
import subprocess
import sys
import time

from config import server

CHECKS = {
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "types": [sys.executable, "-m", "mypy", "config", "criteria", "pilot", "onestop"],
    "contracts": [os.path.join(os.path.dirname(sys.executable), "lint-imports")],
}


def main(arguments: list[str]) -> int:
    """Everything, or with arguments only the tests they name."""
    environment = {**os.environ, "ONESTOP_MODE": "test"}
    if arguments[:1] == ["rights"]:
        how = [argument.removeprefix("--") for argument in arguments[1:]]
        if len(how) > 1 or not set(how) <= {"all", "write"}:
            print("./run test rights takes nothing, --all or --write.", file=sys.stderr)
            return 2
        environment["ONESTOP_RIGHTS"] = how[0] if how else ""
        arguments = ["tests/rights"]
    environment.pop("DATABASE_URL", None)
    failed: list[str] = []
    checks = {} if arguments else dict(CHECKS)
    checks["tests"] = [sys.executable, "-m", "pytest", *arguments]
    for name, command in checks.items():
        started = time.monotonic()
        print(f"— {name}: {' '.join(os.path.basename(part) for part in command[:4])}", flush=True)
        status = subprocess.run(command, cwd=server.ROOT, env=environment).returncode
        print(f"— {name}: {'passed' if status == 0 else 'FAILED'} in {time.monotonic() - started:.1f} s", flush=True)
        if status:
            failed.append(name)
    if failed:
        print(f"Not passed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0
