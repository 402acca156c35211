"""What /ui/components/ shows: each component once, with invented people. Looked at by eye and by the browser tests."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from onestop.ui import views
from onestop.ui.components import (
    Bar,
    Cell,
    Change,
    Criterion,
    Crumb,
    Known,
    Matrix,
    MatrixColumn,
    MatrixRow,
    Part,
    Question,
    Turn,
)
from onestop.ui.fields import PartialDateField, WholeNumberField
from onestop.ui.pagination import KeysetPage
from onestop.ui.sorting import Sorting
from onestop.ui.timeline import Timeline

TODAY = date(2026, 11, 23)


def two(km: str, en: str) -> dict[str, str]:
    """A text of data in both languages."""
    return {"km": km, "en": en}


GRADES = [(str(number), two(f"ថ្នាក់ទី {number}", f"Grade {number}")) for number in range(1, 10)]
YES_NO = [("true", two("បាទ/ចាស", "Yes")), ("false", two("ទេ", "No"))]


class SampleForm(forms.Form):
    """One field of each kind."""

    family_name_km = forms.CharField(label=_("Family name, Khmer"))
    given_name_km = forms.CharField(label=_("Given name, Khmer"))
    sex = forms.ChoiceField(label=_("Sex"), choices=[("F", _("F")), ("M", _("M"))], widget=forms.RadioSelect)
    born = PartialDateField(
        label=_("Date of birth"),
        read=str,
        ask_precision=True,
        help_text=_("Khmer digits and Buddhist years are accepted."),
    )
    relation = forms.ChoiceField(label=_("Relation"), choices=[("child", _("child")), ("spouse", _("spouse"))])
    rooms = WholeNumberField(label=_("Rooms"), required=False)
    states = forms.MultipleChoiceField(
        label=_("State"), widget=forms.CheckboxSelectMultiple, choices=[("a", _("eligible")), ("b", _("cannot tell"))]
    )
    away = forms.BooleanField(label=_("Lives away for work"), help_text=_("more than three months"), required=False)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)


def matrix() -> Matrix:
    """A household with every state of a cell."""
    house, person = two("សម្រាប់គ្រួសារ", "for the household"), two("សម្រាប់បុគ្គលម្នាក់ៗ", "for each person")
    columns = [
        MatrixColumn(two("របបអាហារយកទៅផ្ទះ", "Take-home ration"), house),
        MatrixColumn(two("ធានារ៉ាប់រងសុខភាពសហគមន៍", "Community health insurance"), house),
        MatrixColumn(two("មូលនិធិសមធម៌សុខាភិបាល", "Health Equity Fund"), person),
        MatrixColumn(two("អាហារូបត្ថម្ភមាតា និងកុមារ", "Mother and child nutrition"), person),
        MatrixColumn(two("អាហារូបករណ៍", "Scholarship"), person),
        MatrixColumn(two("បណ្តុះបណ្តាលវិជ្ជាជីវៈ", "Vocational training"), person),
        MatrixColumn(two("របបវ័យចាស់", "Old-age benefit"), person),
    ]
    no, ask = Cell("not_eligible", "#reason"), Cell("unknown", "#reason")
    has, may = Cell("receiving", "#reason"), Cell("eligible", "#reason")
    rows = [
        MatrixRow(
            two("គ្រួសារទាំងមូល", "Whole household"),
            [ask, no, None, None, None, None, None],
            two("អត្ថប្រយោជន៍មួយ សម្រាប់គ្រួសារមួយ", "one benefit for the household"),
            is_whole=True,
        ),
        MatrixRow(
            two("កែវ សុភា", "Keo Sophea"),
            [None, None, has, ask, no, may, None],
            two("មេគ្រួសារ · ស · 36 ឆ្នាំ", "head · F · 36 y"),
        ),
        MatrixRow(
            two("សុខ រិទ្ធី", "Sok Rithy"),
            [None, None, has, no, Cell("applied", "#reason"), Cell("not_eligible", "#reason", date(2027, 8, 20)), None],
            two("កូន · ប · 14 ឆ្នាំ · ថ្នាក់ទី 8", "son · M · 14 y · grade 8"),
            url="#person",
        ),
        MatrixRow(
            two("ម៉ៅ យឿន", "Mao Yoeun"),
            [None, None, has, no, no, no, Cell("no_programme")],
            two("ម្តាយក្មេក · ស · ប្រហែល 59 ឆ្នាំ", "mother-in-law · F · about 59"),
        ),
    ]
    return Matrix(two("សមាជិក និងកម្មវិធី", "Members and programmes"), columns, rows, two("សមាជិក", "Members"))


def questions() -> list[Question]:
    """One question of each kind."""
    settles = two("កំណត់ឱ្យ៖ របបអាហារយកទៅផ្ទះ អាហារូបករណ៍", "Settles take-home ration, scholarship")
    hidden = {"fact": "school_grade"}
    return [
        Question(
            two(
                "ឆ្នាំសិក្សា 2026–27 នេះ សុខ ចាន់ធី រៀនថ្នាក់ទីប៉ុន្មាន?", "Which grade is Sok Chanthy in this school year, 2026–27?"
            ),
            "#",
            "select",
            GRADES,
            hidden,
            settles,
            3,
            two("ដឹងចុងក្រោយ៖ ថ្នាក់ទី 3 ឆ្នាំ 2025–26", "Last known: grade 3, 2025–26"),
            id="q1",
        ),
        Question(
            two("កែវ សុភា កំពុងមានផ្ទៃពោះ ឬបំបៅកូនដោយទឹកដោះទេ?", "Is Keo Sophea pregnant or breastfeeding?"),
            "#",
            "buttons",
            YES_NO,
            hidden,
            settles,
            1,
            in_private=True,
            id="q2",
        ),
        Question(
            two("ទំហំដីស្រែ", "Size of the rice field"),
            "#",
            "number",
            (),
            hidden,
            settles,
            1,
            unit=two("ហិកតា", "ha"),
            id="q3",
        ),
        Question(
            two("ថ្ងៃសម្រាលដែលរំពឹង", "Expected day of delivery"),
            "#",
            "date",
            (),
            hidden,
            settles,
            1,
            value="14/6/2571",
            id="q4",
            error=two(
                "ឆ្នាំ 2571 ព.ស. គឺ 2028 នៅមិនទាន់មកដល់។ សូមពិនិត្យ។",
                "Year 2571 B.E. is 2028, too far in the future. Please check it.",
            ),
        ),
    ]


def criteria() -> list[Criterion]:
    """A criterion of each outcome, one with its question."""
    told = two("សួរ 12 វិច្ឆិកា 2025 · ប្រើបានតែមួយឆ្នាំសិក្សា", "told 12 Nov 2025 · good for one school year")
    ask = Question(
        two("ឆ្នាំសិក្សា 2026–27 នេះ សុខ ចាន់ធី រៀនថ្នាក់ទីប៉ុន្មាន?", "Which grade is Sok Chanthy in this school year, 2026–27?"),
        "#",
        "radios",
        GRADES,
        {"fact": "school_grade"},
        two("ថ្នាក់ទី 4 5 ឬ 6 → មានសិទ្ធិ។ ចម្លើយផ្សេង → មិនមានសិទ្ធិ។", "Grade 4, 5 or 6 → eligible. Any other → not eligible."),
        3,
        id="q5",
    )
    return [
        Criterion(
            "met",
            two("គ្រួសារមានប័ណ្ណសមធម៌ កម្រិតក្រីក្រ ១ ដែលនៅមានសុពលភាព។", "The household has a valid ID-Poor card of level 1."),
            [
                Known(
                    two("ក្រ.១ · ប្រើបានដល់ 14 ឧសភា 2028", "level 1 · valid to 14 May 2028"),
                    two("បញ្ជីសមធម៌ · ឃើញប័ណ្ណ 15 ឧសភា 2025", "ID-Poor register · card seen 15 May 2025"),
                )
            ],
        ),
        Criterion(
            "unknown",
            two("មានសមាជិកម្នាក់រៀនថ្នាក់ទី ៤ ៥ ឬ ៦។", "A member of the household is a pupil in grade 4, 5 or 6."),
            [Known(two("សុខ ចាន់ធី៖ ថ្នាក់ទី 3 ឆ្នាំ 2025–26", "Sok Chanthy: grade 3 in 2025–26"), told, is_stale=True)],
            question=ask,
        ),
        Criterion(
            "not_met",
            two("សាលារៀនរបស់សិស្សនោះ ស្ថិតក្នុងកម្មវិធី។", "The pupil’s school takes part in the programme."),
            [Known(two("សាលាបឋមសិក្សាចាររកា៖ ចូលរួមពី 14 មីនា 2027", "Char Roka primary school: joins on 14 March 2027"))],
        ),
    ]


def changes() -> Timeline:
    """Coming changes, two of them on neighbouring days."""
    return Timeline(
        TODAY,
        [
            Change(
                date(2027, 2, 9),
                two("ដារា គ្រប់ 2 ឆ្នាំ", "Dara turns 2"),
                [Turn("receiving", "not_eligible", two("អាហារូបត្ថម្ភត្រូវបញ្ចប់", "nutrition ends"))],
            ),
            Change(
                date(2027, 7, 1),
                two("យឿន គ្រប់ 60 ឆ្នាំ", "Yoeun turns 60"),
                [
                    Turn(
                        "not_eligible", "no_programme", two("ដឹងតែឆ្នាំកំណើត (1967)", "only the birth year is known (1967)")
                    )
                ],
                "year",
            ),
            Change(
                date(2027, 8, 20),
                two("រិទ្ធី គ្រប់ 15 ឆ្នាំ", "Rithy turns 15"),
                [Turn("not_eligible", "eligible", two("អាចចូលបណ្តុះបណ្តាលវិជ្ជាជីវៈ", "may join vocational training"))],
            ),
            Change(
                date(2028, 5, 14),
                two("ប័ណ្ណសមធម៌ ផុតកំណត់", "ID-Poor card expires"),
                [Turn("receiving", "unknown", two("9 ក្រឡាក្លាយជា «មិនទាន់ដឹង»", "9 cells become “cannot tell”"))],
            ),
        ],
    )


def everything(request: HttpRequest) -> dict[str, Any]:
    """The context of the page of components."""
    wrong = SampleForm(
        {"family_name_km": "ម៉ៅ", "born_0": "14", "born_1": "6", "born_2": "2571", "sex": "F", "rooms": "ពីរ"}
    )
    wrong.add_error("born", str(_("Year 2571 B.E. is 2028, in the future. Please check it.")))
    parts = [Part("receiving", 612), Part("applied", 38), Part("eligible", 149), Part("unknown", 87)]
    return {
        "sample_today": TODAY,
        "crumbs": [
            Crumb(two("ប្រជាជន", "People"), "#"),
            Crumb(two("ឃុំចារឈូក", "Char Chhuk"), "#"),
            Crumb(two("ភូមិចាររកា", "Char Roka")),
        ],
        "matrix": matrix(),
        "legend": [
            Part("receiving", 7),
            Part("applied", 1),
            Part("eligible", 3),
            Part("unknown", 6),
            Part("not_eligible", 9),
            Part("no_programme", 1),
        ],
        "bar": Bar(parts),
        "small_bar": Bar(parts[:3], small=True),
        "gap_bar": Bar([Part("no_programme", 1)]),
        "nobody": Bar([]),
        "parts": parts,
        "questions": questions(),
        "criteria": criteria(),
        "timeline": changes(),
        "sorting": Sorting(request.GET, ["name", "age", "state"]),
        "page": KeysetPage(
            rows=[1, 2, 3], query=request.GET, first_id="a", last_id="b", has_previous=True, has_next=True, total=274
        ),
        "form": SampleForm(initial={"relation": "child"}, auto_id="filter_%s"),
        "apply": SampleForm(auto_id="apply_%s"),
        "wrong": wrong,
        "late": date(2026, 11, 10),
        "soon": date(2026, 11, 24),
        "far": date(2026, 12, 30),
        "stale": date(2025, 11, 12),
        "people": [
            (
                "លី ចន្ធូ",
                "Ly Chanthou",
                "F",
                24,
                two("ដូនស្វា ចារឈូក", "Doun Sva, Char Chhuk"),
                "170101-14-0210",
                "eligible",
                True,
            ),
            (
                "ហេង ម៉េងហួរ",
                "Heng Menghour",
                "M",
                31,
                two("ខ្ចារ គោកដូង", "Khchar, Kouk Doung"),
                "170103-02-0058",
                "unknown",
                False,
            ),
            ("អ៊ុក លីដា", "Uk Lyda", "F", 19, two("ភ្នៅ តាសោម", "Pnov, Ta Saom"), "170107-02-0145", "applied", False),
        ],
    }


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    """Every component in the page's language."""
    return render(request, "ui/components.html", everything(request))


@login_not_required
def public(request: HttpRequest) -> HttpResponse:
    """A public page: one column, 18 px."""
    return render(request, "ui/components_public.html")


@login_not_required
def error(request: HttpRequest, kind: str) -> HttpResponse:
    """The error pages, which a browser test could not bring about otherwise."""
    pages = {
        "400": views.bad_request,
        "403": views.forbidden,
        "404": views.not_found,
        "500": views.server_error,
        "csrf": views.csrf_failure,
    }
    response: HttpResponse = pages[kind](request)
    response.status_code = 200
    return response


urlpatterns = [
    path("", components, name="components"),
    path("public/", public, name="components-public"),
    path("error/<kind>/", error, name="components-error"),
]
