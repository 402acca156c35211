"""The reason of one cell: every condition with its state, what was read for it, what is missing, what was nearest."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from criteria.check import OPEN_KEY
from criteria.explain import BIRTH, Missing, missing_in
from criteria.interpret import HOUSEHOLD, CriterionState, FactRead, ReadKind
from onestop.areas.country import in_words, pack
from onestop.areas.masks import shown
from onestop.desk.asking import Ask, ask, asked_of
from onestop.desk.queries import Opened, last_sheets
from onestop.desk.words import label, listed, programme_names, said_of, value_words
from onestop.eligibility.entitlements import state_word
from onestop.eligibility.explain import Cell, Question
from onestop.eligibility.sentences import criterion_sentence, sentence
from onestop.eligibility.words import amount_words, rhythm_words
from onestop.registry.models import AnswerSheet, Person
from onestop.ui import components as ui
from onestop.ui import languages
from onestop.ui.format import age, age_of_data, day

MOST_READ = 8  # facts shown beside one condition; a rule over all members reads many


@dataclass(frozen=True)
class Benefit:
    """One thing the programme gives, as a line: rice, 10 kg for the household every month."""

    name: str
    amount: str
    rhythm: str


@dataclass(frozen=True)
class _Read:
    """One fact that was read, before those of one person that were told together are put in one line."""

    whose: str
    text: str
    source: str = ""
    is_stale: bool = False


def _together(reads: list[_Read]) -> list[ui.Known]:
    """What was told of one person on one occasion in one line: “Sok Dara: In school: Yes, Grade: 3”."""
    lines: dict[tuple[str, str, bool], list[str]] = {}
    for read in reads:
        lines.setdefault((read.whose, read.source, read.is_stale), []).append(read.text)
    return [
        ui.Known(said_of(whose, ", ".join(texts)) if whose else ", ".join(texts), source, stale)
        for (whose, source, stale), texts in lines.items()
    ]


# The verdict as the title of the page says it
TITLES = {
    "receiving": gettext_lazy("Receiving"),
    "eligible": gettext_lazy("Eligible, not receiving"),
    "unknown": gettext_lazy("Cannot tell yet"),
    "not_eligible": gettext_lazy("Not eligible at present"),
}


@dataclass
class Reason:
    """One cell opened. `member` is in whose row it was opened; of a household's cell perhaps nobody's."""

    page: Opened
    cell: Cell
    member: Person | None

    @cached_property
    def names(self) -> dict[str, str]:
        return programme_names(self.cell.version.programme)

    @cached_property
    def sheets(self) -> dict[tuple[str, str], AnswerSheet]:
        """Who recorded each answer that holds."""
        return last_sheets([one.pk for one in self.page.members], self.page.household.pk, self.page.on)

    @cached_property
    def missing(self) -> list[Question]:
        """The facts that matter to a cannot-tell, with every unknown cell of the household that each may decide."""
        if self.cell.truth is not None:
            return []
        known = {(one.name, one.of): one for one in self.page.folder.questions()}
        return [
            known.get((one.name, one.of)) or Question(one.name, one.of, one, ())
            for one in self.page.folder.missing(self.cell)
        ]

    @property
    def title(self) -> Promise:
        """The verdict in words."""
        return TITLES[self.cell.state]

    @property
    def met(self) -> int:
        return sum(1 for state in self.cell.assessment.criteria if state.state is True)

    @property
    def failed(self) -> int:
        return sum(1 for state in self.cell.assessment.criteria if state.state is False)

    def summary(self) -> str:
        """How many conditions are met, and what is missing."""
        total = len(self.cell.assessment.criteria)
        numbers = {"count": total, "met": self.met, "failed": self.failed}
        if self.cell.truth is True:
            return ngettext("The one condition is met.", "All %(count)s conditions are met.", total) % numbers
        if self.cell.truth is False:
            return _("%(failed)s of %(count)s conditions not met.") % numbers
        said = _("%(met)s of %(count)s conditions met.") % numbers
        wanted = listed(self.missing_words(one.missing) for one in self.missing)
        return f"{said} {_('Missing: %(facts)s.') % {'facts': wanted}}" if wanted else said

    def enrolled(self) -> str:
        """Since when the benefit is received, and until when where that is set; '' for one who does not receive it."""
        for one in self.page.folder.family.enrolments:
            own = one.programme == self.cell.version.code and one.member in {None, self.cell.member}
            if own and one.period.start and one.period.includes(self.page.on):
                since = _("Enrolled since %(day)s") % {"day": day(one.period.start)}
                return f"{since}, {_('to %(day)s') % {'day': day(one.period.end)}}" if one.period.end else since
        return ""

    def missing_words(self, missing: Missing) -> str:
        """A missing fact and whose it is."""
        if missing.name == BIRTH:
            fact = _("date of birth")
        else:
            fact = label(missing.fact) if missing.fact else _("the village")
        return fact if missing.of == HOUSEHOLD else f"{self.page.called(missing.of)} – {fact}"

    def nearest(self) -> list[dict[str, str]]:
        """The conditions whose turning would make it a yes, as sentences; none where several criteria fail."""
        miss = self.page.folder.nearest_miss(self.cell)
        return [sentence(atom, self.page.book.catalogue) for atom in miss.atoms] if miss else []

    def yes_from(self) -> date | None:
        return self.page.folder.yes_from(self.cell)

    @cached_property
    def asks(self) -> list[Ask]:
        """Each missing fact with its form or the way to it, in the order of what it settles."""
        back = self.cell.version.code + (f"/{self.member.pk}" if self.member else "")
        found = []
        for number, one in enumerate(self.missing, start=1):
            what = asked_of(self.page, one.missing)
            if what is not None:
                found.append(ask(self.page, what, one, id=f"q{number}", back=back))
        return found

    def criteria(self) -> list[ui.Criterion]:
        """Every condition. The question stands at the first condition that misses its answer."""
        waiting = {(entry.what.name, entry.what.of): entry for entry in self.asks if entry.form}
        return [self._criterion(state, waiting) for state in self.cell.assessment.criteria]

    def _criterion(self, state: CriterionState, waiting: dict[tuple[str, str], Ask]) -> ui.Criterion:
        book, version = self.page.book, self.cell.version
        lacking = missing_in(self.cell.assessment, state.key, self.page.folder.family, book.catalogue)
        form = None
        for one in lacking:
            if (found := waiting.pop((one.name, one.of), None)) is not None:
                form = found.form
                break
        reads = sorted(state.facts, key=lambda read: (not read.known, read.of != HOUSEHOLD))
        more = len(reads) - MOST_READ
        note = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more} if more > 0 else ""
        return ui.Criterion(
            state_word(state.state),  # type: ignore[arg-type]  # the same three words
            criterion_sentence(version, state.key, state.tree, book.catalogue),
            _together([self.known(read, state.key) for read in reads[:MOST_READ]]),
            form,
            note,
        )

    def known(self, read: FactRead, key: str) -> "_Read":
        """One fact that was read: whose, which, its value; when it was told, by whom, and whether it is too old."""
        whose = self.page.called(read.of) if read.of != HOUSEHOLD else ""
        if read.kind in (ReadKind.ENROLLED, ReadKind.IN_AREA):
            return _Read(whose, self._joined(read, key))
        if read.kind == ReadKind.BIRTH:
            return _Read(whose, self._birth(self.page.persons.get(read.of)))
        fact = read.fact
        value = _("not known") if read.value is None else value_words(fact, read.value)
        said = said_of(label(fact) if fact else read.code, value)
        return _Read(whose, said, self._source(read), read.stale)

    def _birth(self, person: Person | None) -> str:
        if person is None or person.birth_date is None:
            return _("date of birth not known")
        born = day(person.birth_date, person.birth_precision)
        return _("born %(day)s (%(age)s)") % {
            "day": born,
            "age": age(person.birth_date, self.page.on, person.birth_precision),
        }

    def _joined(self, read: FactRead, key: str) -> str:
        code = read.code
        version = self.page.book.get(code)
        name = languages.one(programme_names(version.programme)) if version else code
        if read.kind == ReadKind.ENROLLED:
            said = _("enrolled in %(programme)s") if read.value else _("not enrolled in %(programme)s")
            return str(said % {"programme": name})
        if key == OPEN_KEY:
            return self._opening(code, bool(read.value))
        return (_("%(programme)s is open here") if read.value else _("%(programme)s is not open here")) % {
            "programme": name
        }

    def _opening(self, code: str, is_open: bool) -> str:
        """Since when the programme is open here, or from when it will be."""
        place = self.page.folder.family.place or ""
        periods = [
            one.period
            for one in self.page.book.openings.get(code, ())
            if any(place.startswith(unit) for unit in one.units)
        ]
        began = [one.start for one in periods if one.start and one.includes(self.page.on)]
        if is_open:
            return _("open here since %(day)s") % {"day": day(began[0])} if began else _("open everywhere")
        coming = sorted(one.start for one in periods if one.start and one.start > self.page.on)
        return _("opens here on %(day)s") % {"day": day(coming[0])} if coming else _("not open here")

    def _source(self, read: FactRead) -> str:
        """Told when, by whom recorded; of a status its validity; nothing of what is worked out."""
        if read.fact is not None and read.fact.status:
            return self._status_source()
        if read.observed_on is None:
            return ""
        sheet = self.sheets.get((read.code, read.of))
        told = _("%(day)s, %(age)s") % {
            "day": day(read.observed_on),
            "age": age_of_data(read.observed_on, self.page.on),
        }
        if sheet is None:
            return told
        said = f"{sheet.get_source_display()} {told} · {sheet.observed_by.name}"
        return f"{said} · {_('too old, ask again')}" if read.stale else said

    def _status_source(self) -> str:
        status = self.page.poverty
        if status is None:
            return ""
        parts = [_("valid from %(day)s") % {"day": day(status.valid_from)}]
        if status.valid_to:
            parts.append(_("to %(day)s") % {"day": day(status.valid_to)})
        card = shown(status, "card_number")
        return " · ".join(filter(None, (" ".join(parts), _round(status.round), card, status.source)))

    def benefits(self) -> list[Benefit]:
        """What the programme gives, from its file."""
        programme = self.cell.version.programme
        return [
            Benefit(programme.in_language(one["name"]), amount_words(one), ", ".join(rhythm_words(one)))
            for one in programme.document.get("benefits", [])
        ]

    def rules(self) -> list[tuple[str, str]]:
        """(key, text) of every criterion as it is written in the rule language."""
        version = self.cell.version
        return [
            (state.key, version.rule(state.key)) for state in self.cell.assessment.criteria if state.key != OPEN_KEY
        ]

    def appeal(self) -> str:
        """The right to appeal, in the words of the country pack; '' where it has none."""
        country = pack()
        if not country.has("texts/office.yaml"):
            return ""
        for node in country.node("texts/office.yaml").each("texts"):
            if node.text("code") == "appeal":
                return in_words(node.names("text"), languages.current())
        return ""


def _round(code: str) -> str:
    return _("round %(code)s") % {"code": code} if code else ""
