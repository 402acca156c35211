"""What waits for an officer: the kinds of task, and which role has which.

A kind of task is a **TaskSource**: one value in a room's tasks.py, named in the slot TASK_SOURCES. Which role has it
stands in the country pack (tasks.yaml), beside the tasks whose rooms are still to come. A source that no task of the
pack names is shown to whoever holds its right; a pack without the file names none.

    HELP_REQUESTS = TaskSource(
        key="staff.help_requests", words=_("Answer requests for help"), then=_("The officer who asked reads it"),
        right="help.answer", rows=("ORG-53",), url="staff:help",
        waiting=queue(lambda officer: HelpRequest.objects.to_answer_by(officer), since="since_on", due="due_on"),
    )

Each source answers with one statement, inside the officer's scope.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from onestop.areas import clock
from onestop.areas.country import Country, in_words, pack
from onestop.areas.models import within
from onestop.areas.rights import RIGHTS
from onestop.areas.scope import Scope, current
from onestop.areas.terms import due_on
from onestop.staff.bodies import body_kinds
from onestop.staff.choices import HelpState
from onestop.staff.models import BreakGlass, Committee, CommitteeMember, HelpRequest, Officer
from onestop.staff.rosters import warned_end, warned_since
from onestop.ui.context import address

__all__ = [
    "Counted", "PackedTask", "Standing", "TaskSource", "Waiting", "handed_on", "packed_tasks", "queue", "sources",
    "standing", "waiting",
]  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """How much waits: how many, since when the oldest, when the first is due, how many are late already."""

    count: int
    oldest: date | None = None
    due: date | None = None
    late: int = 0


NONE: Final = Counted(0)
Count = Callable[[Officer], Counted]


@dataclass(frozen=True)
class TaskSource:
    """One kind of task.

    `words`: what is to be done. `then`: what happens next and who gets it. `right`: without it the task is nobody's;
    '' for everybody. `rows`: the requirements it fulfils. `url`: the name of the page where it is done. `hint`: how
    such a task comes about, for a list that is empty. `handed`: what the officer has handed on and waits for, with
    its words, who has it, and the page where it is seen if that is another.
    `query`: what the page is asked by, so that it shows what was counted.
    `by_name`: one may come to an officer in person (to a supervisor), whatever the role: shown while it waits.
    """

    key: str
    words: "str | Promise"
    then: "str | Promise"
    right: str
    rows: tuple[str, ...]
    url: str
    waiting: Count
    hint: "str | Promise" = ""
    handed: Count | None = None
    handed_words: "str | Promise" = ""
    handed_to: "str | Promise" = ""
    handed_url: str = ""
    by_name: bool = False
    query: str = ""

    def __post_init__(self) -> None:
        if self.right and self.right not in RIGHTS:
            raise ImproperlyConfigured(f"The task {self.key} asks for '{self.right}', which is no right.")
        if not self.rows:
            raise ImproperlyConfigured(f"The task {self.key} names no row of the requirements.")


def queue(records: Callable[[Officer], "models.QuerySet[Any]"], *, since: str, due: str = "") -> Count:
    """Count the records of a QuerySet in one statement; `since` and `due` are fields, days or instants."""

    def count(officer: Officer) -> Counted:
        asked = records(officer).order_by()
        figures: dict[str, Any] = {"count": models.Count("pk"), "oldest": models.Min(since)}
        if due:
            now: Any = clock.now() if _is_instant(asked.model, due) else clock.today()
            figures |= {"due": models.Min(due), "late": models.Count("pk", filter=models.Q(**{f"{due}__lt": now}))}
        found = asked.aggregate(**figures)
        return Counted(
            found["count"], _day(found["oldest"]), _day(found["due"]) if due else None, found["late"] if due else 0
        )

    return count


def _is_instant(model: type[models.Model], path: str) -> bool:
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return isinstance(model._meta.get_field(last), models.DateTimeField)


def _day(value: date | datetime | None) -> date | None:
    return clock.local(value).date() if isinstance(value, datetime) else value


# -- what the country pack says ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PackedTask:
    """A task of tasks.yaml: whose it is, where it stands in the study, and what of the program brings it."""

    key: str
    table: int
    rows: tuple[str, ...]
    roles: frozenset[str]
    room: str
    words: dict[str, str]
    source: str = ""
    page: str = ""


@lru_cache(maxsize=8)
def _tasks_of(country: Country) -> dict[str, PackedTask]:
    if not country.has("tasks.yaml"):
        return {}
    found: dict[str, PackedTask] = {}
    for node in country.node("tasks.yaml").each("tasks"):
        node.only("key", "table", "rows", "roles", "room", "source", "page", "words")
        key = node.text("key")
        if key in found:
            raise node.refuse(f"the task '{key}' stands twice.", "key")
        roles: set[str] = set()
        for code in node.texts("roles") if node.has("roles") else ():
            if code not in country.roles:
                raise node.refuse(f"'{code}' is no role of roles.yaml.", "roles")
            roles |= {code, *country.roles[code].stands_for}
        source, page = node.text("source", ""), node.text("page", "")
        if source and page:
            raise node.refuse("a task is counted by a source or done on a page, not both.", "page")
        found[key] = PackedTask(
            key,
            node.whole("table"),
            node.texts("rows"),
            frozenset(roles or country.roles),
            node.text("room"),
            node.names("words"),
            source,
            page,
        )
    return found


def packed_tasks(country: Country | None = None) -> dict[str, PackedTask]:
    """The country's tasks by key. Raises PackRefused."""
    return _tasks_of(country or pack())


# -- what waits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """A line of the worklist."""

    source: TaskSource
    counted: Counted
    url: str

    @property
    def order(self) -> tuple[bool, date, date]:
        """What is late comes first, then what is due first, then what has waited longest."""
        last = date.max
        return (not self.counted.late, self.counted.due or last, self.counted.oldest or last)


@dataclass(frozen=True)
class Standing:
    """A task of any day: done on its page, with no queue to count."""

    words: str
    url: str


def sources() -> list[TaskSource]:
    """The kinds of task of the slot TASK_SOURCES. Raises ImproperlyConfigured."""
    return _loaded(tuple(settings.TASK_SOURCES))


@lru_cache(maxsize=4)
def _loaded(paths: tuple[str, ...]) -> list[TaskSource]:
    found: dict[str, TaskSource] = {}
    for path in paths:
        try:
            source = import_string(path)
        except ImportError as error:
            raise ImproperlyConfigured(f"TASK_SOURCES names '{path}', which cannot be loaded: {error}.") from error
        if not isinstance(source, TaskSource) or source.key in found:
            raise ImproperlyConfigured(f"TASK_SOURCES names '{path}', which is no kind of task, or one named already.")
        found[source.key] = source
    return list(found.values())


def _mine(scope: Scope) -> list[TaskSource]:
    """The kinds of task of the scope's roles: those the pack gives them, if the right is held as well."""
    named = {task.source: task.roles for task in packed_tasks().values() if task.source}
    return [
        source
        for source in sources()
        if (not source.right or scope.may(source.right))
        and (source.key not in named or named[source.key] & set(scope.roles))
    ]


def waiting(officer: Officer, scope: Scope) -> list[Waiting]:
    """What waits for the officer, one line a kind of task, also where nothing waits; the most urgent first."""
    mine = _mine(scope)
    lines = [Waiting(source, source.waiting(officer), address(source.url) + source.query) for source in mine]
    for source in sources():
        if source.by_name and source not in mine and (counted := source.waiting(officer)).count:
            lines.append(Waiting(source, counted, address(source.url)))
    return sorted(lines, key=lambda line: line.order)


def handed_on(officer: Officer) -> list[Waiting]:
    """What the officer has handed on and waits for; only kinds of which something is under way."""
    found = [
        Waiting(source, source.handed(officer), address(source.handed_url or source.url))
        for source in sources()
        if source.handed
    ]
    return sorted((line for line in found if line.counted.count), key=lambda line: line.order)


def standing(scope: Scope) -> list[Standing]:
    """The tasks of any day of the scope's roles, in the order of the file, each page once a sentence."""
    found = [
        Standing(in_words(task.words), url)
        for task in packed_tasks().values()
        if task.page and task.roles & set(scope.roles) and (url := address(task.page))
    ]
    return list(dict.fromkeys(found))


# -- the kinds of task of this room -----------------------------------------------------------------------------------

HELP_REQUESTS: Final = TaskSource(
    key="staff.help_requests",
    words=_("Answer requests for help"),
    then=_("The officer who asked reads the answer and closes the request"),
    right="help.answer",
    rows=("ORG-53",),
    url="staff:help",
    waiting=queue(lambda officer: HelpRequest.objects.to_answer_by(officer), since="since_on", due="due_on"),
    hint=_("An officer of your area asked for help at the foot of a page."),
)

HELP_ANSWERS: Final = TaskSource(
    key="staff.help_answers",
    words=_("Read the answer to my request for help"),
    then=_("Close it, or ask once more: then it goes back to the IT officer"),
    right="",
    rows=("ORG-53",),
    url="staff:help",
    waiting=queue(
        lambda officer: HelpRequest.objects.filter(asked_by=officer, state=HelpState.ANSWERED, voided_at=None),
        since="since_on",
        due="due_on",
    ),
    hint=_("When you ask for help at the foot of a page, the answer is told here."),
    handed=queue(
        lambda officer: HelpRequest.objects.filter(asked_by=officer, voided_at=None).open(),
        since="since_on",
        due="due_on",
    ),
    handed_words=_("my request for help"),
    handed_to=_("IT officer"),
)


def _first_passwords(officer: Officer) -> "models.QuerySet[Officer]":
    """Accounts where one makes accounts, whose first password has not been changed by its owner yet."""
    offices = within(current().where("account.write"), "office__unit_code")
    found: models.QuerySet[Officer] = (
        Officer.objects.who_sign_in()
        .filter(offices, account__first_password_until__isnull=False)
        .exclude(human=officer.human)
    )
    return found


FIRST_PASSWORDS: Final = TaskSource(
    key="staff.first_passwords",
    words=_("First passwords not used yet"),
    then=_("The officer signs in and chooses an own password"),
    right="account.write",
    rows=("2(d)",),
    url="staff:accounts",
    waiting=queue(_first_passwords, since="account__password_set_at", due="account__first_password_until"),
    hint=_("You made an account or a first password, and its owner has not signed in since."),
)


def _mandates(officer: Officer) -> Counted:
    """Mandates that end soon or have ended, as the committees' pages reckon it; of seats that are empty those of the
    last year, until somebody sits there again."""
    today, kinds = clock.today(), body_kinds()
    after = CommitteeMember.objects.standing().filter(
        committee=models.OuterRef("committee"),
        position=models.OuterRef("position"),
        valid_from__gt=models.OuterRef("valid_to"),
    )
    seats = (
        CommitteeMember.objects.standing()
        .filter(within(current().where("office.write")), committee__in=Committee.objects.in_force(today))
        .filter(models.Q(valid_to=None) | models.Q(valid_to__gte=today - timedelta(days=365)), valid_from__lte=today)
        .filter(~models.Exists(after))
        .annotate(kind=models.F("committee__kind"))
    )
    rows = seats.values_list("kind", "position", "valid_from", "valid_to", named=True)
    warned = [(row, end) for row in rows if row.kind in kinds and (end := warned_end(row, kinds[row.kind], today))]
    ends = [end for _row, end in warned]
    return Counted(
        len(warned),
        min((warned_since(end, kinds[row.kind]) for row, end in warned), default=None),
        min(ends, default=None),
        sum(end < today for end in ends),
    )


MANDATES: Final = TaskSource(
    key="staff.mandates",
    words=_("Mandates that end"),
    then=_("The council appoints; the new member is entered with the committee"),
    right="office.write",
    rows=("ORG-34", "ORG-37"),
    url="staff:committees",
    waiting=_mandates,
    hint=_("A member's mandate ends within some months, or has ended."),
)


def _openings(records: Any) -> Counted:
    """Openings in an emergency with the working day by which somebody looks at them.

    An opening bears the clock of the machine; the demonstration stands on its own day, and nothing is older than today.
    """
    today = clock.today()
    days = sorted(min(clock.local(at).date(), today) for at in records.values_list("opened_at", flat=True))
    if not days:
        return Counted(0)
    due = [until for day in days if (until := due_on("glass_review", day))]
    return Counted(len(days), days[0], min(due, default=None), sum(until < today for until in due))


def _own_openings(officer: Officer) -> Counted:
    """What the officer opened and nobody has reviewed; those who never may are not asked about."""
    return _openings(BreakGlass.objects.of(officer).waiting()) if "registry.break_glass" in current().rights else NONE


GLASS_REVIEWS: Final = TaskSource(
    key="staff.glass_reviews",
    words=_("Review places opened in an emergency"),
    then=_("What you find stands in the journal and on the page of the officer who opened the place"),
    right="break_glass.review",
    rows=("2(d)",),
    url="staff:glass-reviews",
    waiting=lambda officer: _openings(BreakGlass.objects.reviewable_by(officer).waiting()),
    hint=_("An officer opened a place outside the own area for an hour, with a reason."),
    by_name=True,
    handed=_own_openings,
    handed_words=_("my opening of a place in an emergency"),
    handed_to=_("supervisor, or who reviews openings"),
    handed_url="staff:break-glass",
)
