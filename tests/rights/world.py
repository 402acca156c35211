"""A small made-up office in which every word of every person is unmistakable, made through the rooms' own actions.

One household lives in each of five places, one step further away each: the home village, which lies in everybody's
area, the next village, commune, district, province. So there is for every level of role somebody just outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from django.contrib.auth.hashers import make_password

from onestop.areas import clock
from onestop.areas.country import Role, pack
from onestop.areas.keys import uuid7
from onestop.enrolments.factories import enrolment
from onestop.files.actions import store
from onestop.journal.models import DayHead
from onestop.registry import actions
from onestop.registry.declared import declared
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import DoubleNotice, Household, Person
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope, system_officer, system_scope
from tests.rights.organisation import PASSWORD, Organised, at_work, organised
from tests.rights.subjects import HOME, Subject, subjects

DAY: Final = date(2014, 6, 11)
SINCE: Final = date(2013, 1, 1)
# ring: village, family and given name in Khmer, family and given name in Latin letters, a word of its own for texts
RINGS: Final = {
    "home": ("17010103", "ឥន្ទធនូ", "ពពូល", "Quexhome", "Wembolt", "harkwyn"),
    "next village": ("17010104", "ក្ងោកស", "ទន្សាយ", "Zorvill", "Jaxtrum", "dulwick"),
    "next commune": ("17010201", "អណ្តើកមាស", "ផ្សោតទឹក", "Vexcomm", "Plonquet", "grimsby"),
    "next district": ("17120101", "ត្រីងៀត", "ខ្ទីងព្រៃ", "Drizzdist", "Hobquil", "tewksby"),
    "next province": ("01020101", "កំប្រុកលឿង", "ឆ្លាមសមុទ្រ", "Prozwalt", "Kvimbo", "wolsing"),
}
# the nearest place outside the area of a role, by its level
OUTSIDE: Final = {4: "next village", 3: "next commune", 2: "next district", 1: "next province"}
# In which programmes the family of a place is; in the two next places in others than at home, so that who sees the own
# people only (`sees: own`) has somebody in his district whom he reaches, and somebody whom he does not
ENROLLED: Final = {"next village": ("FARM",), "next commune": ("FARM",)}
AT_HOME: Final = ("HEF", "CLMS")
PICTURE: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)


# Kinds of words about the office, not about people who are served: seen by area alone
OF_THE_OFFICE: Final = frozenset({"officer", "office", "committee", "partner", "session", "help", "absence", "glass"})
# … and what is the officer's own alone
OF_ONE_OFFICER: Final = frozenset({"kept", "sheet"})


@dataclass(frozen=True)
class Place:
    """One household and all that hangs on it. `fields` fill the addresses and forms of an Ask; `words` by kind."""

    ring: str
    unit: str
    fields: dict[str, str]
    words: dict[str, tuple[str, ...]]

    def is_open_to(self, role: Role) -> bool:
        """Whether the role, held over the place, sees the people there: for `sees: own`, whether an enrolment leads to
        them."""
        if role.sees != "own":
            return role.sees_people
        programmes = [pack().node(f"programmes/{code}.yaml") for code in ENROLLED.get(self.ring, AT_HOME)]
        found = [(str(node.text("sector")), node.text("compartment", "")) for node in programmes]
        return any(
            sector in (role.sectors or ()) and (not closed or closed in role.compartments) for sector, closed in found
        )


@dataclass
class World:
    """The five places, and what must stay inside each compartment."""

    places: dict[str, Place] = field(default_factory=dict)
    compartments: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def outside(self, subject: Subject) -> Place | None:
        """The nearest place outside the subject's area; None for the nation, which has no outside.

        For who sees the own people only it lies in the area, when nobody there is reached.
        """
        role = pack().roles.get(subject.name)
        if role is not None and role.sees == "own":
            return next(one for one in self.places.values() if one.ring != "home" and not one.is_open_to(role))
        ring = OUTSIDE.get(subject.level) if subject.unit is not None else "next province"
        return self.places[ring] if ring else None


def build() -> World:
    """Everything, in the open database; to be committed by the caller."""
    world = World()
    loader = system_officer("system.loader")
    organiser = _officer("organiser", "អ្នករៀបចំ", "Organiser")
    _role(organiser, "it_officer", "")
    for number, ring in enumerate(RINGS, start=1):
        unit, word = RINGS[ring][0], RINGS[ring][5]
        clerk = _officer(f"clerk.{word}", f"មន្ត្រី {word}clerk", f"Clerk {word.title()}clerk")
        _role(clerk, "commune_assistant", unit[:6])
        staffed = organised(unit, word, clerk, organiser)
        with system_scope("system.loader"):
            place = _place(ring, number, loader)
        with scope(clerk):
            asked = _asked(place, clerk)
        for part in (staffed, at_work(clerk, unit, word), asked):
            place.fields.update(part.fields)
            place.words.update(part.words)
        world.places[ring] = place
    # a day whose head was signed: what is printed and taken along of it is the same for everybody
    DayHead.objects.create(
        day=SINCE, last_seq=0, digest="0" * 64, count=0, key="0" * 16, signature="0" * 128, signed_at=clock.now()
    )
    world.compartments = {name: words_of_compartment(name) for name in compartments()}
    for subject in subjects(every_role=True):
        walker = _officer(subject.username, "អ្នកដើរមើល", "Walker")
        if subject.unit is not None:
            _role(walker, subject.name, subject.unit)
        else:
            _role(walker, "district_assistant", HOME[2], until=date(2014, 6, 1))
    return world


def _officer(username: str, name_km: str, name_latin: str) -> Officer:
    made: Officer = Officer.objects.create(
        username=username, name_km=name_km, name_latin=name_latin, language="en", password=_hashed()
    )
    return made


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def _role(officer: Officer, role: str, unit: str, *, until: date | None = None) -> None:
    RoleAssignment.objects.create(
        officer=officer, role=role, unit_code=unit, valid_from=date(2010, 1, 1), valid_to=until
    )


def _asked(place: Place, clerk: Officer) -> Organised:
    """The clerk asks to have the head's name put right; the head may be registered at another office too."""
    word = RINGS[place.ring][5]
    head = Person.objects.get(pk=place.fields["head"])
    asked = actions.ask_correction(head, wanted={"given_name_latin": f"{word}wanted"}, proof=f"{word}proof", by=clerk)
    double, settled = (
        DoubleNotice.objects.create(
            person=head, unit_code=head.unit_code, pair=uuid7(), state=state, outcome=outcome, sign="paper",
            other_unit="010202", other_since=SINCE,
        )
        for state, outcome in (("open", ""), ("settled", "different_person"))
    )  # fmt: skip
    return Organised(
        {"correction": str(asked.pk), "double": str(double.pk), "settled": str(settled.pk)},
        {
            "correction": (f"{word}wanted", f"{word}proof", str(asked.pk)),
            "double": (str(double.pk), str(double.pair), str(settled.pk), str(settled.pair)),
        },
    )


def _place(ring: str, number: int, loader: Officer) -> Place:
    unit, family_km, given_km, family, given, word = RINGS[ring]
    home = household(ring, loader, phone=f"+8559{number}770123")
    head, child = member(home, "head"), member(home, "child")
    paper = actions.record_document(head, kind="citizen_id", number=f"91827364{number}", by=loader)
    wrong = actions.record_document(head, kind="citizen_id", number=f"81726354{number}", by=loader)
    actions.void(wrong, reason=f"copied from the wrong card {word}void", by=loader)
    card = f"{word.upper()}-CARD-{number}"
    actions.record_poverty_status(home, level=1, valid_from=SINCE, card_number=card, by=loader, source=f"{word}seen")
    kept = store(
        PICTURE, name=f"{word}scan.png", subject_kind="person", subject_id=head.pk, unit_code=head.unit_code, by=loader
    )
    head.refresh_from_db()
    alone = NewPersonFactory(
        family_name_km=family_km, given_name_km=given_km, family_name_latin=family, given_name_latin=given, elder=True,
        phone=f"+8559{number}880456",
    )  # fmt: skip
    alone = actions.register_person(alone, unit_code=unit, by=loader)
    third = actions.record_document(alone, kind="citizen_id", number=f"71625344{number}", by=loader)
    fields = {
        "head_version": str(head.version),
        "household": str(home.pk),
        "head": str(head.pk),
        "child": str(child.pk),
        "alone": str(alone.pk),
        "file": str(kept.pk),
        "paper_key": str(paper.pk),
        "folder": home.folder_number,
        "number": head.number,
        "child_number": child.number,
        "family_km": family_km,
        "given_km": given_km,
        "family_latin": family,
        "given_latin": given,
        "phone": f"09{number}770123",
        "paper": paper.number,
        "card": card,
        "village": unit,
        "commune": unit[:6],
        "district": unit[:4],
        "province": unit[:2],
    }
    words = {
        "names": (family_km, given_km, family, given),
        "numbers": (head.number, child.number, alone.number),
        "folder": (home.folder_number,),
        "phone": (f"9{number}770123", f"9{number}880456"),
        "papers": (paper.number, wrong.number, third.number),
        "card": (card,),
        "address": (f"{word}lane",),
        "keys": (str(home.pk), str(head.pk), str(child.pk), str(alone.pk), str(kept.pk), str(paper.pk)),
        "notes": (f"{word}void", f"{word}seen"),
        "file": (f"{word}scan",),
    }
    return Place(ring, unit, fields, words)


def household(ring: str, by: Officer, *, phone: str = "", named: str = "") -> Household:
    """A mother and her child of eleven, poor, ill, enrolled; `named`: with the names of another ring."""
    unit, _km, _given_km, _family, _given, word = RINGS[ring]
    _unit, family_km, given_km, family, given, _word = RINGS[named or ring]
    names = {"family_name_km": family_km, "given_name_km": given_km, "family_name_latin": family}
    home = HouseholdFactory(
        unit_code=unit,
        by=by,
        since=SINCE,
        address=f"{word}lane",
        phone=phone,
        members=[
            NewPersonFactory(**names, given_name_latin=given, head=True, birth=born(1979, 3, 9), phone=phone),
            NewPersonFactory(**names, given_name_latin=given, child=True, birth=born(2003, 1, 5), sex="M"),
        ],
    )
    head, child = member(home, "head"), member(home, "child")
    on = {"observed_on": date(2014, 5, 1), "by": by}
    actions.answer(head, {"chronic_illness": True, "hiv": True}, **on)
    actions.answer(child, {"working_child": True}, **on)
    for who, programme in zip((head, child), ENROLLED.get(ring, AT_HOME), strict=False):
        enrolment(who, programme, by=by)
    return home


def more(ring: str) -> None:
    """Three households more in a place, with the names of the one at home: nobody who does not see them may notice."""
    loader = system_officer("system.loader")
    with system_scope("system.loader"):
        for _number in range(3):
            made = household(ring, loader, named="home")
            actions.record_poverty_status(made, level=2, valid_from=SINCE, by=loader)


@cache
def compartments() -> tuple[str, ...]:
    return tuple(node.text("code") for node in pack().node("country.yaml").each("compartments"))


def words_of_compartment(name: str) -> tuple[str, ...]:
    """What gives a fact or programme of the compartment away: names, codes, questions, benefits, in every language."""
    return tuple(sorted({*_words_of_facts(name), *_words_of_programmes(name)}))


def _words_of_facts(name: str) -> Iterator[str]:
    for fact in declared():
        if fact.compartment == name:
            yield fact.code
            yield from fact.label.values()
            yield from (part.strip() for text in fact.question.values() for part in text.split("{name}") if part[8:])
            for language in fact.node.child("words").items() if fact.node.has("words") else ():
                yield from language[1].names().values()


def _words_of_programmes(name: str) -> Iterator[str]:
    for node in pack().nodes("programmes"):
        data: Any = node.plain()
        if data.get("compartment") == name:
            yield data["code"]
            for part in (data, *data.get("benefits", []), data["contact"]):
                yield from part["name"].values()
