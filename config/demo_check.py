"""`./run demo --check`: signs in as each demo officer over HTTP and opens the main pages, one line per page."""

import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request

import psycopg
from ruamel.yaml import YAML

from config import server

PASSWORD = "angkor-chum-2014"
# What each officer opens: path, and whether the officer's role may (the rights test holds the whole matrix)
PAGES = ["/", "/programmes/", "/places/", "/places/1701/", "/places/170101/", "/crosstable/?unit=170101", "/search/"]


def officers() -> list[tuple[str, str]]:
    """The demo officers of the country pack: user name, and role in English."""
    pack = YAML(typ="safe").load(server.ROOT / "countries" / "khm" / "demo_officers.yaml")
    roles = {
        role["code"]: role["label"]["en"]
        for role in YAML(typ="safe").load(server.ROOT / "countries" / "khm" / "roles.yaml")["roles"]
    }
    return [
        (officer["username"], f"{roles[officer['role']]}, {officer['unit'] or 'whole country'}")
        for officer in pack["officers"]
    ]


def check(address: str, urls: dict[str, str]) -> int:
    """Every officer, every page; 0 when each answered as it should."""
    wrong = 0
    for username, _title in officers():
        wrong += check_officer(address, username)
    with psycopg.connect(urls["owner"]) as connection:
        for table in ("household", "person", "householdmembership", "povertystatus"):
            count = connection.execute(f"SELECT count(*) FROM registry_{table}").fetchone()  # noqa: S608
            print(f"pilot {table}: {count[0] if count else 0:,}")
    print("All pages answered." if not wrong else f"{wrong} pages did not answer as they should.")
    return 1 if wrong else 0


def check_officer(address: str, username: str) -> int:
    """Sign in and open the pages; the number of wrong answers."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    status, body, _seconds = fetch(opener, f"{address}/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    if not token:
        print(f"{username:<12} {status} /sign-in/ has no form")
        return 1
    data = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    status, body, seconds = fetch(opener, f"{address}/sign-in/", data)
    wrong = int("/sign-out/" not in body)
    print(f"{username:<12} {status} {seconds * 1000:6.0f} ms signed in" + (" – NOT SIGNED IN" if wrong else ""))
    for path in PAGES:
        status, body, seconds = fetch(opener, address + path)
        print(f"{username:<12} {status} {seconds * 1000:6.0f} ms {path}")
        wrong += status not in {200, 403}
    return wrong


def fetch(
    opener: urllib.request.OpenerDirector, url: str, data: dict[str, str] | None = None
) -> tuple[int, str, float]:
    """Status, body and seconds of one request; an error page is an answer too."""
    started = time.monotonic()
    body = urllib.parse.urlencode(data).encode() if data else None
    try:
        with opener.open(url, body, timeout=30) as response:
            return response.status, response.read().decode(), time.monotonic() - started
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), time.monotonic() - started
