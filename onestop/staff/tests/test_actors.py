"""roles.yaml against the actors of the study (tables 7-10 and part 2 (d) of the requirements), typed here."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from onestop.areas.country import Country, PackRefused, pack
from onestop.areas.rights import RIGHTS

# Requirements, part 2 (d), row by row: actor → (tier, the roles that stand for it)
ACTORS = {
    "Applicant, member, family": (4, {"applicant"}),
    "General public": (4, {"public"}),
    "VDC chair, deputy, secretary, members / village chief; volunteers": (
        4,
        {"village_chair", "village_member", "village_volunteer"},
    ),
    "SSDM commune assistant (CA)": (3, {"commune_assistant"}),
    "Commune chief, deputies (social affairs); clerk": (3, {"commune_chief", "commune_clerk"}),
    "Commune CWCC / TCC": (3, {"commune_committee"}),
    "Commune council": (3, {"commune_council"}),
    "SSDM assistant (DA)": (2, {"district_assistant"}),
    "Planning (and commune support) officer": (2, {"planning_officer"}),
    "Administrative and finance officer": (2, {"finance_officer"}),
    "Inter-sector officer": (2, {"intersector_officer"}),
    "IT officer": (2, {"it_officer"}),
    "Technical officers (health, education, social affairs, labour, rural development)": (
        2,
        {
            "technical_officer",
            "technical_health",
            "technical_education",
            "technical_social_affairs",
            "technical_labour",
            "technical_rural_development",
        },
    ),
    "Administration director, district": (2, {"district_director"}),
    "Administration director, province": (1, {"provincial_director"}),
    "Governor, deputies, board of governors, district": (2, {"district_governor"}),
    "Governor, deputies, board of governors, province": (1, {"provincial_governor"}),
    "District CWCC, TCC; workers', employers', NGO representatives": (
        2,
        {"district_committee", "committee_representative"},
    ),
    "District councils; Procurement Committee": (2, {"district_council", "procurement_committee"}),
    "Provincial councils": (1, {"provincial_council"}),
    "District council coordination officer, district advisor (NCDD-S)": (
        2,
        {"council_coordinator", "district_advisor"},
    ),
    "Case managers, social workers, hotline workers": (2, {"case_manager", "social_worker", "hotline_worker"}),
    "Programme officers, implementing NGOs": (2, {"programme_officer"}),
    "Delivery points (health centre, school, training centre, job centre)": (3, {"delivery_point"}),
    "WFP, HEF/CBHI operators, NSSF": (2, {"scheme_operator"}),
    "Community leaders, CBOs, local NGOs, enterprises, social partners": (3, {"community_partner"}),
    "Employers, Job Centre/NEA": (2, {"employer"}),
    "Banks, MFIs (Acleda)": (2, {"payment_agent"}),
    "Labour inspectors, CCWC, police/shelters (crisis team)": (2, {"labour_inspector", "protection_partner"}),
    "Consolidation and Information Office; provincial Planning Office": (
        1,
        {"provincial_consolidation", "provincial_planning"},
    ),
    "Statistics and Registry Office": (1, {"provincial_statistics"}),
    "Finance Directorate": (1, {"provincial_finance"}),
    "Capacity Development Office (with NCDD-S officers)": (1, {"provincial_capacity"}),
    "Economic and Social Affairs Office": (1, {"provincial_social_affairs"}),
    "Provincial CWCC, TCC; technical departments": (
        1,
        {
            "provincial_committee",
            "provincial_technical",
            "department_health",
            "department_education",
            "department_social_affairs",
            "department_labour",
            "department_rural_development",
        },
    ),
    "IT team (central)": (0, {"central_it"}),
    "CARD-SPCU, taskforce, national board / NSPC; line ministries; NCDD-S": (
        0,
        {"national_coordination", "national_board", "ministry", "subnational_secretariat"},
    ),
    "Ministry of Planning (ID-Poor)": (0, {"ministry_planning"}),
    "ILO, evaluators, development partners": (0, {"evaluator"}),
}
# Tables 7-10 by the abbreviations of the study, and the names that differ between documents (A11): all find a role
NAMES_IN_THE_DOCUMENTS = [
    *["CIO", "SRO", "PPO", "FD", "CDO", "ESAO", "AD", "BoG"],  # table 7
    *["DA", "PO", "AFO", "ISO", "IT", "TO", "district CWCC", "district TCC"],  # table 8
    *["CA", "commune CWCC", "commune TCC"],  # table 9
    *["VDC chairperson", "VDC deputy", "VDC secretary", "village chief"],  # table 10
    *["SSDM assistant", "planning and commune support officer", "administration and finance officer", "CARD-SPCU"],
]
# ORG-05 and the rows of part 2 (d), as what a role may and may not do
MAY = {
    "commune_assistant": {"registry.register", "application.submit", "grievance.first_round", "card.write"},
    "district_assistant": {"registry.register", "application.submit", "import.write", "card.write"},
    "planning_officer": {"programme.publish", "report.write", "budget.request"},
    "finance_officer": {"census.write", "ledger.write"},
    "intersector_officer": {"grievance.first_round", "grievance.file", "report.write"},
    "it_officer": {"account.write", "office.write", "import.write", "merge.write"},
    "technical_health": {"application.decide", "notification.write"},
    "district_director": {"recommendation.reply", "office.write"},
    "provincial_finance": {"ledger.audit"},
    "provincial_social_affairs": {"communication.write", "grievance.route", "agreement.write"},
    "central_it": {"account.write"},
    "payment_agent": {"payment.write"},
}
SEE_PERSONS = {
    *["commune_assistant", "district_assistant", "planning_officer", "finance_officer", "intersector_officer"],
    *["technical_health", "technical_education", "technical_social_affairs", "technical_labour"],
    *["technical_rural_development", "labour_inspector", "case_manager", "social_worker"],
}


def test_every_actor_has_its_roles_and_every_role_its_actor() -> None:
    expected = {code for _tier, codes in ACTORS.values() for code in codes}
    assert pack().roles.keys() == expected
    for actor, (tier, codes) in ACTORS.items():
        assert {pack().roles[code].level for code in codes} == {tier}, actor


def test_every_name_of_the_documents_finds_a_role() -> None:
    known = {also for role in pack().roles.values() for also in role.also}
    assert set(NAMES_IN_THE_DOCUMENTS) - known == set()


def test_the_rights_of_the_tables_are_given() -> None:
    for code, rights in MAY.items():
        assert rights - pack().roles[code].rights == set(), code


def test_nobody_outside_the_listed_roles_sees_persons() -> None:
    assert {role.code for role in pack().roles.values() if role.sees_people} == SEE_PERSONS


def test_village_roles_committees_and_the_public_open_no_session() -> None:
    shut = {role.code for role in pack().roles.values() if not role.may_sign_in}
    assert {"village_chair", "village_member", "village_volunteer", "applicant", "public"} <= shut
    assert {code for code in pack().roles if code.endswith(("_committee", "_council"))} <= shut


def test_each_right_has_words_in_both_languages_and_is_given_to_somebody() -> None:
    given = {right for role in pack().roles.values() for right in role.rights}
    assert given == RIGHTS.keys()


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str], Country]:
    """The country pack with one text of roles.yaml replaced."""

    def change(old: str, new: str) -> Country:
        folder = tmp_path / "khm"
        shutil.copytree(pack().folder, folder)
        text = (folder / "roles.yaml").read_text("utf-8")
        assert old in text
        (folder / "roles.yaml").write_text(text.replace(old, new, 1), "utf-8")
        return Country(folder)

    return change


def test_moving_a_task_to_another_office_is_an_edit_of_data(changed: Callable[[str, str], Country]) -> None:
    """ORG-44: in another province the inter-sector officer, not the planning officer, publishes programmes."""
    moved = changed("programme.publish, rule.try", "rule.try")
    assert not any("programme.publish" in role.rights for role in moved.roles.values())
    other = Country(moved.folder)
    text = (moved.folder / "roles.yaml").read_text("utf-8")
    (moved.folder / "roles.yaml").write_text(
        text.replace("grievance.file, grievance.first_round, grievance.route", "programme.publish", 1), "utf-8"
    )
    assert {role.code for role in other.roles.values() if "programme.publish" in role.rights} == {"intersector_officer"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("registry.register", "registry.regster", "did you mean registry.register?"),
        ("application.decide, notification.write]", "application.decide, registry.register]", "not be in one hand"),
        ("report.read, ledger.audit]", "ledger.write, ledger.audit]", "not be in one hand"),
        ("may_sign_in: false", "may_sing_in: false", "unknown key"),
        ("stands_for: [technical_health", "stands_for: [technical_helth", "no role of this file"),
    ],
)
def test_a_slip_in_the_roles_is_refused_with_its_line(
    changed: Callable[[str, str], Country], old: str, new: str, says: str
) -> None:
    with pytest.raises(PackRefused, match=r"roles\.yaml:\d+: .*") as refused:
        _ = changed(old, new).roles
    assert says in str(refused.value)
