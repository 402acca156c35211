"""`./run bench [NAME…]`: every benchmark of bench/, or the ones named; each prints ratios of one interleaved run."""

import os
import subprocess
import sys

from config import server


def names() -> list[str]:
    """The benchmarks there are: the modules of bench/ that have a `main`."""
    return sorted(
        path.stem for path in (server.ROOT / "bench").glob("*.py") if "\ndef main(" in path.read_text("utf-8")
    )


def main(arguments: list[str]) -> int:
    """Run them one after the other; a wrong name lists the right ones."""
    known = names()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"No benchmark '{unknown[0]}'. There are: {', '.join(known)}", file=sys.stderr)
        return 1
    environment = {**os.environ, "ONESTOP_MODE": "test"}
    environment.pop("DATABASE_URL", None)
    failed = [
        name
        for name in arguments or known
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=server.ROOT, env=environment).returncode
    ]
    if failed:
        print(f"Did not finish: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0
