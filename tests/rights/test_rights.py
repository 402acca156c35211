"""Every address, every form, every role, inside its area and outside, against the reviewed matrix (matrix.txt)."""

import os
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from onestop.areas.country import pack
from tests.architecture.test_guards import pages
from tests.rights import matrix
from tests.rights.pages import NOT_WALKED, PAGES
from tests.rights.subjects import Subject, asked_rights, groups, rights_of, subjects, table
from tests.rights.walk import Walk
from tests.rights.world import compartments

EVERY_ROLE = os.environ.get("ONESTOP_RIGHTS") == "all"
SUBJECTS = list(subjects(every_role=EVERY_ROLE))
HOLDERS = {
    "child_protection": {"labour_inspector", "case_manager", "social_worker", "protection_partner"},
    "health": {"technical_health"},
    "violence": {"hotline_worker", "protection_partner"},
}
HOW_TO_ADD = """
These addresses have no entry in tests/rights/pages.py: {missing}
Write for each, in PAGES, what an officer asks there: one Ask for each form, filter and file of the page, such as

    "{first}": [get("opens"{args}), post("does it"{args}, field="a value that is right")],

with fields in braces for a household inside and outside ({{household}}, {{head}}, {{village}}, {{phone}} …: world.py).
Then: ./run test rights --write, and review the lines that joined tests/rights/matrix.txt.
"""


def addresses() -> dict[str, list[URLPattern]]:
    """Every named address of the URLconf; one name may have several patterns."""
    found: dict[str, list[URLPattern]] = {}
    patterns: list[URLPattern | URLResolver] = get_resolver().url_patterns
    for name, pattern in pages(patterns):
        found.setdefault(name, []).append(pattern)
    return found


# --- nothing is left out -------------------------------------------------------------------------------------------


def test_every_address_has_an_entry() -> None:
    known = addresses()
    missing = sorted(known.keys() - PAGES.keys() - NOT_WALKED.keys())
    if missing:
        names = list(known[missing[0]][0].pattern.converters)
        args = f", {{{', '.join(f'{name!r}: …' for name in names)}}}" if names else ""
        pytest.fail(HOW_TO_ADD.format(missing=", ".join(missing), first=missing[0], args=args))


def test_no_entry_is_of_an_address_that_is_gone() -> None:
    assert sorted(PAGES.keys() | NOT_WALKED.keys()) == sorted(addresses().keys() & (PAGES.keys() | NOT_WALKED.keys()))


def test_every_pattern_of_a_name_is_asked() -> None:
    """A name may have two patterns, with and without a person: each has an Ask with its parameters."""
    unasked = [
        f"{name} with {sorted(pattern.pattern.converters) or 'no parameters'}"
        for name, patterns in addresses().items()
        if name in PAGES
        for pattern in patterns
        if not any(ask.args.keys() == pattern.pattern.converters.keys() for ask in PAGES[name])
    ]
    assert not unasked


def test_what_is_asked_at_an_address_has_a_name_of_its_own() -> None:
    doubled = {name for name, asks in PAGES.items() if len({ask.what for ask in asks}) < len(asks)}
    assert not doubled


# --- who may share a walk ------------------------------------------------------------------------------------------


def test_roles_that_share_a_walk_have_equal_rights() -> None:
    for roles in groups():
        assert len({rights_of(role) for role in roles}) == 1
        entries = [pack().roles[role] for role in roles]
        asked = {one.rights & asked_rights() for one in entries}
        assert len(asked) == 1, roles
        assert len({(one.level, one.sees, one.sectors, one.compartments, one.masks) for one in entries}) == 1, roles
    assert sorted(role for roles in groups() for role in roles) == sorted(pack().roles)


def test_no_code_names_a_role(pytestconfig: pytest.Config) -> None:
    """Else two roles of equal rights could act differently, and one walk would not speak for both."""
    named = {
        f"{file.relative_to(pytestconfig.rootpath)}: {role}"
        for file in (pytestconfig.rootpath / "onestop").rglob("*")
        if file.suffix in {".py", ".html"} and not {"tests", "management"} & set(file.parts)
        for role in table().keys() - {"public", "ministry", "employer", "applicant"}  # words of their own as well
        if f'"{role}"' in (text := file.read_text("utf-8")) or f"'{role}'" in text
    }
    assert not named


# --- the rights table itself ----------------------------------------------------------------------------------------


def test_only_who_may_read_the_registry_sees_persons() -> None:
    for role in pack().roles.values():
        assert role.sees_people == ("registry.read" in role.rights), role.code


def test_what_is_done_to_persons_needs_that_they_are_seen() -> None:
    of_persons = {"registry.answer", "registry.register", "crosstable.read", "export.write"}
    for role in pack().roles.values():
        assert not (role.rights & of_persons) or role.sees_people, role.code


def test_who_registers_people_masks_nothing_there() -> None:
    """Who writes a column sees it; the others are held by the walk."""
    for role in pack().roles.values():
        assert not ("registry.register" in role.rights and role.masks), role.code


def test_a_compartment_is_held_by_few_and_by_no_rank() -> None:
    """A new holder is a decision that shows here."""
    holders = {
        name: {role.code for role in pack().roles.values() if name in role.compartments} for name in compartments()
    }
    assert holders == HOLDERS


# --- the walk -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_nothing_of_outside_is_shown_counted_offered_or_written(
    subject: Subject, walk_of: Callable[[Subject], Walk]
) -> None:
    leaks = walk_of(subject).leaks
    assert not leaks, "\n" + "\n".join(leaks)


@pytest.mark.slow
def test_what_a_role_masks_is_seen_by_the_clerk(walk_of: Callable[[Subject], Walk]) -> None:
    """Else a mask would hold because nothing is shown to anybody: the walk of the clerk meets every kind."""
    clerk = next(one for one in SUBJECTS if one.name == "commune_assistant")
    shown = {word for one in walk_of(clerk).asked for word in one.outcome.partition("shows ")[2].split(",")[0].split()}
    masked = {kind for role in pack().roles.values() for kind in role.masks}
    assert masked and masked <= shown, f"{masked - shown} is masked for some, and shown to nobody"


@pytest.mark.slow
def test_the_walk_goes_as_the_reviewed_matrix_says(walk_of: Callable[[Subject], Walk]) -> None:
    # the first of a group stands for all, also where each has walked for itself
    found = matrix.lines_of(replace(walk_of(one), subject=one) for one in subjects())
    if os.environ.get("ONESTOP_RIGHTS") == "write":
        matrix.write(found)
    differing = matrix.difference(found)
    assert not differing, (
        "Rights changed. If that is wanted: ./run test rights --write, and review tests/rights/matrix.txt.\n"
        + "\n".join(differing[:120])
    )


@pytest.mark.slow
@pytest.mark.skipif(not EVERY_ROLE, reason="the longer walk: ./run test rights --all")
@pytest.mark.parametrize("roles", [roles for roles in groups() if len(roles) > 1], ids=lambda roles: roles[0])
def test_each_role_of_a_group_walks_alike(roles: tuple[str, ...], walk_of: Callable[[Subject], Walk]) -> None:
    by_name = {subject.name: subject for subject in SUBJECTS}
    first, *others = [walk_of(by_name[role]).asked for role in roles]
    assert all(other == first for other in others)
