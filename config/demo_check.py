"""`./run demo --check`: signs in as each demo officer over HTTP and follows the links each is shown.

One line per page. A page is wrong when it does not answer 200: whoever is shown a link may follow it. Of pages of one
kind (every village, every family) the first is opened, so that the walk ends.
"""

import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import psycopg

from config import server
from onestop.areas.packfile import read_pack_file

LARGEST_WALK = 40  # kinds of pages an officer opens
SLOW = 2.0  # seconds after which a page is marked
COUNTED = {"households": "registry_household", "persons": "registry_person", "enrolments": "enrolments_enrolment"}
# Some part of an address that is one of many: a key, a code of a unit, a membership number
ONE_OF_MANY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)(?:[0-9]+|[A-Z][0-9A-Z_-]+)(?=/|$)")


class Links(HTMLParser):
    """The addresses of a page's links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def pack() -> dict[str, object]:
    """The demo officers of the country pack, and the password they share."""
    return dict(read_pack_file(server.country_pack() / "demo_officers.yaml").plain())


def password() -> str:
    """The password of every demo officer."""
    return str(pack()["password"])


def officers() -> list[tuple[str, str]]:
    """User name, and role in English with its area."""
    roles = {
        role["code"]: role["label"]["en"]
        for role in read_pack_file(server.country_pack() / "roles.yaml").plain()["roles"]
    }
    listed = pack()["officers"]
    assert isinstance(listed, list)
    return [
        (officer["username"], f"{roles[officer['role']]}, {officer['unit'] or 'whole country'}") for officer in listed
    ]


def check(address: str, urls: dict[str, str], servers: Sequence[int]) -> int:
    """Every officer, every kind of page; 0 when each answered. `servers` are the processes whose memory is told."""
    began = time.monotonic()
    walks = [walk(address, username) for username, _title in officers()]
    opened, wrong = (sum(walk[which] for walk in walks) for which in (0, 1))
    with psycopg.connect(urls["owner"]) as connection:
        for name, table in COUNTED.items():
            row = connection.execute(f"SELECT count(*) FROM {table} WHERE voided_at IS NULL").fetchone()  # noqa: S608
            count = row[0] if row else 0
            print(f"pilot {name}: {count:,}")
            wrong += not count
        for level in (1, 2):
            row = connection.execute(
                "SELECT count(DISTINCT household_id) FROM registry_povertystatus"
                " WHERE voided_at IS NULL AND level = %s", [level]
            ).fetchone()  # fmt: skip
            print(f"pilot households of ID-Poor {level}: {row[0] if row else 0:,}")
    if memory := proportional(servers):
        print(f"memory while serving: {memory:,} MB")
    print(f"{opened} pages opened in {time.monotonic() - began:.0f} s, {wrong} wrong.")
    return 1 if wrong else 0


def walk(address: str, username: str) -> tuple[int, int]:
    """Sign in and open the pages; how many were opened, and how many did not answer as they should."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    status, body, _seconds = fetch(opener, f"{address}/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    if not token:
        tell(username, status, 0.0, "/sign-in/", "has no form")
        return 1, 1
    data = {"username": username, "password": password(), "csrfmiddlewaretoken": token[1]}
    status, body, seconds = fetch(opener, f"{address}/sign-in/", data)
    signed_in = "/sign-out/" in body
    tell(username, status, seconds, "signed in" if signed_in else "/sign-in/", "" if signed_in else "NOT SIGNED IN")
    opened, wrong = 1, int(not signed_in)
    waiting, seen = deque(["/"]), {"/"}
    while waiting and opened <= LARGEST_WALK:
        path = waiting.popleft()
        status, body, seconds = fetch(opener, address + path)
        tell(username, status, seconds, path, "WRONG" if status != 200 else "slow" if seconds > SLOW else "")
        opened, wrong = opened + 1, wrong + int(status != 200)
        for link in links(body, path):
            if kind(link) not in seen:
                seen.add(kind(link))
                waiting.append(link)
    return opened, wrong


def links(body: str, path: str) -> list[str]:
    """The pages of ours that a page leads to, as paths; not the way out, not a place on the same page."""
    parser = Links()
    parser.feed(body)
    found = []
    for href in parser.found:
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(path, href))
        if not parts.scheme and not parts.netloc and not parts.path.startswith(("/sign-out", "/static/", "/ui/")):
            found.append(parts._replace(fragment="").geturl())
    return found


def kind(link: str) -> str:
    """What pages of one kind share: the address without keys, codes and the values of its query."""
    parts = urllib.parse.urlsplit(link)
    names = sorted({name for name, _value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)})
    return f"{ONE_OF_MANY.sub('*', parts.path)}?{'&'.join(names)}".rstrip("?")


def tell(username: str, status: int, seconds: float, what: str, remark: str) -> None:
    """One line of a page."""
    print(f"{username:<12} {status} {seconds * 1000:6.0f} ms  {what}{f'  – {remark}' if remark else ''}", flush=True)


def fetch(
    opener: urllib.request.OpenerDirector, url: str, data: dict[str, str] | None = None
) -> tuple[int, str, float]:
    """Status, body and seconds of one request; an error page is an answer too, and no answer is status 0."""
    started = time.monotonic()
    body = urllib.parse.urlencode(data).encode() if data else None
    try:
        with opener.open(url, body, timeout=30) as response:
            return response.status, response.read().decode("utf-8", "replace"), time.monotonic() - started
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8", "replace"), time.monotonic() - started
    except OSError as error:
        return 0, str(error), time.monotonic() - started


def proportional(roots: Sequence[int]) -> int:
    """Megabytes (PSS) of these processes and all below them; 0 where the machine does not tell (only Linux does)."""
    family, kilobytes = set(roots), 0
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended meanwhile
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    for pid in family:
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.MULTILINE)
        except OSError:
            continue
        kilobytes += int(found[1]) if found else 0
    return kilobytes // 1024
