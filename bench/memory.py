"""Memory while serving: proportional set size (PSS) of the web server's processes and the job worker, summed.

Needs the demonstration (`./run demo` once). Each officer opens the pages shown to him, then the sum is taken.
Held: 300 MB. Shared pages are counted once, whatever the number of processes.
"""

import contextlib
import io
import sys

from config import assets, demo, demo_check

HELD = 300  # MB that all processes of a demonstration may hold


def main() -> int:
    """Serve, walk, measure; 1 when more is used than held."""
    assets.ensure()
    with demo.database() as urls, demo.listening(None) as door, demo.serving(urls, door) as children:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        demo.wait_until_ready(address, children)
        servers = [child.pid for child in children]
        before = demo_check.proportional(servers)
        pages = 0
        with contextlib.redirect_stdout(io.StringIO()):
            for username, _title in demo_check.officers():
                pages += demo_check.walk(address, username)[0]
        after = demo_check.proportional(servers)
    print(f"memory while serving, MB (PSS): {before} at the start, {after} after {pages} pages; held {HELD}")
    return int(after > HELD)


if __name__ == "__main__":
    sys.exit(main())
