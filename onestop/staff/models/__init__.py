"""Who works here, where, and as what. One file a noun."""

from onestop.staff.models.officers import Days, Office, Officer, RoleAssignment

__all__ = ["Days", "Office", "Officer", "RoleAssignment"]
