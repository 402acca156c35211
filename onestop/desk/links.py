"""Where the name of a person, a household, a programme leads."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse


def folder_url(household: UUID) -> str:
    """The family folder."""
    return _there("desk:folder", household)


def reason_url(household: UUID, programme: str, person: UUID | None) -> str:
    """Why: the cell of a person, or of the whole household; the folder where the cell has no page."""
    args = (household, programme) if person is None else (household, programme, person)
    return _there("desk:reason", *args) or folder_url(household)


def _there(name: str, *args: object) -> str:
    """The address, '' where no such page is."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
