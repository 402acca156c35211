"""Questions in place: what is asked of whom, by which way it is answered, and what each answer would change.

Most missing facts are answers and are asked where the reason is read. A birth date, a poverty status and lists of
several answers have a page of their own; what another action records says where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from criteria.catalogue import Fact, FactType
from criteria.explain import BIRTH, PLACE, Missing
from criteria.family import is_stale
from criteria.interpret import HOUSEHOLD
from onestop.areas.clock import now
from onestop.desk.matrix import on_a_past_day
from onestop.desk.queries import Opened
from onestop.desk.words import Texts, in_each_language, listed, names_of, programme_names, said_of, value_words
from onestop.eligibility.explain import Cell, Question
from onestop.eligibility.outcomes import Outcome, outcomes
from onestop.registry.asking import applies
from onestop.registry.declared import Declared, declared
from onestop.registry.forms import NO, YES, choices_of
from onestop.registry.models import Person
from onestop.registry.values import NONE
from onestop.ui import components as ui
from onestop.ui.format import age_of_data, day

Way = Literal["answer", "birth", "status", "sex", "elsewhere"]
FEW_CHOICES = 4  # more than these are a list to choose from: the questions stay short under each other
ASKED_AT_FIRST = 5
_RIGHTS: dict[Way, str] = {
    "answer": "registry.answer",
    "birth": "registry.register",
    "status": "registry.answer",
    "sex": "registry.register",
    "elsewhere": "registry.register",
}


@dataclass(frozen=True)
class Asked:
    """A fact that may be asked of one member or of the household: how it is answered, and who may write it down."""

    name: str
    of: str
    person: Person | None
    stored: Declared | None

    @property
    def way(self) -> Way:
        """By which action the answer is recorded."""
        if self.name == BIRTH:
            return "birth"
        if self.stored is None:
            return "elsewhere"
        if self.stored.is_stored:
            return "answer"
        if self.stored.source == "status":
            return "status"
        return "sex" if self.name == "sex" else "elsewhere"

    @property
    def right(self) -> str:
        """The right that writing it down needs."""
        return _RIGHTS[self.way]

    @property
    def is_sensitive(self) -> bool:
        return self.stored is not None and self.stored.sensitive

    @property
    def fits_in_place(self) -> bool:
        """Whether one box or a row of buttons is enough to answer it."""
        return self.way == "answer" and self.stored is not None and self.stored.type != "set"


def asked(page: Opened, of: str, name: str) -> Asked | None:
    """The fact by its name of a member or of the household; None for one that may not be asked here.

    A fact of a compartment the officer is outside of is answered like one that does not exist.
    """
    person = page.persons.get(of)
    if of != HOUSEHOLD and (person is None or of not in page.folder.members):
        return None
    if name == BIRTH and person is not None:
        return Asked(name, of, person, declared().get("person", "age"))
    if name == PLACE and person is None:
        return Asked(name, of, None, None)
    stored = declared().get("person" if person else "household", name)
    if stored is None or stored.source in {"derived", "count"} or not page.scope.sees_compartment(stored.compartment):
        return None
    return Asked(name, of, person, stored)


def asked_of(page: Opened, missing: Missing) -> Asked | None:
    return asked(page, missing.of, missing.name)


def question_texts(page: Opened, what: Asked) -> dict[str, str]:
    """What the clerk says, in each language, with the name of the person or of the head of the household."""
    names = names_of(what.person) if what.person is not None else page.name
    if what.stored is None:
        return in_each_language(gettext_lazy("In which village does the household of %(name)s live?"), name=names)
    said: Texts = what.stored.question or what.stored.label
    fallback = next(iter(names.values()), "")
    return {language: text.replace("{name}", names.get(language, fallback)) for language, text in said.items()}


def ask_url(page: Opened, what: Asked) -> str:
    """The page of one question, and where its answer is sent."""
    return reverse("desk:answer", args=[page.household.pk, what.of, what.name])


@dataclass(frozen=True)
class Ask:
    """One entry of "ask next": the question with its form, or, where it cannot be answered in place, the way on.

    `form` is None where it has a page of its own or the officer may not write answers; `url` is that page, '' if none.
    """

    what: Asked
    text: Texts
    settles: str
    count: int
    last_known: str
    form: ui.Question | None
    url: str
    in_vain: bool


def ask_next(page: Opened, *, everything: bool = False) -> tuple[list[Ask], int]:
    """What to ask, the fact that settles most cells first, and how many questions more there are.

    What nobody knew when it was asked today comes last, and then what does not apply to this person.
    """
    found = [(one, what) for one in page.folder.questions() if (what := asked_of(page, one.missing)) is not None]
    in_vain = page.asked_in_vain() if found else set()
    found.sort(key=lambda pair: (not fits(page, pair[1]), _key(page, pair[1]) in in_vain))  # keeps the order within
    shown = found if everything else found[:ASKED_AT_FIRST]
    asks = [
        ask(page, what, one, id=f"q{number}", back="folder", in_vain=_key(page, what) in in_vain)
        for number, (one, what) in enumerate(shown, start=1)
    ]
    return asks, len(found) - len(shown)


def fits(page: Opened, what: Asked) -> bool:
    """False for a question that does not apply by what is known: nobody asks a grandmother about her pregnancy."""
    if what.way != "answer" or what.stored is None:
        return True
    who = what.of if what.person else None
    return applies(what.stored, page.folder.family, page.on, person=who) is not False


def _key(page: Opened, what: Asked) -> tuple[str, str]:
    """How the journal remembers a question: the fact, and the record it is of."""
    return what.name, what.of if what.person else str(page.household.pk)


def ask(page: Opened, what: Asked, one: Question, *, id: str, back: str, in_vain: bool = False) -> Ask:
    """A question ready to be shown: in place where it may be, with what each answer changes."""
    writes = may_write(page, what)
    if writes and what.fits_in_place:
        form = form_in_place(page, what, one, id=id, back=back)
        return Ask(what, form.text, form.settles, one.settles, form.last_known, form, "", in_vain)
    url = "" if not writes or what.way == "elsewhere" else f"{ask_url(page, what)}?back={back}"
    text, settled = question_texts(page, what), settles(page, one)
    return Ask(what, text, settled, one.settles, last_known(page, what), None, url, in_vain)


def may_write(page: Opened, what: Asked) -> bool:
    """Whether the officer may write the answer down here; of a past day nothing is written."""
    return not page.is_past and page.scope.may(what.right, page.household.unit_code)


def form_in_place(
    page: Opened, what: Asked, one: Question | None, *, id: str, back: str, error: str = "", value: str = ""
) -> ui.Question:
    """The form of a question that fits in one line."""
    assert what.stored is not None
    kind, choices = _kind_of(what.stored)
    return ui.Question(
        text=question_texts(page, what),
        action=ask_url(page, what),
        kind=kind,
        choices=choices,
        hidden={"back": back, "asked_at": now().isoformat()},
        settles=settles(page, one) if one else "",
        count=one.settles if one else 0,
        last_known=last_known(page, what),
        in_private=what.is_sensitive,
        error=error,
        value=value,
        id=id,
        unit=what.stored.measure or "",
    )


def _kind_of(
    stored: Declared,
) -> tuple[Literal["buttons", "radios", "select", "number", "date", "text"], Sequence[tuple[str, object]]]:
    match stored.type:
        case "bool":
            return "buttons", [(YES, gettext_lazy("Yes")), (NO, gettext_lazy("No"))]
        case "code":
            choices = choices_of(stored)
            return ("radios" if len(choices) <= FEW_CHOICES and stored.shown_as != "select" else "select"), choices
        case "whole" | "decimal":
            return "number", []
        case "date":
            return "date", [(NONE, gettext_lazy("Does not apply"))] if stored.may_not_apply else []
    return "text", []


def last_known(page: Opened, what: Asked) -> str:
    """The answer that has grown too old, with its day; '' where there never was one."""
    subject = page.folder.family.answers if what.person is None else page.folder.family.member(what.of).answers
    held = subject.get(what.name)
    fact = page.book.catalogue.get("person" if what.person else "household", what.name)
    if held is None or fact is None or held.value is None:
        return _last_birth(what) if fits(page, what) else _("By what is known this does not apply")
    if not is_stale(fact, held.observed_on, page.on, page.book.catalogue):
        return _("Known: %(value)s") % {"value": value_words(fact, held.value)}
    return _("Last known: %(value)s, %(age)s") % {
        "value": value_words(fact, held.value),
        "age": age_of_data(held.observed_on, page.on),
    }


def _last_birth(what: Asked) -> str:
    if what.way != "birth" or what.person is None or what.person.birth_date is None:
        return ""
    return _("Known: %(value)s") % {"value": day(what.person.birth_date, what.person.birth_precision)}


# --- what each answer changes --------------------------------------------------------------------------------------


def settles(page: Opened, one: Question) -> str:
    """What each answer would bring: “Yes → eligible for A; No → not eligible for A”; or what the question settles."""
    if not one.cells:
        return _("Needed together with other answers")
    found = outcomes(page.folder, one)
    settled = _("Settles %(programmes)s") % {"programmes": cells_words(page, one.cells)}
    if not found or one.missing.fact is None:
        return settled
    if len(found) > 2 or len(one.missing.fact.codes) > 2:
        return said_of(settled, _brief(page, one.missing.fact, one.cells, found))
    alike = all(_turns_all(outcome, one.cells) for outcome in found)
    said = [
        f"{answers_words(one.missing.fact, outcome)} → {outcome_words(page, outcome, named=not alike)}"
        for outcome in found
    ]
    return said_of(settled, "; ".join(said)) if alike else "; ".join(said)


def _turns_all(outcome: Outcome, cells: Sequence[Cell]) -> bool:
    """Whether the answer makes of every cell the same: a yes, a no, or nothing yet."""
    return len(cells) in {len(outcome.eligible), len(outcome.not_eligible)} or not (
        outcome.eligible or outcome.not_eligible
    )


def _brief(page: Opened, fact: Fact, cells: Sequence[Cell], found: Sequence[Outcome]) -> str:
    """Of many answers only those that bring something, and what the others come to."""
    bringing = [outcome for outcome in found if outcome.eligible]
    said = []
    for outcome in bringing:
        programmes = _("eligible for %(programmes)s") % {"programmes": cells_words(page, outcome.eligible)}
        said.append(f"{answers_words(fact, outcome)} → {programmes}")
    others = [outcome for outcome in found if not outcome.eligible]
    if others:
        rest = _("any other answer") if bringing else _("any answer")
        said.append(f"{rest} → {_no_yes(others, cells)}")
    return "; ".join(said)


def _no_yes(others: Sequence[Outcome], cells: Sequence[Cell]) -> str:
    """What answers that bring nobody anything come to: a no only where each of them settles every cell."""
    if all(len(outcome.not_eligible) == len(cells) for outcome in others):
        return _("not eligible")
    if not any(outcome.not_eligible for outcome in others):
        return _("still cannot tell")
    return _("not eligible, or still cannot tell")


def answers_words(fact: Fact, outcome: Outcome) -> str:
    """The answers that come to the same: “Grade 4, 5, 6”; of numbers the stretch: “4 to 6”, “7 or more”."""
    if fact.type not in {FactType.WHOLE, FactType.DECIMAL}:
        return ", ".join(value_words(fact, value) for value in outcome.values)
    first, last = value_words(fact, outcome.values[0]), value_words(fact, outcome.values[-1])
    if outcome.opens and outcome.closes:
        return _("any number")
    if outcome.closes:
        return _("%(number)s or more") % {"number": first}
    if first == last:
        return first
    return _("up to %(number)s") % {"number": last} if outcome.opens else f"{first}–{last}"


def outcome_words(page: Opened, outcome: Outcome, *, named: bool) -> str:
    """What the answer makes of the cells; `named` with the programmes, where not all of them turn alike."""
    if not outcome.eligible and not outcome.not_eligible:
        return _("still cannot tell")
    if not named:
        return _("eligible") if outcome.eligible else _("not eligible")
    said = []
    if outcome.eligible:
        said.append(_("eligible for %(programmes)s") % {"programmes": cells_words(page, outcome.eligible)})
    if outcome.not_eligible:
        said.append(_("not eligible for %(programmes)s") % {"programmes": cells_words(page, outcome.not_eligible)})
    return ", ".join(said)


def cells_words(page: Opened, cells: Sequence[Cell]) -> str:
    """The programmes of some cells, each once, with the number of persons where there are several."""
    persons: dict[str, int] = {}
    for cell in cells:
        persons[cell.version.code] = persons.get(cell.version.code, 0) + 1
    texts = []
    for code, number in persons.items():
        name = _programme(page, code)
        more = ngettext("%(count)s person", "%(count)s persons", number) % {"count": number}
        texts.append(f"{name} ({more})" if number > 1 else name)
    return listed(texts)


def _programme(page: Opened, code: str) -> str:
    version = page.book.get(code)
    return version.programme.in_language(programme_names(version.programme)) if version else code


def all_questions_url(page: Opened) -> str:
    past = on_a_past_day(page)
    return f"{reverse('desk:folder', args=[page.household.pk])}{past}{'&' if past else '?'}questions=all#ask"
