"""What is asked of people's own information, of histories and of the journal (see pages.py)."""

from typing import Final

from tests.rights.asks import Ask, get, post

OF_PERSON: Final = {"person": "{head}"}
OF_HOUSEHOLD: Final = {"household": "{household}"}
OF_REQUEST: Final = {"pk": "{correction}"}
OF_DOUBLE: Final = {"pk": "{double}"}
AS_WRITTEN: Final = {
    "family_name_km": "{family_km}",
    "given_name_km": "{given_km}",
    "family_name_latin": "{family_latin}",
    "sex": "F",
    "birth": "9/3/1979",
}

PEOPLE: Final[dict[str, list[Ask]]] = {
    "desk:person": [get("opens", {"key": "{alone}"}), get("opens that of a member", {"key": "{head}"})],
    "registry:notice": [get("opens")],
    "registry:privacy": [
        get("opens", OF_PERSON),
        post("tells the notice", OF_PERSON, how="read"),
        post("tells it in no way", OF_PERSON, how="loudly"),
    ],
    "registry:ask-correction": [
        get("opens", OF_PERSON),
        post("asks for another name", OF_PERSON, given_name_latin="Another", proof="seen by the walk", **AS_WRITTEN),
        post("shows no proof", OF_PERSON, given_name_latin="Another", proof="", **AS_WRITTEN),
    ],
    "registry:corrections": [get("opens"), get("opens all", all="1")],
    "registry:correction": [
        get("opens", OF_REQUEST),
        post("approves", OF_REQUEST, step="approve"),
        post("refuses", OF_REQUEST, step="refuse", reason="asked by the walk"),
        post("takes it back", OF_REQUEST, step="withdraw", reason="asked by the walk"),
    ],
}

# The narrow door tells of somebody outside at which office since when: page `registry:elsewhere`, and nothing else
ELSEWHERE: Final[dict[str, list[Ask]]] = {
    "registry:elsewhere": [
        get("opens"),
        post("asks by number", number="{number}", purpose="register"),
        post("asks by a paper", kind="citizen_id", paper="{paper}", purpose="serve"),
        post("asks by name", family="{family_km}", given="{given_km}", sex="F", birth="9/3/1979", purpose="register"),
        post("says no purpose", number="{number}"),
        post("asks in two ways", number="{number}", kind="citizen_id", paper="{paper}", purpose="register"),
    ],
    "registry:doubles": [get("opens"), get("opens all", all="1")],
    "registry:double": [
        get("opens", OF_DOUBLE),
        post("settles it", OF_DOUBLE, outcome="different_person"),
        post("opens it again before it is settled", OF_DOUBLE, step="reopen", reason="Another paper"),
        post("opens a settled one again", {"pk": "{settled}"}, step="reopen", reason="Another paper"),
        post("opens a settled one again without a reason", {"pk": "{settled}"}, step="reopen"),
        post("settles it as nothing", OF_DOUBLE, outcome="nothing"),
    ],
}


def _histories() -> list[Ask]:
    kinds = {
        "registry.household": "{household}",
        "registry.person": "{head}",
        "programmes.programme": "HEF",
        "staff.office": "{office}",
        "staff.officer": "{officer}",
        "staff.committee": "{committee}",
        "staff.partner": "{partner}",
    }
    asks = [get(f"opens that of {kind}", {"kind": kind, "key": key}) for kind, key in kinds.items()]
    asks.append(get("opens that of CLMS", {"kind": "programmes.programme", "key": "CLMS"}))
    asks.append(get("opens that of no kind", {"kind": "registry.answersheet", "key": "{head}"}))
    return asks


JOURNAL: Final[dict[str, list[Ask]]] = {
    "desk:who-opened": [get("opens", OF_HOUSEHOLD)],
    "desk:who-opened-paper": [post("prints it", OF_HOUSEHOLD)],
    "desk:record-history": _histories(),
    "desk:days": [get("opens")],
    "desk:days-paper": [post("prints the last day")],
    "desk:days-file": [post("takes the file")],
    "desk:doctor": [get("opens")],
}
