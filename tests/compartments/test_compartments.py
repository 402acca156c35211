"""From every role without it, a compartment's programme or fact never shows: row, count, reason, missing fact, trial,
export, search, log, job, error.

Each role of roles.yaml looks at every view it can reach, by following the links of the pages from the first, and by
typing addresses, forms and commands that name the planted facts and programmes. Then the secrets are written down, and
it looks again: not a word of them may stand there, and every page must be as it was, so that no number, order or hint
tells of them either. Roles that may do the same share one walk.
"""

import io
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from html import unescape
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import resolve, reverse

from onestop.areas import clock
from onestop.areas.country import Role, pack
from onestop.areas.rights import BUILT, RIGHTS
from onestop.areas.walls import walled_tables
from onestop.enrolments.actions import enrol, enrol_many
from onestop.programmes.models import Programme
from onestop.registry.actions import answer
from onestop.registry.models import AnswerSheet
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope
from tests.compartments import planting
from tests.compartments.planting import DAY, FACTS, PROGRAMMES, VILLAGE, Planted, error_of, words_of

pytestmark = pytest.mark.django_db

OF_ONE_VIEW: Final = 3  # pages that differ in their address only: so many are opened, and every view is
UNITS: Final = {0: "", 1: "17", 2: "1701", 3: "170101", 4: VILLAGE}
# What differs from one drawing of a page to the next
PASSING: Final = re.compile(
    r'nonce="[^"]*"|name="(?:csrfmiddlewaretoken|idempotency_key|asked_at)" value="[^"]*"|content="[^"]*csrf[^"]*"'
    r"|<li>Outside opened [^\n]*</li>\n"  # this very look
    r"|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\d\d:\d\d(?::\d\d)?"
)
# Not followed: they end the session, or answer with what is asked for
LEFT_OUT: Final = (
    "/sign-out",
    "/ui/language",
    "/sign-in",
    "/static/",
    "/accounts/",
    "/offices/",
    "/my-account/",
    "/ui/",
)
# What is asked of every list that leaves the office
WHY: Final = {"purpose": "programme", "recipient": "the office"}
# The wide rows have a column for every fact and cannot be closed row by row: SQL is built from facts in sight only
WIDE: Final = {"registry_personrow", "registry_householdrow"}


def groups() -> dict[str, Role]:
    """One role for all that sign in and may do the same on the same level, with the rights that open something today.

    Sectors in which nothing is planted count as one: what could leak is in none of them.
    """
    found: dict[tuple[object, ...], Role] = {}
    for role in pack().roles.values():
        if role.may_sign_in:
            opens = frozenset(right for right in role.rights if RIGHTS[right].room in BUILT)
            sectors = role.sectors and role.sectors & set(planting.SECTORS.values())
            found.setdefault((role.level, opens, role.sees, sectors, role.compartments), role)
    return {role.code: role for role in found.values()}


def closed_to(role: Role) -> list[str]:
    return [one for one in FACTS if one not in role.compartments]


@pytest.fixture(scope="module")
def planted_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planting.pack_with_planted_words(Path(settings.COUNTRY_PACK), tmp_path_factory.mktemp("pack"))


@pytest.fixture
def planted(planted_pack: Path, settings: Any, tmp_path: Path) -> Iterator[Planted]:
    settings.COUNTRY_PACK = planted_pack
    with clock.fixed(DAY):
        planting.load_programmes(tmp_path)
        yield planting.plant_openly()


def officer_of(role: Role) -> Officer:
    """An officer who holds only this role, where the family lives."""
    officer = Officer.objects.create(username="outside", name_km="ក្រៅ", name_latin="Outside", language="en")
    RoleAssignment.objects.create(
        officer=officer, role=role.code, unit_code=UNITS[role.level], valid_from=planting.date(2000, 1, 1)
    )
    return officer


def typed(planted: Planted) -> list[tuple[str, dict[str, str], str]]:
    """Addresses that name what must not be there, and forms: (address, query or form, GET or POST)."""
    home, found = planted.household.pk, []
    for closed, fact in FACTS.items():
        code, subject = PROGRAMMES[closed], planted.subject(closed)
        found += [
            (reverse("desk:answer", args=[home, str(subject.pk), fact]), {}, "GET"),
            (reverse("desk:answer", args=[home, str(subject.pk), fact]), {"answer": "yes"}, "POST"),
            (reverse("desk:reason", args=[home, code]), {}, "GET"),
            (reverse("desk:reason", args=[home, code, subject.pk]), {}, "GET"),
            (reverse("eligibility:programme", args=[code]), {}, "GET"),
            (reverse("eligibility:programmes"), {"q": code}, "GET"),
            (reverse("eligibility:programmes"), {"q": planting.NAMES[closed]}, "GET"),
            (reverse("desk:crosstable"), {"unit": VILLAGE, "programme": code}, "GET"),
            (reverse("desk:crosstable-export"), {"unit": VILLAGE, "programme": code, "kind": "csv", **WHY}, "POST"),
        ]
        found += [
            (reverse("eligibility:try"), {"rules": rule, "unit": VILLAGE, "kind": "person", "on": ""}, "POST")
            for rule in (f"person.{fact}", f"!person.{fact}", f"enrolled('{code}')", f"in_area('{code}')")
        ]
    found += [
        (reverse("desk:folder", args=[home]), {"all": "1", "questions": "all"}, "GET"),
        (reverse("desk:folder", args=[home]), {"on": "2014-05-01", "all": "1"}, "GET"),
        (reverse("desk:history", args=[home]), {"of": str(planted.mother.pk)}, "GET"),
        (reverse("desk:history", args=[home]), {"of": str(planted.boy.pk)}, "GET"),
        (reverse("desk:crosstable"), {"unit": VILLAGE, "programme": "HEF"}, "GET"),
        (reverse("desk:search"), {"q": "Sok Chanthy"}, "POST"),
        (reverse("desk:search"), {"q": planted.mother.number}, "POST"),
        (reverse("desk:place", args=[VILLAGE]), {}, "GET"),
    ]
    return found


def look(client: Client, planted: Planted) -> dict[str, tuple[int, str]]:
    """What this officer gets to see: some pages of every view that can be reached by links, then what is typed."""
    seen: dict[str, tuple[int, str]] = {}
    waiting = ["/", reverse("desk:folder", args=[planted.household.pk])]
    opened: Counter[str] = Counter()
    while waiting:
        address = waiting.pop(0)
        view = resolve(address.partition("?")[0]).view_name
        if address in seen or opened[view] == OF_ONE_VIEW:
            continue
        opened[view] += 1
        response = client.get(address)
        text = text_of(response)
        seen[address] = (response.status_code, text)
        links = [unescape(link) for link in re.findall(r'href="([^"#]+)', text)]
        waiting += [one for one in links if one.startswith("/") and not one.startswith(LEFT_OUT) and one not in seen]
    for address, data, method in typed(planted):
        response = client.get(address, data) if method == "GET" else client.post(address, data)
        seen[f"{method} {address} {data}"] = (response.status_code, text_of(response))
    return seen


def text_of(response: Any) -> str:
    content: bytes = response.getvalue() if response.streaming else response.content
    return content.decode("utf-8", "replace")


def commands(officer: Officer, planted: Planted) -> dict[str, str]:
    """What the commands print for this officer."""
    asked: dict[str, Callable[[], object]] = {}

    def ask(*words: str) -> None:
        asked[" ".join(words)] = lambda: call_command(words[0], *words[1:], "--as", officer.username, stdout=out)

    for person in (planted.mother, planted.boy):
        ask("entitlements", "--person", person.number, "--format", "json")
    ask("crosstable", "--unit", VILLAGE, "--format", "json")
    ask("crosstable", "--unit", VILLAGE, "--by", "village", "--format", "csv")
    ask("programmes", "export")
    for code in PROGRAMMES.values():
        ask("crosstable", "--unit", VILLAGE, "--programme", code)
        ask("programmes", "export", code)
    said = {}
    for name, run in asked.items():
        out = io.StringIO()
        with redirect_stdout(out):
            try:
                run()
            except (CommandError, PermissionError) as refused:
                out.write(f"refused: {refused}")
        said[name] = out.getvalue()
    return said


def rows_in_sight(officer: Officer) -> dict[str, str]:
    """Every row of every walled table as the database itself gives it to this officer."""
    with scope(officer), connection.cursor() as cursor:
        found = {}
        for table in sorted(walled_tables(connection) - WIDE):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM {table} t")
            found[table] = str((cursor.fetchone() or ("",))[0])
    return found


def as_it_looks(text: str) -> str:
    return PASSING.sub("", text)


def echoed(name: str, closed: str) -> str:
    """What was typed may come back as it was typed: the code in the address, the words in the box."""
    return name if any(word in name for word in (PROGRAMMES[closed], planting.NAMES[closed])) else ""


@pytest.mark.parametrize(
    "code",
    # who sees no persons has few pages, and is walked in the long run
    [pytest.param(code, marks=[pytest.mark.long] * (not role.sees_people)) for code, role in groups().items()],
)
def test_nothing_of_a_compartment_shows_outside_of_it(
    code: str, planted: Planted, caplog: pytest.LogCaptureFixture
) -> None:
    role = pack().roles[code]
    officer, secrets = officer_of(role), closed_to(role)
    assert secrets, f"{code} is inside every compartment: nothing can be shown"
    client = Client()
    client.force_login(officer)
    client.get(reverse("desk:folder", args=[planted.household.pk]))  # it is among the folders opened last
    before, said_before = look(client, planted), commands(officer, planted)
    planting.plant_secrets(planted)
    with caplog.at_level(logging.DEBUG):
        after, said_after = look(client, planted), commands(officer, planted)

    shown = {name: text for name, (_status, text) in after.items()} | said_after
    for closed in secrets:
        for name, text in {**shown, **{f"rows of {k}": v for k, v in rows_in_sight(officer).items()}}.items():
            typed_in = echoed(name, closed)
            for word in words_of(closed):
                assert word in typed_in or word not in text, f"{code}: “{word}” stands in {name}"
        logged = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django"))
        assert not [word for word in (*words_of(closed), FACTS[closed]) if re.search(rf"\b{word}\b", logged)], logged
    if role.compartments & set(FACTS):
        return  # what changed inside the own compartment may be seen
    assert said_after == said_before
    assert set(after) == set(before)
    for name, (status, text) in after.items():
        if name.startswith("/health/") or "/opened/" in name:
            # the one counts the country's lines and free space, the other tells of this very look
            continue
        then, now = as_it_looks(before[name][1]).splitlines(), as_it_looks(text).splitlines()
        other = [pair for pair in zip_longest(then, now) if pair[0] != pair[1]]
        assert (status, other) == (before[name][0], []), f"{code}: {name} changed"


@pytest.mark.parametrize("closed", list(FACTS))
def test_whoever_tries_all_the_same_is_told_nothing(closed: str, planted: Planted) -> None:
    planting.plant_secrets(planted)
    officer = Officer.objects.get(username="district")
    programme, subject = Programme.objects.get(pk=PROGRAMMES[closed]), planted.subject(closed)
    with scope(officer):
        told = [
            error_of(lambda: answer(subject, {FACTS[closed]: True}, observed_on=DAY, by=officer)),
            error_of(lambda: enrol(subject, programme, valid_from=DAY, by=officer)),
            error_of(lambda: enrol_many(programme, [subject.pk], valid_from=DAY, by=officer)),
        ]
    assert not [word for word in words_of(closed) if word in " ".join(told)]


@pytest.mark.parametrize("closed", list(FACTS))
def test_the_compartment_has_it_inside(closed: str, planted: Planted) -> None:
    """The other half: were nothing planted, nothing could leak, and the tests above would pass for that."""
    inside = {"health": "technical_health", "child_protection": "labour_inspector"}[closed]
    officer = officer_of(pack().roles[inside])
    planting.plant_secrets(planted)
    with scope(officer):
        assert AnswerSheet.objects.filter(answers__has_key=FACTS[closed], compartment=closed).count() == 2
    client = Client()
    client.force_login(officer)
    folder = client.get(reverse("desk:folder", args=[planted.household.pk]), {"all": "1"}).content.decode()
    history = client.get(reverse("desk:history", args=[planted.household.pk])).content.decode()
    assert planting.NAMES[closed] in folder
    assert planting.REASON[closed] in history and PROGRAMMES[closed] in history
    assert any(PROGRAMMES[closed] in text for text in commands(officer, planted).values())


def test_a_job_carries_no_word_of_a_compartment(planted: Planted) -> None:
    planting.plant_secrets(planted)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(args::text, ' '), '') FROM procrastinate_jobs")
        (arguments,) = cursor.fetchone()
    assert not [word for closed in FACTS for word in (*words_of(closed), FACTS[closed]) if word in arguments]


def test_what_is_exported_inside_leaves_no_line_outside(planted: Planted) -> None:
    """The clerk of two roles who may export inside a compartment: the journal tells of it inside alone."""
    closed = "child_protection"
    officer = officer_of(pack().roles["planning_officer"])
    RoleAssignment.objects.create(
        officer=officer, role="labour_inspector", unit_code="1701", valid_from=planting.date(2000, 1, 1)
    )
    planting.plant_secrets(planted)
    client = Client()
    client.force_login(officer)
    asked = {"unit": VILLAGE, "programme": PROGRAMMES[closed], "kind": "csv", **WHY}
    answer_ = client.post(reverse("desk:crosstable-export"), asked)
    assert answer_.status_code == 200 and answer_["Content-Type"].startswith("text/csv")
    for username in ("commune", "district", "finance"):
        for table, text in rows_in_sight(Officer.objects.get(username=username)).items():
            assert not [word for word in words_of(closed) if word in text], f"{username}: {table}"
