"""`./run demo`: from nothing to a running demonstration, and a clean end on Ctrl-C or SIGTERM.

Children: gunicorn with two workers and the job worker. Both hold only the application role's URL.
"""

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from config import assets, demo_check, prepare, processes, restoring, server
from onestop.areas.options import read_day

DEFAULT_PORT = 8000
DEFAULT_DAY = "2014-06-11"
PORTS = 50
START_SECONDS = 60
JOBS = ["worker", "--concurrency", "1"]  # without checks: they would load every page into the worker
NEW_DATABASE = f"{server.DEMO_DATABASE}_new"  # takes the demonstration's name when all people are in it
OTHER_POPULATION = 3  # exit status of the command pilot when the database holds other people


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
    parser.add_argument("--on", type=read_day, help=f"the demonstration's day, default {DEFAULT_DAY}")
    parser.add_argument("--seed", type=int, help="another seed gives other invented people, default 1")
    parser.add_argument("--persons", type=int, help="only so many invented people, for a quick look")
    parser.add_argument("--fresh", action="store_true", help="begin anew; the present demonstration is kept aside")
    parser.add_argument("--check", action="store_true", help="sign in as each officer, open the main pages, and end")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> int:
    """Everything between the command line and the exit."""
    with processes.stop_on_signals():
        try:
            refuse_real_office()
            refuse_unwritable(server.var())
            with listening(options.port) as door:  # taken now, so that nobody else gets it while people are loaded
                assets.ensure()
                with database(fresh=options.fresh) as urls:
                    people(urls, options)
                    return serve(urls, door, check=options.check)
        except KeyboardInterrupt:
            print("\nStopped.", flush=True)
            return 0 if not options.check else 1


def serve(urls: dict[str, str], door: socket.socket, *, check: bool) -> int:
    """Serve until somebody ends it; with `check` until every page was opened.

    The server reads the country pack once. When a command has prepared the database anew, a fact or a programme more,
    both processes start again; the open port keeps whoever asks meanwhile waiting for some seconds.
    """
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    again = False
    while True:
        known = prepare.stamp()
        with serving(urls, door) as children:
            wait_until_ready(address, children)
            if not again:
                print_officers()
            print(f"Ready: {address}", flush=True)
            if check:
                return demo_check.check(address, urls, [child.pid for child in children])
            if not wait(children, known):
                break
        again = True
        print("The project has changed; the pages start again with it …", flush=True)
    print(f"The web server or the job worker ended by itself; see {server.var() / 'log'}.", file=sys.stderr)
    return 1


@contextlib.contextmanager
def database(*, fresh: bool = False) -> Iterator[dict[str, str]]:
    """The database's URLs; it is prepared, but for one that gives way to a `fresh` demonstration."""
    with prepare.office(prepared=False) as urls:
        try:
            if not fresh:
                prepare.ensure(urls)
        except prepare.NotPrepared as refused:
            raise DemoRefused(f"{refused}\nA new demonstration beside it: ./run demo --fresh") from refused
        yield urls


def refuse_real_office() -> None:
    """A server of one's own is only used when it is said to be for a demonstration."""
    if os.environ.get("DATABASE_URL") and os.environ.get("ONESTOP_MODE") != "demo":
        raise DemoRefused(
            "DATABASE_URL is set, so this looks like a real office. To use that server for a demonstration, set"
            " ONESTOP_MODE=demo and give both URLs an empty database of its own (HOWTO.md)."
        )


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


@contextlib.contextmanager
def listening(wanted: int | None) -> Iterator[socket.socket]:
    """A socket on the wanted port, or on the first free one from the default on; a wanted port in use is refused."""
    for port in [wanted] if wanted else range(DEFAULT_PORT, DEFAULT_PORT + PORTS):
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
            door.listen(128)
        except (OSError, OverflowError) as error:
            door.close()
            if wanted:
                why = getattr(error, "strerror", None) or error
                other = port + 1 if 1023 < port < 65535 else DEFAULT_PORT
                raise DemoRefused(
                    f"Port {port} cannot be used ({why}). Choose another: ./run demo --port {other},"
                    " or leave --port out to get a free one."
                ) from error
            continue
        with door:
            yield door
        return
    raise DemoRefused(
        f"No free port between {DEFAULT_PORT} and {DEFAULT_PORT + PORTS - 1}. Choose one: ./run demo --port N"
    )


def people(urls: dict[str, str], options: argparse.Namespace) -> None:
    """The pilot's population: loaded if there is none, and into a new database if others are asked for."""
    status = OTHER_POPULATION if options.fresh else load_pilot(urls, options)
    if status == OTHER_POPULATION:
        status = renew(options)
    if status:
        raise DemoRefused(
            "The pilot's population could not be loaded; the lines above say why. Nothing was kept of it."
        )


def load_pilot(urls: dict[str, str], options: argparse.Namespace) -> int:
    """One transaction in a process of its own: a killed one leaves nothing, and the next start loads anew."""
    command = [sys.executable, "-m", "config.manage", "pilot", "--keep"]
    for name in ("villages", "on", "seed", "persons"):
        value = getattr(options, name)
        if value is not None:
            command += [f"--{name}", str(value)]
    child = processes.start(command, environment=child_environment(urls["app"], "command"), folder=server.ROOT)
    try:
        return child.wait()
    finally:
        processes.end(child)


def renew(options: argparse.Namespace) -> int:
    """Load people into a new database, which then takes the place of the present one; that one is kept aside.

    What fails or is killed on the way leaves the present demonstration as it is. Only on the embedded server.
    """
    if os.environ.get("DATABASE_URL"):
        raise DemoRefused("On a server of your own, give both URLs another empty database for other people (HOWTO.md).")
    cluster = server.embedded_cluster()
    urls = {"app": cluster.url(NEW_DATABASE, "onestop_app"), "owner": cluster.url(NEW_DATABASE, "onestop_owner")}
    kept = f"{server.DEMO_DATABASE}_{restoring.name_aside()}"
    with prepare.alone("renew"):
        restoring.refuse_in_use(cluster, server.DEMO_DATABASE)  # before the minute that loading takes
        print(
            "They are loaded into a new database; the present one stays until they are there.",
            flush=True,
        )
        try:
            cluster.drop_database(NEW_DATABASE)  # what a killed start left
            cluster.create_database(NEW_DATABASE)
            prepare.ensure(urls)
            if status := load_pilot(urls, options):
                return status
            restoring.swap(cluster, server.DEMO_DATABASE, NEW_DATABASE, kept)
        finally:
            cluster.drop_database(NEW_DATABASE)
    print(f"The demonstration that was here is kept as database {kept} (HOWTO.md tells how to remove it).", flush=True)
    return 0


def child_environment(url: str, process: str) -> dict[str, str]:
    """What a child of the demonstration gets; its output goes to the log line by line."""
    return {**server.child_environment(url, process, mode="demo"), "PYTHONUNBUFFERED": "1"}


@contextlib.contextmanager
def serving(urls: dict[str, str], door: socket.socket) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The web server on an open port, and the job worker; both are ended on the way out, whatever the way."""
    log = server.var() / "log"
    log.mkdir(parents=True, exist_ok=True)
    commands = {
        "web": [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "-b", f"fd://{door.fileno()}"],
        "worker": [sys.executable, "-m", "config.manage", "procrastinate", "--skip-checks", *JOBS],
    }
    children: list[subprocess.Popen[bytes]] = []
    with contextlib.ExitStack() as stack:
        for process, command in commands.items():
            output = stack.enter_context((log / f"{process}.log").open("wb"))
            child = processes.start(
                command,
                environment=child_environment(urls["app"], process),
                folder=server.ROOT,
                output=output,
                keep=[door.fileno()] if process == "web" else [],
            )
            stack.callback(processes.end, child)
            children.append(child)
        yield children


def wait_until_ready(address: str, children: list[subprocess.Popen[bytes]]) -> None:
    """Until the page of signing in answers; a child that ended, or a page that fails, is reported with the logs."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and all(child.poll() is None for child in children):
        try:
            with urllib.request.urlopen(f"{address}/sign-in/", timeout=5):
                return
        except urllib.error.HTTPError as error:
            error.close()
            break
        except OSError:
            time.sleep(0.1)
    log = server.var() / "log"
    lines = [line for name in ("web", "worker") for line in (log / f"{name}.log").read_text("utf-8").splitlines()[-8:]]
    raise DemoRefused("\n".join([f"The site did not start. The last lines of its logs ({log}):", *lines]))


def print_officers() -> None:
    """The people one may sign in as, with the password they share."""
    print("\nSign in as one of these officers of the demonstration (invented people):")
    for username, title in demo_check.officers():
        print(f"  {username:<12} {title}")
    print(f"Password of each: {demo_check.password()}\n")


def wait(children: list[subprocess.Popen[bytes]], known: int) -> bool:
    """Until the database was prepared anew (True) or a child died (False)."""
    while all(child.poll() is None for child in children):
        time.sleep(0.5)
        if prepare.stamp() != known:
            return True
    return False
