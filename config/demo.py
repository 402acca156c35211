"""`./run demo`: from nothing to a running demonstration, and a clean end on Ctrl-C or SIGTERM.

Children: gunicorn with two workers and the job worker. Both hold only the application role's URL.
"""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from config import assets, demo_check, embedded_postgres, prepare, server

DEFAULT_PORT = 8000
DEFAULT_DAY = "2014-06-11"
START_SECONDS = 60
STOP_SECONDS = 10


class DemoRefused(Exception):
    """The demonstration cannot start; the message says what is in the way and what to do."""


def main(arguments: list[str]) -> int:
    """Parse, start, wait; the return value is the exit status."""
    options = parse(arguments)
    try:
        return run(options)
    except DemoRefused as refused:
        print(refused, file=sys.stderr)
        return 1


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; wrong ones end with a usage line and status 2."""
    parser = argparse.ArgumentParser(prog="./run demo", description="A demonstration with the pilot's population.")
    parser.add_argument("--port", type=int, help=f"default: {DEFAULT_PORT}, or the next free one")
    parser.add_argument("--villages", type=Path, help="ID-Poor counts by village (CSV); without it the commune figures")
    parser.add_argument("--on", type=date.fromisoformat, help=f"the demonstration's day, default {DEFAULT_DAY}")
    parser.add_argument("--seed", type=int, help="another seed gives other invented people, default 1")
    parser.add_argument("--check", action="store_true", help="sign in as each officer, open the main pages, and end")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> int:
    """Everything between the command line and the exit."""
    refuse_unwritable(server.var())
    assets.ensure()
    with running_server() as urls:
        port = free_port(options.port)
        seed(urls, options)
        with serving(urls, port) as children:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(address, children)
            print_officers()
            print(f"Ready: {address}", flush=True)
            if options.check:
                return demo_check.check(address, urls)
            return wait(children)


@contextlib.contextmanager
def running_server() -> Iterator[dict[str, str]]:
    """The database's URLs, prepared: the server named in the environment, or the embedded one."""
    if os.environ.get("DATABASE_URL"):
        if os.environ.get("ONESTOP_MODE") != "demo":
            raise DemoRefused(
                "DATABASE_URL is set, so this looks like a real office. To use that server for a demonstration, set"
                " ONESTOP_MODE=demo and give both URLs an empty database of its own (HOWTO.md)."
            )
        urls = server.urls()
        prepare.ensure_real(urls)
        yield urls
        return
    cluster = server.embedded_cluster()
    with cluster.use():
        if prepare.ensure(cluster):
            print("The database is prepared.", file=sys.stderr)
        yield server.urls(cluster)


def refuse_unwritable(folder: Path) -> None:
    """A folder we cannot write to is said at once, by its name."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DemoRefused(
            f"Cannot write to {folder} ({error.strerror}). Give this user the right to write there,"
            " or set ONESTOP_VAR to another folder."
        ) from error


def free_port(wanted: int | None) -> int:
    """The wanted port, or the first free one from the default on; a wanted port in use is refused."""
    for port in [wanted] if wanted else range(DEFAULT_PORT, DEFAULT_PORT + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if wanted:
                    raise DemoRefused(
                        f"Port {port} is in use ({error.strerror}). Choose another: ./run demo --port {port + 1}"
                    ) from error
                continue
            return port
    raise DemoRefused(f"No free port between {DEFAULT_PORT} and {DEFAULT_PORT + 49}. Choose one: ./run demo --port N")


def seed(urls: dict[str, str], options: argparse.Namespace) -> None:
    """Load the pilot's population if this database has none; another day, seed or file loads it anew."""
    command = [sys.executable, "-m", "django", "pilot", "--keep"]
    for name in ("villages", "on", "seed"):
        value = getattr(options, name)
        if value is not None:
            command += [f"--{name}", str(value)]
    if subprocess.run(command, env=child_environment(urls["app"], "command"), cwd=server.ROOT).returncode:
        raise DemoRefused("The pilot's population could not be loaded; the lines above say why. Nothing was kept of it.")


def child_environment(url: str, process: str, **more: str) -> dict[str, str]:
    """What a child process gets: the demonstration's mode and the application role's URL."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"}
    return {
        **environment,
        "ONESTOP_MODE": "demo",
        "DATABASE_URL": url,
        "ONESTOP_PROCESS": process,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@contextlib.contextmanager
def serving(urls: dict[str, str], port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The web server and the job worker; both are ended on the way out, whatever the way."""
    log = server.var() / "log"
    log.mkdir(parents=True, exist_ok=True)
    commands = {
        "web": [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"),
            *("--threads", "4", "--preload", "--timeout", "60", "--graceful-timeout", "5", "--log-level", "warning"),
        ],
        "worker": [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "1"],
    }
    children: list[subprocess.Popen[bytes]] = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(stop_on_signals())
        for process, command in commands.items():
            output = stack.enter_context((log / f"{process}.log").open("ab"))
            child = subprocess.Popen(
                command,
                env=child_environment(urls["app"], process),
                cwd=server.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            stack.callback(end, child)
            children.append(child)
        yield children


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """SIGTERM ends the demonstration as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, and insist after a while."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until_ready(address: str, children: list[subprocess.Popen[bytes]]) -> None:
    """Until the site answers; a child that ended first is reported with its log."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if any(child.poll() is not None for child in children):
            break
        try:
            with urllib.request.urlopen(f"{address}/health/", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    tail = "\n".join(
        line for name in ("web", "worker") for line in (server.var() / "log" / f"{name}.log").read_text().splitlines()[-8:]
    )
    raise DemoRefused(f"The site did not start. The last lines of its logs ({server.var() / 'log'}):\n{tail}")


def print_officers() -> None:
    """The people one may sign in as, with the password they share."""
    print("\nSign in as one of these officers of the demonstration (invented people):")
    for username, title in demo_check.officers():
        print(f"  {username:<12} {title}")
    print(f"Password of each: {demo_check.PASSWORD}\n")


def wait(children: list[subprocess.Popen[bytes]]) -> int:
    """Until somebody ends it, or a child dies."""
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    print(f"The web server or the job worker ended by itself; see {server.var() / 'log'}.", file=sys.stderr)
    return 1
