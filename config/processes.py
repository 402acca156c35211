"""Child processes that end when we end: asked politely on the way out, and by the kernel if we are killed ourselves."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

PARENT_DIED = 1  # prctl's PR_SET_PDEATHSIG
STOP_SECONDS = 10
_KERNEL = ctypes.CDLL(None) if sys.platform == "linux" else None


def with_us() -> Callable[[], None]:
    """What a child does before its program begins, so that it ends when we do, whatever ended us (Linux).

    Only for a process without threads of its own.
    """
    parent = os.getpid()

    def follow() -> None:
        if _KERNEL is not None:
            _KERNEL.prctl(PARENT_DIED, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return follow


def start(
    command: Sequence[str],
    *,
    environment: dict[str, str],
    folder: Path,
    output: IO[bytes] | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child out of reach of the terminal's Ctrl-C: we end it. `keep` lists file descriptors it gets."""
    return subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=keep,
        start_new_session=True,
        preexec_fn=with_us(),
    )


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, and insist after a while."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """SIGTERM and a closed terminal end us as Ctrl-C does; a second signal does not disturb the clearing up."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(number: int, frame: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
