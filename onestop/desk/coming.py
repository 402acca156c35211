"""Coming changes: what begins and ends for whom in the next 24 months, by day, with its cause."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from criteria.interpret import HOUSEHOLD
from onestop.desk.queries import Opened
from onestop.desk.words import age_words, label, listed, programme_names, said_of
from onestop.eligibility.causes import Cause, causes
from onestop.eligibility.explain import Turn
from onestop.ui import components as ui
from onestop.ui import languages
from onestop.ui.timeline import Timeline

MOST_CAUSES = 3


def timeline(page: Opened) -> Timeline:
    """The strip and the list of the coming months."""
    turns = page.folder.outlook()
    days = [_change(page, day, list(found)) for day, found in groupby(turns, key=lambda turn: turn.on)]
    return Timeline(page.on, days)


def _change(page: Opened, day: date, turns: Sequence[Turn]) -> ui.Change:
    """One day: why, and what turns; turns of the same kind stand in one line."""
    found = causes(page.folder, day, [turn.cell for turn in turns])
    said = [cause_words(page, cause) for cause in found if cause.kind != "old"]
    old = [cause for cause in found if cause.kind == "old"]
    title = listed([*said, *([old_words(page, old)] if old else [])], MOST_CAUSES) or _("The conditions turn")
    kinds: dict[tuple[str, str], list[Turn]] = {}
    for turn in turns:
        kinds.setdefault((turn.before, turn.after), []).append(turn)
    lines = [
        ui.Turn(before, after or "not_eligible", turn_words(page, same))  # type: ignore[arg-type]  # states of below
        for (before, after), same in kinds.items()
    ]
    return ui.Change(day, title, lines)


def turn_words(page: Opened, turns: Sequence[Turn]) -> str:
    """Programmes and for whom; of many only the programmes, with how many persons."""
    by_programme: dict[str, list[Turn]] = {}
    for turn in turns:
        by_programme.setdefault(turn.cell.version.code, []).append(turn)
    texts = []
    for same in by_programme.values():
        name = languages.one(programme_names(same[0].cell.version.programme))
        if same[0].cell.member is None:
            texts.append(name)
        elif len(same) == 1:
            texts.append(f"{name} – {page.called(same[0].cell.member)}")
        else:
            persons = ngettext("%(count)s person", "%(count)s persons", len(same)) % {"count": len(same)}
            texts.append(f"{name} ({persons})")
    return listed(texts, 6)


def old_words(page: Opened, old: Sequence[Cause]) -> str:
    """Answers that grow too old on one day: one by name and fact, many by their number and the facts."""
    facts = listed((label(cause.fact) for cause in old if cause.fact), MOST_CAUSES)
    if len(old) == 1:
        return cause_words(page, old[0])
    said = ngettext("%(count)s answer is too old, ask again", "%(count)s answers are too old, ask again", len(old))
    return said_of(said % {"count": len(old)}, facts)


def cause_words(page: Opened, cause: Cause) -> str:
    """What happens on the day, as a sentence."""
    name = page.called(cause.of) if cause.of != HOUSEHOLD else ""
    fact = label(cause.fact) if cause.fact is not None else ""
    match cause.kind:
        case "age":
            return _("%(name)s reaches %(age)s") % {"name": name, "age": age_words(cause.months)}
        case "perhaps_age":
            return _("%(name)s may reach %(age)s; the birth date is not exact") % {
                "name": name,
                "age": age_words(cause.months),
            }
        case "status_ends":
            return _("%(fact)s runs out") % {"fact": fact}
        case "status_begins":
            return _("%(fact)s begins") % {"fact": fact}
        case "school_year":
            return _("New school year: ask the grades again")
        case "old":
            asked = _("%(fact)s: the answer is too old, ask again") % {"fact": fact}
            return said_of(name, asked) if name else asked
        case "date":
            return said_of(name, fact) if name else fact
        case "opens":
            return _("%(programme)s opens here") % {"programme": _programme(page, cause.programme)}
        case "closes":
            return _("%(programme)s closes here") % {"programme": _programme(page, cause.programme)}
        case "enrolment_ends":
            ended = _("Enrolment in %(programme)s ends") % {"programme": _programme(page, cause.programme)}
            return said_of(ended, name) if name else ended
        case "leaves":
            return _("%(name)s leaves the household") % {"name": name}


def _programme(page: Opened, code: str) -> str:
    """A programme by name; one the officer may not see is not named."""
    version = page.book.get(code)
    return languages.one(programme_names(version.programme)) if version else _("another programme")
