"""The invented people of the pilot, put into the demonstration: registry and enrolments, all or nothing.

    with scope(loader):
        load_pilot(Wanted(villages=Path("villages.csv")), keep=True, by=loader, say=print)

The generator (`pilot/`) makes one household after another, the registry's loader checks and writes them, and this room
adds who is in which programme. Everything happens in the caller's one transaction: a process or server that is killed
on the way leaves nothing, and the next start loads anew. Only a database that the demonstration made is touched, and
never one that holds another population: nothing about people is deleted here, so another one needs a fresh database.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from onestop.areas.country import pack
from onestop.areas.installation import InstallationRefused, claim_demo
from onestop.areas.models import AdministrativeUnit
from onestop.enrolments import loading
from onestop.enrolments.choices import PILOT_LOADED
from onestop.enrolments.models import PilotLoad
from onestop.journal.actions import record
from onestop.registry.loading import Loaded, Written, load
from onestop.registry.models import Household
from onestop.staff.models import Officer
from pilot import FiguresWrong, Population, Village, generate, read_pack, read_villages
from pilot.generate import DEFAULT_ON

DEFAULT_SEED: Final = 1
_LARGEST_SEED: Final = 10**18 - 1  # what the row of the load can hold
_SHOWN: Final = 5  # problems printed at most
Say = Callable[[str], object]


class PilotRefused(Exception):
    """The pilot cannot be loaded; the message says what is wrong, where, and what to do. Nothing was changed."""


class OtherPopulation(PilotRefused):
    """The database holds other people than the ones asked for: a fresh one is needed."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for; None where nothing was said."""

    villages: Path | None = None
    on: date | None = None
    seed: int | None = None
    persons: int | None = None

    def digest(self) -> str:
        """SHA-256 of the list of villages, '' without one. Raises PilotRefused when it cannot be read."""
        if self.villages is None:
            return ""
        try:
            return hashlib.sha256(self.villages.read_bytes()).hexdigest()
        except OSError as error:
            raise PilotRefused(
                _("%(file)s cannot be read: %(reason)s.") % {"file": self.villages, "reason": error.strerror}
            ) from error

    def fits(self, loaded: PilotLoad) -> bool:
        """True when nothing was asked for that is not so already."""
        return (
            self.on in (None, loaded.day)
            and self.seed in (None, loaded.seed)
            and self.persons in (None, loaded.size)
            and (self.villages is None or self.digest() == loaded.villages_digest)
        )


def load_pilot(wanted: Wanted, *, keep: bool, by: Officer, say: Say) -> PilotLoad:
    """Load the population, in the caller's transaction and the open scope of `by`, and say how far it is.

    `keep`: people who are there already stay, when they are the ones asked for; what was not said is taken as it is.
    Raises PilotRefused; OtherPopulation when the database holds others.
    """
    if not settings.DEMO:
        raise PilotRefused(
            _("These people are invented. They are loaded only into the demonstration: set ONESTOP_MODE=demo.")
        )
    day, seed = wanted.on or DEFAULT_ON, DEFAULT_SEED if wanted.seed is None else wanted.seed
    if abs(seed) > _LARGEST_SEED:
        raise PilotRefused(
            _("The seed %(seed)d is too large: choose a whole number of up to 18 digits.") % {"seed": seed}
        )
    _claim(day)
    if standing := PilotLoad.objects.first():
        return _kept(standing, wanted, keep=keep, say=say)
    if Household.objects.exists():
        raise OtherPopulation(
            _("This demonstration holds people who were entered by hand. Start with a fresh one: ./run demo --fresh")
        )
    try:
        population = _population(wanted, day, seed)
        loaded, enrolled = _written(population, by, say)
    except (FiguresWrong, loading.EnrolmentWrong) as wrong:
        file = wanted.villages or "pilot.yaml"
        raise PilotRefused(str(wrong) if str(file) in str(wrong) else f"{file}: {wrong}") from wrong
    made = PilotLoad.objects.create(
        day=day,
        seed=seed,
        size=wanted.persons,
        villages_digest=wanted.digest(),
        households=loaded.households,
        persons=loaded.persons,
        enrolments=enrolled,
    )
    record(PILOT_LOADED, by=by, note=str(made))
    return made


def _claim(day: date) -> None:
    """Take the demonstration for this load; a second one at the same time waits, but not for ever."""
    try:
        claim_demo(on=day)
    except InstallationRefused as refused:
        raise PilotRefused(str(refused)) from refused
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise PilotRefused(
            _(
                "Another load is at work in this demonstration, and it has not ended yet. Nothing was changed. Wait "
                "until it has ended, then start this one again; with --keep it takes the people who are there then."
            )
        ) from error


def _kept(standing: PilotLoad, wanted: Wanted, *, keep: bool, say: Say) -> PilotLoad:
    claim_demo(on=standing.day)
    if keep and wanted.fits(standing):
        say(
            _("The people of %(which)s are there already: %(households)s households, %(persons)s persons.")
            % {"which": standing, "households": f"{standing.households:,}", "persons": f"{standing.persons:,}"}
        )
        return standing
    raise OtherPopulation(
        _(
            "The demonstration holds the people of %(which)s already. Nothing about people is ever deleted, so other "
            "people need a fresh database: ./run demo --fresh"
        )
        % {"which": standing}
    )


def _population(wanted: Wanted, day: date, seed: int) -> Population:
    """The generator, fed from the country pack and the list of villages. Raises FiguresWrong, PilotRefused."""
    for name in ("pilot.yaml", "names.yaml"):
        pack().node(name)  # refuses, with the file's name and line, what is missing or no YAML
    try:
        figures, names = read_pack(pack().folder)
    except FiguresWrong as wrong:
        raise PilotRefused(str(wrong)) from wrong
    villages = _villages(wanted.villages) if wanted.villages else None
    return generate(figures, names, villages=villages, on=day, seed=seed, persons=wanted.persons)


def _villages(path: Path) -> list[Village]:
    """The list, each village known to the gazetteer; units that ended since are known too."""
    try:
        villages = read_villages(path)
    except (OSError, UnicodeDecodeError) as error:
        raise PilotRefused(
            _("%(file)s cannot be read as a list of villages in UTF-8: %(reason)s.") % {"file": path, "reason": error}
        ) from error
    codes = {village.code for village in villages}
    level = len(pack().levels)
    known = AdministrativeUnit.objects.filter(level=level, code__in=codes).values_list("code", flat=True)
    if unknown := codes.difference(known):
        places = [f"{village.line}: {village.code}" for village in villages if village.code in unknown]
        raise PilotRefused(
            _("%(file)s: the gazetteer has no such village (line: code): %(places)s. Correct it, or add the unit.")
            % {"file": path, "places": ", ".join(places[:_SHOWN])}
        )
    return villages


def enrolling(enrolments: loading.Load) -> Written:
    """What the registry's loader is to call for each household it has written: the enrolments that came with it."""

    def written(given: Any, household: str, members: list[str]) -> None:
        keys = {member.key: key for member, key in zip(given.members, members, strict=True)}
        for enrolment in given.enrolments:
            try:
                enrolments.add(
                    enrolment.programme,
                    person=keys[enrolment.member] if enrolment.member else None,
                    household=household,
                    unit_code=given.unit_code,
                    valid_from=enrolment.valid_from,
                    valid_to=enrolment.valid_to,
                )
            except loading.EnrolmentWrong as wrong:
                raise loading.EnrolmentWrong(f"{enrolment.member or given.key}: {wrong}") from wrong

    return written


def _written(population: Population, by: Officer, say: Say) -> tuple[Loaded, int]:
    """Make and write everything; raises FiguresWrong, EnrolmentWrong, and PilotRefused with the first problems."""
    began = time.monotonic()
    expected = f"{_expected(population):,}"
    enrolments = loading.Load(by)

    def told(done: int) -> None:
        say(
            _("%(done)s of %(all)s households made, %(seconds)d s")
            % {"done": f"{done:,}", "all": expected, "seconds": time.monotonic() - began}
        )

    loaded = load(population.households(), by=by, name="pilot", progress=told, written=enrolling(enrolments))
    if loaded.problems:
        raise PilotRefused(
            "\n".join(
                [
                    _("%(count)d households cannot be loaded, so nothing was.") % {"count": len(loaded.problems)},
                    *(f"{one.key}: {one.reason}" for one in loaded.problems[:_SHOWN]),
                ]
            )
        )
    count = enrolments.write()
    say(_("Everything written, %(seconds)d s") % {"seconds": time.monotonic() - began})
    return loaded, count


def _expected(population: Population) -> int:
    """How many households there will be, nearly."""
    if population.size is None:
        return sum(commune.families for commune in population.figures.communes)
    persons = sum(sum(commune.persons.values()) for commune in population.figures.communes)
    families = sum(commune.families for commune in population.figures.communes)
    return max(1, round(population.size * families / persons))


@dataclass(frozen=True)
class Count:
    """What stands in one commune on the day of the load: households, members present, households of each level."""

    code: str
    households: int
    persons: int
    poor_1: int
    poor_2: int

    @property
    def figures(self) -> tuple[int, int, int, int]:
        return self.households, self.persons, self.poor_1, self.poor_2


_COUNTS: Final = """
SELECT left(h.unit_code, %(length)s) AS code, count(*), sum(h.members)::bigint,
       count(*) FILTER (WHERE h.level = 1), count(*) FILTER (WHERE h.level = 2)
FROM (
    SELECT r.unit_code,
           (SELECT count(*) FROM registry_personrow p
            WHERE p.household_id = r.household_id AND p.joined_on <= %(day)s
              AND coalesce(p.left_on, 'infinity') >= %(day)s AND coalesce(p.died_on, 'infinity') >= %(day)s) AS members,
           (SELECT s.level FROM registry_povertystatus s
            WHERE s.household_id = r.household_id AND s.voided_at IS NULL AND s.valid_from <= %(day)s
              AND coalesce(s.valid_to, 'infinity') >= %(day)s
            ORDER BY s.valid_from DESC, s.recorded_at DESC LIMIT 1) AS level
    FROM registry_householdrow r
) h
GROUP BY 1 ORDER BY 1
"""


def counts(day: date) -> list[Count]:
    """Households, present members and ID-Poor households of every commune on a day, as the registry holds them."""
    length = pack().levels[-2].length
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"length": length, "day": day})
        return [Count(*row) for row in cursor.fetchall()]
