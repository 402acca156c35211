"""`./run test`: lint, types, contracts, tests, in this order; says how long each took and ends with one status.

The tests run in two processes beside each other, on two cores: what works on the pilot's people with the rooms that
make it as long as the other, and all the rest. What the second one prints is shown when it has ended. Then the walk of
rights, which takes both cores itself and must fork before any browser has started threads.

`./run test --long` also breaks the demonstration in every bad moment, guesses ten thousand passwords, and looks at each
page in both languages at both widths, where otherwise it is looked at in Khmer on a telephone and in English on a
screen: what a change rarely touches and .ci/run always does. `./run test PATH…` runs only the tests named, long or not.
`./run test rights` walks every address for all roles that differ and
compares with the reviewed matrix; `--all` walks every role for itself, `--write` writes the matrix anew (tests/rights).
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from tempfile import TemporaryFile

from config import server
from config.processes import end

# The pilot is one database, where two tests at once would wait for each other's locks: its rooms stay together
PILOT = [
    "onestop/desk",
    "onestop/eligibility",
    "onestop/enrolments",
    "onestop/registry",
    "tests/architecture",
    "tests/search",
]
HALF = [*PILOT, "onestop/staff"]  # about half of the minutes
MORE_OF_LONG = ["config", "tests/compartments"]  # what the other half has too much of with the long tests
WALK = "tests/rights"
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
    if long := "--long" in arguments:
        arguments = [argument for argument in arguments if argument != "--long"]
        environment["ONESTOP_LONG"] = "true"
    checks = {} if arguments else dict(CHECKS)
    pytest = [sys.executable, "-m", "pytest", *([] if long or arguments else ["-m", "not long"])]
    if arguments:
        checks["tests"] = [*pytest, *arguments]
    for name, command in checks.items():
        print(f"— {name}: {' '.join(os.path.basename(part) for part in command[:4])}", flush=True)
        started = time.monotonic()
        status = subprocess.run(command, cwd=server.ROOT, env=environment).returncode
        failed += told(name, status, started)
    if not arguments:
        half = [*HALF, *(MORE_OF_LONG if long else [])]
        rest = [f"--ignore={path}" for path in (*half, WALK)]
        failed += side_by_side({"tests": [*pytest, *rest], "tests on the pilot": [*pytest, *half]}, environment)
        failed += side_by_side({"rights": [*pytest, WALK]}, environment)
    if failed:
        print(f"Not passed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def side_by_side(checks: dict[str, list[str]], environment: dict[str, str]) -> list[str]:
    """Run checks at the same time; the output of the first is seen as it comes, that of the others when they end."""
    with ExitStack() as stack:
        started = time.monotonic()
        running = []
        for number, (name, command) in enumerate(checks.items()):
            output = stack.enter_context(TemporaryFile()) if number else None
            print(f"— {name}", flush=True)
            child = subprocess.Popen(
                command, cwd=server.ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT if output else None
            )
            stack.callback(end, child)
            running.append((name, child, output))
        failed = []
        for name, child, output in running:
            status = child.wait()
            if output:
                output.seek(0)
                print(f"— {name}:\n{output.read().decode('utf-8', 'replace')}", flush=True)
            failed += told(name, status, started)
    return failed


def told(name: str, status: int, started: float) -> list[str]:
    """Say how a check ended; its name when it failed."""
    print(f"— {name}: {'passed' if status == 0 else 'FAILED'} in {time.monotonic() - started:.1f} s", flush=True)
    return [name] if status else []
