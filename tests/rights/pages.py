"""What is asked at every address: the table that a new page joins.

PAGES has one entry for each named address of the URLconf. An entry is a list of Asks:

    "desk:folder": [Ask("opens", args={"household": "{household}"})],

`args` fill the address and `data` the query (GET) or the form (POST); texts in braces are fields of a made-up household
(world.py, `_place`). An Ask with a brace is made twice by every subject: of the household at home, inside everybody's
area, and of the nearest one outside the subject's area. A form gets a fresh idempotency key by itself. Every other
method (HEAD, OPTIONS, POST with an empty form, PUT, PATCH, DELETE) is tried by itself with the args of the first Ask.
"""

from typing import Final

from tests.rights.asks import Ask, get, post
from tests.rights.pages_people import ELSEWHERE, JOURNAL, PEOPLE
from tests.rights.pages_staff import ACCOUNTS, DOOR, GLASS, OFFICES, STAFFING, WORK

# Addresses that are walked by nobody, each with its reason
NOT_WALKED: Final = {
    "ui:components": "a show-case of components with invented people, in debug and tests only",
    "ui:components-public": "as ui:components",
    "ui:components-error": "as ui:components",
}
OF_HOUSEHOLD: Final = {"household": "{household}"}
LATER: Final = "2100-01-01T00:00:00+00:00"  # when the question was shown: after every answer
STATES: Final = ["receiving", "eligible", "unknown", "not_eligible"]


def question(of: str, name: str) -> dict[str, str]:
    return {**OF_HOUSEHOLD, "of": of, "name": name}


def why(programme: str, **person: str) -> dict[str, str]:
    return {**OF_HOUSEHOLD, "programme": programme, **person}


def _search() -> list[Ask]:
    """People search by each thing a person may be known by."""
    known_by = [
        "family_km",
        "given_km",
        "family_latin",
        "given_latin",
        "number",
        "child_number",
        "folder",
        "phone",
        "paper",
        "card",
        "household",
    ]
    asks = [get("opens"), post("sends it empty", q="")]
    asks += [post(f"looks for the {name}", q=f"{{{name}}}") for name in known_by]
    asks.append(post("looks for a part of the name", q="{given_latin:.4}"))
    asks.append(post("looks for the name in a village", q="{family_latin}", place="{village}"))
    asks.append(post("looks for the name in a commune", q="{family_latin}", place="{commune}"))
    asks.append(post("looks for the name by year of birth", q="{family_latin}", born="1979"))
    return asks


def _lists() -> list[Ask]:
    """Cross-table 1 on the screen."""
    asks = [get("opens")]
    for programme in ("HEF", "CLMS", "THR"):
        asks.append(get(f"lists {programme}", programme=programme, unit="{commune}", state=STATES))
    asks.append(get("lists HEF of a village", programme="HEF", unit="{commune}", village="{village}", state=STATES))
    asks.append(get("lists HEF of the own area", programme="HEF", state=STATES))
    asks.append(get("turns the page after a person", programme="HEF", state=STATES, after="{head}"))
    return asks


def _exports() -> list[Ask]:
    why = {"purpose": "programme", "recipient": "the walk"}
    asked: dict[str, str | list[str]] = {"unit": "{commune}", "state": ["receiving", "eligible"]}
    asks = [
        post(f"takes {programme} as {kind}", programme=programme, kind=kind, **asked, **why)
        for kind in ("xlsx", "csv", "chief")
        for programme in ("HEF", "CLMS")
    ]
    asks.append(post("says no purpose", programme="HEF", kind="csv", **asked))
    return asks


def _trials() -> list[Ask]:
    def tries(what: str, rules: str, **more: str) -> Ask:
        return post(what, rules=rules, kind="person", unit="{commune}", on="", **{"against": "", **more})

    return [
        get("opens"),
        get("begins with HEF", programme="HEF"),
        get("begins with CLMS", programme="CLMS"),
        tries("tries a rule", "person.age >= 5"),
        tries("compares with HEF", "person.age >= 5", against="HEF"),
        tries("compares with CLMS", "person.age >= 5", against="CLMS"),
        tries("asks a fact of child protection", "person.working_child"),
        tries("misspells a fact of child protection", "person.working_chil"),
        tries("misspells a fact of health", "person.hivv"),
        tries("asks a fact of health", "person.hiv"),
        tries("names a programme of child protection", 'person.enrolled("CLMS")'),
        tries("misspells a programme of child protection", 'person.enrolled("CLM")'),
    ]


PAGES: Final[dict[str, list[Ask]]] = {
    "areas:home": [get("opens"), get("looks for a place", q="Char")],
    "areas:tree": [get("opens", {"code": "{commune}"}), get("opens the district", {"code": "{district}"})],
    "desk:answer": [
        get("is asked", question("{head}", "chronic_illness")),
        get("is asked of the child", question("{child}", "grade")),
        get("is asked for health", question("{head}", "hiv")),
        get("is asked for child protection", question("{child}", "working_child")),
        get("is asked for the birth", question("{head}", "birth_date")),
        get("is asked for the poverty status", question("household", "id_poor")),
        post("answers", question("{head}", "chronic_illness"), answer="no", back="folder", asked_at=LATER),
        post("answers for health", question("{head}", "hiv"), answer="no", back="folder", asked_at=LATER),
        post(
            "answers for child protection",
            question("{child}", "working_child"),
            answer="no",
            back="folder",
            asked_at=LATER,
        ),
        post("is too late", question("{head}", "chronic_illness"), answer="no", back="folder"),
        post("does not know", question("{child}", "grade"), not_known="1", back="folder"),
        post("answers what is no answer", question("{child}", "grade"), answer="ninetynine", back="folder"),
        post("writes the birth", question("{head}", "birth_date"), answer_date="9/3/1978", version="{head_version}"),
        post("writes the birth too late", question("{head}", "birth_date"), answer_date="9/3/1978", version="0"),
        post(
            "writes the poverty status",
            question("household", "id_poor"),
            level="2",
            valid_from="1/1/2014",
            card_number="KHM-4711",
            asked_at=LATER,
        ),
        post("writes it too late", question("household", "id_poor"), level="2", valid_from="1/1/2014"),
    ],
    "desk:crosstable": _lists(),
    "desk:crosstable-export": _exports(),
    "desk:folder": [
        get("opens", OF_HOUSEHOLD),
        get("opens with everything", OF_HOUSEHOLD, all="1", questions="all"),
        get("opens on a past day", OF_HOUSEHOLD, on="2014-03-01"),
    ],
    "desk:history": [get("opens", OF_HOUSEHOLD), get("opens of a member", OF_HOUSEHOLD, of="{head}")],
    "desk:home": [get("opens")],
    "desk:place": [
        get("opens the village", {"code": "{village}"}),
        get("opens the commune", {"code": "{commune}"}),
        get("opens the district", {"code": "{district}"}),
        get("opens the province", {"code": "{province}"}),
        get("opens the nation", {"code": "khm"}),
    ],
    "desk:reason": [
        get("opens HEF", why("HEF", person="{head}")),
        get("opens CLMS", why("CLMS", person="{child}")),
        get("opens THR", why("THR")),
    ],
    "desk:search": _search(),
    "eligibility:programme": [get("opens HEF", {"code": "HEF"}), get("opens CLMS", {"code": "CLMS"})],
    "eligibility:programmes": [
        get("opens"),
        get("looks for a programme of child protection", q="CLMS"),
        get("chooses a sector", sector="labour"),
    ],
    "eligibility:try": _trials(),
    "ui:language": [
        post("chooses Khmer", language="km", next="/"),
        post("is led away", language="km", next="//x.org/"),
    ],
    **DOOR,
    **OFFICES,
    **ACCOUNTS,
    **WORK,
    **GLASS,
    **STAFFING,
    **PEOPLE,
    **ELSEWHERE,
    **JOURNAL,
}
