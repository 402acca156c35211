"""What the journal says about the organisation: offices, roles, committees, partners, setting up, emergencies."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from onestop.journal.verbs import declare

OFFICE_ADDED: Final = declare("office.added", _("{officer} added an office: {note}."))
OFFICE_OPENED: Final = declare("office.opened", _("{officer} opened an office: {note}."))
OFFICE_CLOSED: Final = declare("office.closed", _("{officer} closed an office: {note}."))
SETTING_CHOSEN: Final = declare("office.setting_chosen", _("{officer} chose how an office works: {note}."))
ROLE_GIVEN: Final = declare("role.given", _("{officer} gave a role: {note}."))
ROLE_ENDED: Final = declare("role.ended", _("{officer} ended a role: {note}."))
PUT_UNDER: Final = declare("officer.put_under", _("{officer} said who supervises whom: {note}."))
COMMITTEE_ADDED: Final = declare("committee.added", _("{officer} added a committee: {note}."))
MEMBER_SEATED: Final = declare("committee.member_seated", _("{officer} added a member of a committee: {note}."))
PARTNER_ADDED: Final = declare("partner.added", _("{officer} added a partner: {note}."))
CHANGED: Final = declare("organisation.changed", _("{officer} changed {subject}: {note}."))
VOIDED: Final = declare("organisation.voided", _("{officer} took out {subject}: {note}"))
SHEET_READ: Final = declare("staffing.read", _("{officer} brought a spreadsheet to set up offices. {note}"))
SHEET_SAVED: Final = declare("staffing.saved", _("{officer} set up offices from a spreadsheet. {note}"))
GLASS_BROKEN: Final = declare("staff.glass_broken", _("{officer} opened a place in an emergency. {note}"))
GLASS_CLOSED: Final = declare("staff.glass_closed", _("{officer} closed a place open in an emergency."))
GLASS_REVIEWED: Final = declare("staff.glass_reviewed", _("{officer} reviewed an emergency opening. {note}"))
