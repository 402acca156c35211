"""Who works here, where, and as what. One file a noun."""

from onestop.staff.models.accounts import (
    Account,
    KeptForm,
    KnownDevice,
    OfficerSession,
    RecoveryCode,
    SignInThrottle,
)
from onestop.staff.models.break_glass import BreakGlass, Finding
from onestop.staff.models.committees import Committee, CommitteeMember
from onestop.staff.models.officers import Officer, RoleAssignment
from onestop.staff.models.organisation import Days, Office, OfficeSetting, Partner
from onestop.staff.models.sheets import StaffingSheet
from onestop.staff.models.work import Absence, HelpRequest, Worked

__all__ = [
    "Absence",
    "Account",
    "BreakGlass",
    "Committee",
    "CommitteeMember",
    "Days",
    "Finding",
    "HelpRequest",
    "KeptForm",
    "KnownDevice",
    "Office",
    "OfficeSetting",
    "Officer",
    "OfficerSession",
    "Partner",
    "RecoveryCode",
    "RoleAssignment",
    "SignInThrottle",
    "StaffingSheet",
    "Worked",
]
