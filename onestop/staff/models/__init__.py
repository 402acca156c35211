"""Who works here, where, and as what. One file a noun."""

from onestop.staff.models.officers import Office, Officer, RoleAssignment

__all__ = ["Office", "Officer", "RoleAssignment"]
