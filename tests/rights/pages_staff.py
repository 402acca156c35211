"""What is asked of the organisation, of accounts and at the door (see pages.py)."""

from typing import Final

from tests.rights.asks import Ask, get, post

OF_OFFICE: Final = {"pk": "{office}"}
OF_SPARE: Final = {"pk": "{spare}"}
OF_COMMITTEE: Final = {"pk": "{committee}"}
OF_MEMBER: Final = {"pk": "{committee}", "number": "{member}"}
OF_PARTNER: Final = {"pk": "{partner}"}
OF_ACCOUNT: Final = {"pk": "{officer}"}
NAMED: Final = {"name_km": "ថ្មី", "name_latin": "New"}
WHY: Final = {"because": "asked by the walk"}
VOID: Final = {"reason": "asked by the walk", "version": "1"}

OFFICES: Final[dict[str, list[Ask]]] = {
    "staff:offices": [
        get("opens"),
        get("looks for the office", q="{office_code}"),
        get("chooses a kind", kind="front"),
    ],
    "staff:new-office": [
        get("opens"),
        post("adds one", code="NEW_OFFICE", kind="front", unit_code="{village}", **NAMED),
    ],
    "staff:officers": [get("opens")],
    "staff:office": [get("opens", OF_OFFICE)],
    "staff:edit-office": [
        get("opens", OF_OFFICE),
        post("changes the name", OF_OFFICE, kind="front", unit_code="{village}", version="1", **NAMED),
        post("names the officer", OF_OFFICE, kind="front", unit_code="{village}", version="1",
             accountable="{officer}", **NAMED),
        post("is too late", OF_OFFICE, kind="front", unit_code="{village}", version="0", **NAMED),
    ],
    "staff:open-office": [post("opens it", OF_OFFICE, opened_on="1/6/2014", version="1")],
    "staff:close-office": [
        post("closes one that is not open", OF_OFFICE, closed_on="1/6/2014", version="1"),
        post("closes it", OF_SPARE, closed_on="1/6/2014", version="2"),
    ],
    "staff:void-office": [
        post("takes out one with people", OF_OFFICE, **VOID),
        post("takes it out", OF_SPARE, **VOID | {"version": "2"}),
    ],
    "staff:choose-setting": [
        post(
            "chooses",
            {**OF_OFFICE, "key": "village_role"},
            **{
                "village_role-value": "vdc",
                "village_role-unit_code": "{village}",
                "village_role-valid_from": "11/6/2014",
            },
        )
    ],
    "staff:committees": [get("opens")],
    "staff:new-committee": [
        get("opens"),
        post("adds one", kind="village_chief", unit_code="{village}", valid_from="1/6/2014"),
    ],
    "staff:committee": [get("opens", OF_COMMITTEE)],
    "staff:edit-committee": [
        get("opens", OF_COMMITTEE),
        post("changes the name", OF_COMMITTEE, valid_from="1/1/2013", version="1", **NAMED),
    ],
    "staff:void-committee": [post("takes it out", OF_COMMITTEE, reason="asked by the walk", version="1")],
    "staff:new-member": [
        get("opens", OF_COMMITTEE),
        post("seats a name", OF_COMMITTEE, sex="F", position="member", capacity="village", mandate="1",
             valid_from="1/6/2014", **NAMED),
        post("seats the officer", OF_COMMITTEE, officer="{officer}", sex="F", position="member", capacity="village",
             mandate="1", valid_from="1/6/2014"),
    ],
    "staff:member": [
        get("opens", OF_MEMBER),
        post("ends the mandate", OF_MEMBER, sex="F", position="chair", capacity="village", mandate="1",
             valid_from="1/1/2013", valid_to="1/6/2014", version="1", **NAMED),
    ],
    "staff:void-member": [post("takes it out", OF_MEMBER, reason="asked by the walk", version="1")],
    "staff:partners": [get("opens")],
    "staff:new-partner": [
        get("opens"),
        post("adds one", code="new-partner", kind="ngo", unit_code="{village}", contact_phone="012345678", **NAMED),
    ],
    "staff:partner": [
        get("opens", OF_PARTNER),
        post("changes it", OF_PARTNER, kind="ngo", unit_code="{village}", contact_phone="012345678", version="1",
             **NAMED),
    ],
    "staff:void-partner": [post("takes it out", OF_PARTNER, reason="asked by the walk", version="1")],
}  # fmt: skip

ACCOUNTS: Final[dict[str, list[Ask]]] = {
    "staff:accounts": [
        get("opens"),
        get("looks for the officer", q="{username}"),
        get("chooses the office", office="{office_code}"),
        get("chooses a role", role="commune_assistant"),
        get("chooses a state", state="waiting"),
    ],
    "staff:new-account": [
        get("opens"),
        post("makes one", username="new.one", office="{office}", language="km", **NAMED),
        post("takes the name of another", username="{username}", office="{office}", language="km", **NAMED),
    ],
    "staff:account": [get("opens", OF_ACCOUNT)],
    "staff:change-account": [
        post("changes the name", OF_ACCOUNT, office="{office}", seen="{officer_seen}", **NAMED),
        post("is too late", OF_ACCOUNT, office="{office}", seen="changed meanwhile", **NAMED),
    ],
    "staff:put-under": [post("puts under nobody", OF_ACCOUNT, supervisor="")],
    "staff:suspend-account": [post("suspends", OF_ACCOUNT, **WHY), post("gives no reason", OF_ACCOUNT, because="")],
    "staff:reopen-account": [post("opens it again", OF_ACCOUNT, **WHY)],
    "staff:remove-factor": [post("removes it", OF_ACCOUNT, **WHY)],
    "staff:give-first-password": [post("gives one", OF_ACCOUNT)],
    "staff:end-sessions": [post("ends them", OF_ACCOUNT)],
    "staff:give-role": [
        post("sees it first", OF_ACCOUNT, role="commune_assistant", unit_code="{commune}", valid_from="2014-07-01"),
        post("gives it", OF_ACCOUNT, role="commune_clerk", unit_code="{commune}", valid_from="2014-07-01", seen="1"),
        post("gives one elsewhere", OF_ACCOUNT, role="commune_clerk", unit_code="010201", valid_from="2014-07-01",
             seen="1"),
        post("gives a wider one", OF_ACCOUNT, role="national_board", unit_code="", valid_from="2014-07-01", seen="1"),
    ],
    "staff:end-role": [
        get("looks it over", {**OF_ACCOUNT, "role": "{role}"}),
        post("ends it", {**OF_ACCOUNT, "role": "{role}"}),
    ],
    "staff:my-account": [get("opens")],
    "staff:my-password": [
        get("opens"),
        post("gives a wrong old one", old_password="not-the-password", new_password="a-new-one-of-the-walk-9",
             new_password_again="a-new-one-of-the-walk-9"),
    ],
    "staff:my-factor": [get("opens")],
    "staff:my-codes": [get("opens"), post("makes new ones")],
    "staff:end-other-sessions": [post("ends them")],
    "staff:end-session": [post("ends that of the officer", {"number": "{session}"})],
    "staff:prove": [get("opens"), post("gives a wrong password", password="not-the-password", next="/")],
    "staff:kept": [get("opens that of the officer", {"key": "{kept}"})],
    "staff:kept-plain": [get("opens that of the officer", {"key": "{kept}"})],
}  # fmt: skip

DOOR: Final[dict[str, list[Ask]]] = {
    "staff:sign-in": [
        get("opens"),
        post("tries the password of another", username="clerk.dulwick", password="not-the-password"),
    ],
    "staff:code": [get("opens"), post("guesses", code="000000")],
    "staff:first-password": [
        get("opens"),
        post("chooses one", new_password="a-new-one-of-the-walk-9", new_password_again="a-new-one-of-the-walk-9"),
    ],
    "staff:second-factor": [get("opens"), post("guesses", code="000000")],
    "staff:sign-out": [post("goes")],
}

WORK: Final[dict[str, list[Ask]]] = {
    "staff:help": [get("opens")],
    "staff:ask-for-help": [
        get("opens", page="desk:folder"),
        post("asks", page="desk:folder", words="the walk asks"),
        post("writes a telephone", page="desk:folder", words="call 012 345 678"),
    ],
    "staff:help-request": [get("opens", {"pk": "{help}"})],
    "staff:help-step": [
        post("answers", {"pk": "{help}", "verb": "answer"}, answer="the walk answers"),
        post("closes", {"pk": "{help}", "verb": "close"}),
        post("asks once more", {"pk": "{help}", "verb": "reopen"}, again="the walk asks"),
    ],
    "staff:help-take": [post("takes it", {"pk": "{help}"})],
    "staff:same-human": [
        get("opens", OF_ACCOUNT),
        post("joins it with another", OF_ACCOUNT, other="{officer}"),
        Ask("parts it again", "POST", OF_ACCOUNT, {"what": "other", **WHY}),
    ],
    "staff:away": [
        get("opens"),
        get("chooses the officer", officer="{officer}"),
        post("goes", from_on="2014-07-01", to_on="2014-07-05", stand_in=""),
        post("names the officer", from_on="2014-07-01", to_on="2014-07-05", stand_in="{officer}"),
    ],
    "staff:back": [post("comes back for the officer", {"pk": "{absence}"})],
    "staff:away-of": [
        get("opens", OF_ACCOUNT),
        post("enters one", OF_ACCOUNT, from_on="2014-07-01", to_on="2014-07-05", stand_in=""),
        post("names the officer", OF_ACCOUNT, from_on="2014-07-01", to_on="2014-07-05", stand_in="{officer}"),
    ],
    "staff:back-of": [post("ends that of the officer", {**OF_ACCOUNT, "absence": "{absence}"})],
    "staff:hand-over": [
        get("opens", OF_ACCOUNT),
        post("gives it back to the office", OF_ACCOUNT, **WHY),
        post("gives it to the officer", OF_ACCOUNT, to="{officer}", **WHY),
    ],
}

GLASS: Final[dict[str, list[Ask]]] = {
    "staff:break-glass": [
        get("opens"),
        post("opens the place", place="{village}", reason="The walk asks, as if somebody were in need there."),
        post("gives no reason", place="{village}", reason="x"),
    ],
    "staff:glass-reviews": [get("opens")],
    "staff:glass-review": [
        post("reviews it", {"pk": "{glass}"}, **{"{glass}-finding": "in_order"}),
        post("finds nothing", {"pk": "{glass}"}),
        post("reviews one that is not there", {"pk": "{absence}"}),
    ],
    "staff:glass-close": [
        post("closes it", {"pk": "{glass}"}),
        post("closes one that is not there", {"pk": "{absence}"}),
    ],
}

# A sheet is seen by who brought it alone
STAFFING: Final[dict[str, list[Ask]]] = {
    "staff:staffing": [get("opens"), post("brings no file")],
    "staff:staffing-template": [get("takes the empty workbook")],
    "staff:staffing-sheet": [get("opens that of the officer", {"pk": "{sheet}"})],
    "staff:save-staffing": [post("saves that of the officer", {"pk": "{sheet}"})],
    "staff:give-up-staffing": [post("forgets that of the officer", {"pk": "{sheet}"})],
}
