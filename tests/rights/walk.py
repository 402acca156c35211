"""One officer asks everything at every address, over HTTP and through the whole middleware, after really signing in.

Every asking happens in a savepoint that is rolled back, so that their order does not matter. Of each is noted what came
back, which kinds of personal words it showed, which tables it wrote, what the journal says. What no reviewed table can
make right is a leak, and is told at once: a word of somebody outside, a choice of a place outside, a small number
for one who sees figures only, a page that changes when somebody is registered outside, a refusal that wrote something.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from difflib import unified_diff
from functools import cache
from typing import Any, Final
from uuid import uuid4

from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, reverse

from onestop.areas.country import pack
from onestop.areas.guards import RIGHTS, guard_of
from onestop.areas.scope import Scope
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import READ
from onestop.staff.models import Officer
from onestop.staff.scope import scope_of, system_scope
from tests.architecture.test_guards import pages as named_pages
from tests.rights import reading
from tests.rights.asks import Ask
from tests.rights.pages import PAGES
from tests.rights.subjects import NOBODY, Subject, table
from tests.rights.world import OF_ONE_OFFICER, OF_THE_OFFICE, PASSWORD, Place, World, more

OTHER_METHODS: Final = ("HEAD", "OPTIONS", "POST", "DELETE")
# Tables in which any request may write: the session, the key by which a form is done once, one's own form that waits
EVERY_REQUEST: Final = frozenset({"django_session", "journal_idempotency", "staff_keptform"})
OTHERS: Final = "other methods"
REFUSED: Final = "403"
TO_SIGN_IN: Final = "sent to sign in"
SIGNS_IN: Final = "signs in with the own password"
JOURNAL: Final = frozenset({"journal_journalentry"})
# Wrong passwords are counted, and written down
GUESSES: Final = frozenset({"staff_signinthrottle"})
# A place outside may be opened in an emergency: that is what its page is for
OPENINGS: Final = frozenset({"staff_breakglass", "journal_rowhistory"})
# Who is registered elsewhere may be asked of the narrow door, which counts its questions: its page is for that, and
# answers otherwise when somebody of the same name, sex and birth is registered elsewhere. A search by a number that the
# role does not show is counted with them
THE_DOOR: Final = "registry:elsewhere"
COUNTED: Final = (f"{THE_DOOR} ", "desk:search ")
QUESTIONS: Final = frozenset({"registry_doorquestion"})
SESSIONS: Final = "staff_officersession"
# Tables too large to be compared for each asking; a write is seen all the same
LARGE: Final = 5000
KEY: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# Pages whose small numbers count no persons: places, programmes, tasks of the office
NOT_ABOUT_PEOPLE: Final = (
    "areas:",
    "eligibility:programmes",
    "staff:",
    "desk:home",
    "desk:doctor",
    "desk:record-history",
)
# Pages that tell of the machine as a whole: how many lines of the journal wait to be sealed, wherever they were written
OF_THE_MACHINE: Final = frozenset({"desk:doctor"})

# Figures of a place count everybody there, also for who sees only some of the people
OF_EVERYBODY: Final = frozenset({"desk:place"})


@dataclass(frozen=True)
class Asked:
    """One asking, and how it went in words."""

    page: str
    what: str
    where: str
    outcome: str


@dataclass
class Walk:
    """All askings of one subject, and what leaked."""

    subject: Subject
    asked: list[Asked] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)


class Walker:
    """The officer of one subject, signed in, inside a transaction that will be rolled back."""

    def __init__(
        self, subject: Subject, world: World, pages: Mapping[str, Sequence[Ask]] = PAGES, *, is_thorough: bool = False
    ) -> None:
        self.world, self.subject, self.pages, self.walk = world, subject, pages, Walk(subject)
        self.is_thorough = is_thorough
        self.officer = None if subject.name == NOBODY else Officer.objects.get(username=subject.username)
        self.scope: Scope | None = scope_of(self.officer) if self.officer else None
        self.client = Client(raise_request_exception=False)
        self.log = _Log()
        self.answers: dict[tuple[str, str, str], str] = {}

    # what may be seen ------------------------------------------------------------------------------------------------
    def sees_persons_of(self, place: Place) -> bool:
        return (
            self.scope is not None
            and not self.scope.figures_only
            and "registry.read" in self.scope.rights
            and self.scope.covers(place.unit)
            and (not self.scope.sees_some_only or place.is_open_to(pack().roles[self.subject.name]))
        )

    def _may_meet(self, kind: str, place: Place) -> bool:
        if kind in OF_ONE_OFFICER:
            return False
        return self._in_area(place.unit) if kind in OF_THE_OFFICE else self.sees_persons_of(place)

    def closed_words(self) -> dict[str, tuple[str, ...]]:
        """The words this subject must meet nowhere, by what they are."""
        closed = {
            f"{kind} of {place.ring}": words
            for place in self.world.places.values()
            for kind, words in place.words.items()
            if not self._may_meet(kind, place)
        }
        inside = self.scope.compartments if self.scope else frozenset()
        closed |= {
            f"compartment {name}": words for name, words in self.world.compartments.items() if name not in inside
        }
        if self.subject.roles:
            masked = sorted(table()[self.subject.name].get("masks") or [])
            closed |= {
                f"masked {kind} of {place.ring}": place.words[kind]
                for place in self.world.places.values()
                for kind in masked
                if self.sees_persons_of(place)
            }
        return closed

    # asking ----------------------------------------------------------------------------------------------------------
    def signs_in(self) -> bool:
        """Really: by the form of the sign-in page. False when there is no session after it."""
        if self.officer is None:
            return True
        form = {"username": self.subject.username, "password": PASSWORD, "next": ""}
        self.client.post(reverse("staff:sign-in"), form)
        if "_auth_user_id" not in self.client.session:
            return False
        self.client.post(reverse("staff:prove"), {"password": PASSWORD, "next": "/"})  # for what asks it again
        return True

    def cannot_sign_in(self) -> Walk:
        """The walk of one whom the sign-in page turns away."""
        self.walk.asked.append(Asked("staff:sign-in", SIGNS_IN, "", "is turned away"))
        return self.walk

    def asks_everything(self) -> Walk:
        if self.officer is not None:
            self.walk.asked.append(Asked("staff:sign-in", SIGNS_IN, "", "is let in"))
        with self.log.kept():
            self._closed, self._before, self._lines = self.closed_words(), digests(self.officer), lines()
            for page, asks in self.pages.items():
                if self.is_thorough or not self._is_shut_out(page, asks):
                    self._asks_page(page, asks)
            self._goes_unnoticed()
        self._reads_the_log()
        return self.walk

    def _reads_the_log(self) -> None:
        """No word of any person stands in a line of the log; keys do, in addresses."""
        words = {
            f"{kind} of {place.ring}": tuple(word for word in each if not KEY.fullmatch(word))
            for place in self.world.places.values()
            for kind, each in place.words.items()
            if kind not in OF_THE_OFFICE
        }
        for line in self.log.lines:
            for kind in sorted(reading.found(reading.plain(line), words)):
                self._leaks("the log", f"has {kind}: {line[:200]}")

    def _asks_page(self, page: str, asks: Sequence[Ask]) -> None:
        for ask in asks:
            for place in self._places(ask):
                self._asks(page, ask, place)
        self._other_methods(page, asks[0])

    def _is_shut_out(self, page: str, asks: Sequence[Ask]) -> bool:
        """Whether the guard, which stands before the whole view, refuses: then one Ask of each method tells for all.

        `./run test rights --all` asks them all nevertheless.
        """
        guard = guards().get(page)
        rights = self.scope.rights if self.scope else frozenset()
        if guard == "public" or (self.scope is not None and guard not in RIGHTS) or guard in rights:
            return False
        refusal = TO_SIGN_IN if self.officer is None else REFUSED
        first = {ask.method: ask for ask in reversed(asks)}
        tried = [
            self._outcome(page, ask, self._places(ask)[-1])
            for ask in [*first.values(), Ask("takes away", "DELETE", asks[0].args)]
        ]
        if set(tried) != {refusal}:
            return False
        everything = [(ask.what, where_of(place)) for ask in asks for place in self._places(ask)]
        self.walk.asked += [Asked(page, what, where, refusal) for what, where in [*everything, (OTHERS, "")]]
        return True

    def _places(self, ask: Ask) -> list[Place | None]:
        if not ask.is_of_a_place:
            return [None]
        outside = self.world.outside(self.subject)
        return [self.world.places["home"], *([outside] if outside else [])]

    def _asks(self, page: str, ask: Ask, place: Place | None) -> None:
        self.walk.asked.append(Asked(page, ask.what, where_of(place), self._outcome(page, ask, place)))

    def _outcome(self, page: str, ask: Ask, place: Place | None) -> str:
        where = where_of(place)
        with rolled_back():
            tried = written()
            response, sent = self.request(page, ask, place)
            source = reading.text_of(response)
            outcome = self._judged(page, f"{ask.what} {where}".strip(), response, source, sent, place)
            outcome += self._wrote(f"{page} {ask.what} {where}", ask, response, tried, place)
        if response.status_code < 300:
            self.answers[page, ask.what, where] = reading.steady(source)
        return outcome

    def request(self, page: str, ask: Ask, place: Place | None, method: str = "") -> tuple[HttpResponseBase, list[str]]:
        """Send it; the answer, and every text that was sent and may be echoed."""
        fields: Mapping[str, Any] = place.fields if place else {}
        args = {name: value.format(**fields) for name, value in ask.args.items()}
        data = {
            name.format(**fields): value.format(**fields)
            if isinstance(value, str)
            else [part.format(**fields) for part in value]
            for name, value in ask.data.items()
        }
        url, method = reverse(page, kwargs=args), method or ask.method
        sent = [*args.values(), *(part for v in data.values() for part in ([v] if isinstance(v, str) else v)), url]
        cookies = deepcopy(self.client.cookies)
        try:
            if method == "POST":
                form = {"idempotency_key": str(uuid4()), **(data if ask.method == "POST" else {})}
                return self.client.post(url, form), sent
            if method in {"GET", "HEAD"}:
                return getattr(self.client, method.lower())(url, data if ask.method == "GET" else {}), sent
            return self.client.generic(method, url), sent
        finally:
            self.client.cookies = cookies

    def _other_methods(self, page: str, ask: Ask) -> None:
        """Whatever else HTTP can ask, inside and outside, with the address of the first Ask."""
        told: dict[str, str] = {}
        for method in OTHER_METHODS:
            if method == ask.method:
                continue
            statuses = []
            for place in self._places(ask)[-1:] if method != "POST" else self._places(ask):
                with rolled_back():
                    tried = written()
                    response, sent = self.request(page, ask, place, method)
                    what = f"{method} {'outside' if place and place.ring != 'home' else ''}"
                    self._judged(page, what, response, reading.text_of(response), sent, place)
                    self._wrote(f"{page} {what}", Ask(what, method), response, tried, place)
                    statuses.append(str(response.status_code))
            told[method] = "/".join(dict.fromkeys(statuses))
        outcome = ", ".join(f"{method} {status}" for method, status in told.items())
        if set(told.values()) == {REFUSED}:
            outcome = REFUSED
        elif self.officer is None and set(told.values()) == {"302"}:
            outcome = TO_SIGN_IN
        self.walk.asked.append(Asked(page, OTHERS, "", outcome))

    # judging ---------------------------------------------------------------------------------------------------------
    def _leaks(self, where: str, what: str) -> None:
        self.walk.leaks.append(f"{self.subject.name}: {where}: {what}")

    def _judged(
        self, page: str, what: str, response: HttpResponseBase, source: str, sent: list[str], place: Place | None
    ) -> str:
        """The outcome in words; leaks are noted."""
        heads = "\n".join(f"{name}: {value}" for name, value in response.items())
        text = reading.plain(f"{source}\n{heads}")
        if response.status_code >= 500:
            why = getattr(response, "exc_info", None)
            self._leaks(f"{page} {what}", f"broke ({response.status_code}) {why[1]!r}" if why else "broke")
        for kind in sorted(reading.found(text, self._closed, without=sent)):
            self._leaks(f"{page} {what}", f"shows {kind}")
        if self.scope and response.headers.get("Content-Type", "").startswith("text/html"):
            self._looks_at_page(page, what, source)
        location = KEY.sub("…", response.headers.get("Location", ""))
        if location.startswith(reverse("staff:sign-in")):
            return TO_SIGN_IN
        outcome = str(response.status_code) + (f" to {location}" if location else "")
        home = place or self.world.places["home"]
        shown = sorted(reading.found(text, home.words, without=sent))
        inside = sorted(reading.found(text, self.world.compartments, without=sent))
        return outcome + (f", shows {' '.join([*shown, *inside])}" if shown or inside else "")

    def _looks_at_page(self, page: str, what: str, source: str) -> None:
        """Choices of places outside the area, and small numbers for one who sees figures only."""
        assert self.scope is not None
        seen = reading.seen(source)
        lengths = {level.length for level in pack().levels}
        for value in sorted(seen.choices):
            if value.isdigit() and len(value) in lengths and len(value) > 2 and not self._in_area(value):
                self._leaks(f"{page} {what}", f"offers the place {value} outside the area")
        if self.scope.figures_only and not page.startswith(NOT_ABOUT_PEOPLE):
            levels = {level.names["en"] for level in pack().levels}  # so many provinces, not so many people
            small = [cell for head, cell in seen.cells if re.fullmatch(r"[1-4]", cell) and head not in levels]
            if small:
                self._leaks(f"{page} {what}", f"shows the small numbers {' '.join(small)} to one who sees figures only")

    def _in_area(self, code: str) -> bool:
        """Whether a role of the subject is held over the unit."""
        return self.scope is not None and any(low <= code < high for _rights, (low, high) in self.scope.grants)

    def _wrote(
        self, where: str, ask: Ask, response: HttpResponseBase, tried: Mapping[str, int], place: Place | None
    ) -> str:
        """Which tables changed and what the journal says, in words. Neither a refusal nor reading changes anything."""
        changed = changes(tried, self._before, self.officer)
        verbs = sorted({verb for key, verb in lines().items() if key not in self._lines} if changed & JOURNAL else ())
        # a form comes back with what is wrong, and the page of the person around it is read once more
        is_reading = verbs == [READ] and response.status_code in {409, 422}
        written_down = GUESSES | (JOURNAL if is_reading or where.startswith("staff:sign-in ") else frozenset())
        if response.status_code >= 400 and changed - written_down:
            self._leaks(where, f"was refused ({response.status_code}) and wrote {', '.join(sorted(changed))}")
        if ask.method != "POST" and changed - JOURNAL:
            self._leaks(where, f"only reads and wrote {', '.join(sorted(changed - JOURNAL))}")
        is_outside = place is not None and self.scope is not None and not self._is_of_the_area(place)
        if is_outside and changed - JOURNAL - OPENINGS - (QUESTIONS if where.startswith(COUNTED) else frozenset()):
            self._leaks(where, f"is about somebody outside and wrote {', '.join(sorted(changed))}")
        kept = sorted(name for name in changed - JOURNAL if name != "journal_rowhistory")
        return (f", writes {' '.join(kept)}" if kept else "") + (f", journals {' '.join(verbs)}" if verbs else "")

    def _is_of_the_area(self, place: Place) -> bool:
        assert self.scope is not None
        return self.sees_persons_of(place) if self.scope.sees_some_only else self.scope.covers(place.unit)

    # nobody notices --------------------------------------------------------------------------------------------------
    def _goes_unnoticed(self) -> None:
        """Three households more outside the area, with the names of those inside: no answer may differ by a byte."""
        outside = self.world.outside(self.subject)
        if outside is None:
            return
        with rolled_back():
            more(outside.ring)
            for page, asks in self.pages.items():
                for ask in asks:
                    for place in self._places(ask):
                        self._notices_nothing(page, ask, place)

    def _notices_nothing(self, page: str, ask: Ask, place: Place | None) -> None:
        before = self.answers.get((page, ask.what, where_of(place)))
        if before is None or page in OF_THE_MACHINE or page == THE_DOOR:
            return
        if page in OF_EVERYBODY and self.scope is not None and self.scope.sees_some_only:
            return
        with rolled_back():
            after = reading.steady(reading.text_of(self.request(page, ask, place)[0]))
        if before != after:
            lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[3:7]
            said = " ".join(line.strip()[:200] for line in lines)
            self._leaks(f"{page} {ask.what} {where_of(place)}", f"differs when more people live outside: {said}")


def where_of(place: Place | None) -> str:
    """How the matrix says of whom it was asked."""
    return "" if place is None else "at home" if place.ring == "home" else "outside"


@cache
def guards() -> dict[str, str | None]:
    """The guard of each named address."""
    return {name: guard_of(pattern.callback) for name, pattern in named_pages(get_resolver().url_patterns)}


# --- what a request did to the database -----------------------------------------------------------------------------


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint that leaves nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written() -> dict[str, int]:
    """How many rows of each table were touched in this transaction until now, kept or not; no wall hides it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


def digests(officer: Officer | None, names: set[str] | None = None) -> dict[str, tuple[int, int]]:
    """Number and digest of the rows of each table, over the walls, or of these tables; of sessions those of others."""
    found = {}
    with system_scope("system.loader"), connection.cursor() as cursor:
        if names is None:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " AND has_table_privilege(oid, 'SELECT') AND reltuples < %s",
                [LARGE],
            )
            names = {name for (name,) in cursor.fetchall()}
        for name in names:
            others, values = "", []
            if name == SESSIONS:
                others, values = " WHERE officer_id <> %s", [officer.pk if officer else uuid4()]
            cursor.execute(
                f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "{name}" t{others}', values
            )
            found[name] = cursor.fetchone()
    return found


def changes(tried: Mapping[str, int], before: Mapping[str, tuple[int, int]], officer: Officer | None) -> set[str]:
    """The tables whose rows are not what they were: those touched since, looked at again."""
    touched = {name for name, count in written().items() if count != tried.get(name, 0)} - EVERY_REQUEST
    comparable = touched & before.keys()
    after = digests(officer, comparable) if comparable else {}
    return {name for name in comparable if after[name] != before[name]} | (touched - comparable)


def lines() -> dict[Any, str]:
    """Every line of the journal with its verb."""
    with system_scope("system.loader"):
        return dict(JournalEntry.objects.values_list("id", "verb"))


class _Log(logging.Handler):
    """Everything that is logged meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @contextmanager
    def kept(self) -> Iterator[None]:
        names = ["", "django", "django.request", "onestop"]
        loggers = [logging.getLogger(name) for name in names]
        quiet = [(handler, handler.level) for logger in loggers for handler in logger.handlers]
        for logger in loggers:
            logger.addHandler(self)
        for handler, _level in quiet:
            handler.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(self)
            for handler, level in quiet:
                handler.setLevel(level)
