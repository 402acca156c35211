"""Who works here, where, and as what. One file a noun."""

from onestop.staff.models.committees import Committee, CommitteeMember
from onestop.staff.models.officers import Officer, RoleAssignment
from onestop.staff.models.organisation import Days, Office, OfficeSetting, Partner
from onestop.staff.models.sheets import StaffingSheet

__all__ = [
    "Committee",
    "CommitteeMember",
    "Days",
    "Office",
    "OfficeSetting",
    "Officer",
    "Partner",
    "RoleAssignment",
    "StaffingSheet",
]
