"""Every write of this room, one function a verb: keyword-only after its subject, `by=` the officer, one transaction.

An action checks the officer's right at the place, locks the person or household, writes, makes the wide rows anew and
journals once. What is wrong comes back as a ValidationError with a sentence for the reader; nothing is half done.
"""

from onestop.registry.actions.answering import answer, correct_answer
from onestop.registry.actions.correcting import (
    approve_correction,
    ask_correction,
    refuse_correction,
    tell_correction,
    withdraw_correction,
)
from onestop.registry.actions.doubles import look_for_doubles, reopen_double, settle_double
from onestop.registry.actions.families import (
    add_member,
    change_head,
    leave,
    move_household,
    move_person,
    record_birth,
    record_death,
    split_household,
)
from onestop.registry.actions.mending import change_household, change_person, merge, void
from onestop.registry.actions.papers import record_document, record_poverty_status
from onestop.registry.actions.privacy import disclose, give_notice
from onestop.registry.actions.registering import NewPerson, register_household, register_person
from onestop.registry.writing import StaleSave

__all__ = [
    "NewPerson",
    "StaleSave",
    "add_member",
    "answer",
    "approve_correction",
    "ask_correction",
    "change_head",
    "change_household",
    "change_person",
    "correct_answer",
    "disclose",
    "give_notice",
    "leave",
    "look_for_doubles",
    "merge",
    "move_household",
    "move_person",
    "record_birth",
    "record_death",
    "record_document",
    "record_poverty_status",
    "register_household",
    "refuse_correction",
    "register_person",
    "reopen_double",
    "settle_double",
    "split_household",
    "tell_correction",
    "void",
    "withdraw_correction",
]
