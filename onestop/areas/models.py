"""Places, and the columns every other room builds on.

An **AdministrativeUnit** is a province, district, commune or village of the country's gazetteer. Its code is its key
and its path: each code begins with its parent's, so that "everything below 1701" is a range of codes, never a walk
through a tree. Codes change in life; a unit therefore has a period, is closed rather than deleted, and names its
successors where they are known. The names stand in two columns: `name_km` in the country's working language (Khmer in
Cambodia, another language in another pack) and `name_latin` in Latin letters.

**Keyed**, **Edited** and **Personal** are the abstract models of the other rooms. A Keyed row has a UUIDv7. An Edited
row has a version (a stale save is refused) and is voided with a reason, never deleted. A Personal row lies in a unit,
stands behind the wall of its table (walls.py), and is fetched through `visible_to(officer)` alone. **Installation** is
the one row that says what this database is: of which country, made by which version, and whether it is a demonstration.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import Kind, Level, pack
from onestop.areas.keys import uuid7
from onestop.areas.names import latin_key, search_key
from onestop.areas.scope import Range, Scope, ScopeMissing, current, range_of
from onestop.areas.text import ascii_digits

__all__ = [
    "AdministrativeUnit", "ClosedField", "Edited", "Installation", "Keyed", "Personal", "PersonalQuerySet",
    "UnitCodeField",
]  # fmt: skip


if TYPE_CHECKING:
    Text = models.CharField[str, str]
else:  # Django's fields take no type arguments when they run
    Text = models.CharField


class UnitCodeField(Text):
    """The code of an administrative unit, compared by code point so that a range of codes is a subtree.

    No foreign key: rows outlive a unit's code, and `areas transfer` re-keys every field of this class.
    """

    default_validators = [
        RegexValidator(r"^[0-9A-Za-z]*\Z", _("A unit code has only digits and letters, as in 1701."), "unit_code")
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 16)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)


class ClosedField(Text):
    """The code of a sector or of a compartment that a row belongs to, read by the wall of its table; '' is none.

    The Wall gives the column its default in the database. Django may not know one: it would read it back, and who adds
    a line to the journal may not always read it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("db_collation", "C")
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


def within(ranges: tuple[Range, ...], field: str = "unit_code") -> models.Q:
    """The rows whose code lies in one of the half-open ranges; none when there is no range."""
    condition = models.Q(pk__in=[])
    for low, high in ranges:
        condition |= models.Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return condition


def dates_in_order(name: str, words: Any) -> models.CheckConstraint:
    """`valid_to` is empty or not before `valid_from`; `words` tell who entered it."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
        violation_error_message=words,
    )


class Uuid7(models.Func):
    """A key made by the database, for rows that are inserted by SQL."""

    function = "onestop_uuidv7"
    arity = 0
    output_field = models.UUIDField()


class Keyed(models.Model):
    """A row with a UUIDv7 key, which may stand in an address."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=Uuid7(), editable=False)

    class Meta:
        abstract = True


class Edited(Keyed):
    """A row people change: `version` guards against a stale save; a wrong row is voided with a reason, not deleted."""

    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    voided_at = models.DateTimeField(null=True, blank=True, editable=False)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    void_reason = models.TextField(blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None


class HasKey(Protocol):
    """An officer, as far as this room knows one."""

    pk: Any


class PersonalQuerySet(models.QuerySet[Any]):
    """Rows about people: `visible_to` is the way in."""

    def visible_to(self, officer: HasKey) -> Self:
        """The rows inside the officer's areas, sectors and compartments; none for one who sees figures only.

        The officer's scope must be the open one, so that this filter and the wall in the database are one source.
        Raises ScopeMissing otherwise. Whom an officer who sees only the own people reaches, the wall alone says: it is
        asked of enrolments, which lie above this room (walls.py, `reach`).
        """
        scope = current()
        if scope.officer_id != officer.pk:
            raise ScopeMissing(f"The open scope is that of officer {scope.officer_id}, not of {officer.pk}.")
        return self.none() if scope.figures_only else self.filter(within(scope.open_ranges), self._inside(scope))

    def _inside(self, scope: Scope) -> models.Q:
        """Of rows that belong to a sector or a compartment, those of the scope: what their wall says (walls.py)."""
        closed = {field.name for field in self.model._meta.concrete_fields if isinstance(field, ClosedField)}
        inside = models.Q()
        if "sector" in closed and scope.sectors is not None:
            inside &= models.Q(sector__in=["", *scope.sectors])
        if "compartment" in closed:
            inside &= models.Q(compartment__in=["", *scope.compartments])
        return inside

    def under(self, code: str) -> Self:
        """The rows in the unit and in all units below it."""
        return self.filter(within((range_of(code),)))

    def standing(self) -> Self:
        """The rows that are not void."""
        return self.filter(voided_at=None)


class Personal(Edited):
    """A row about people: it lies in a unit, behind the wall of its table.

    `masked`: columns that not every role which sees the row sees too, each with its kind (masks.py).
    """

    masked: ClassVar[Mapping[str, str]] = {}

    unit_code = UnitCodeField()

    objects = PersonalQuerySet.as_manager()

    class Meta:
        abstract = True


class AdministrativeUnitQuerySet(models.QuerySet["AdministrativeUnit"]):
    """Units in the office's words. Units are public: no wall, no scope."""

    def on(self, day: date) -> Self:
        """The units valid on the day; both ends of a period belong to it."""
        begun = models.Q(valid_from=None) | models.Q(valid_from__lte=day)
        return self.filter(begun & (models.Q(valid_to=None) | models.Q(valid_to__gte=day)))

    def under(self, code: str) -> Self:
        """The unit and all units below it; '' is the nation."""
        return self.filter(within((range_of(code),), "code"))

    def children_of(self, code: str) -> Self:
        """The units one step below, in the order of their names; '' gives the highest level."""
        return self.filter(parent_code=code).order_by("name_sort", "code")

    def in_order_for(self, language: str) -> Self:
        """In the order in which a reader of the language looks names up: the dictionary's, or the Latin alphabet's."""
        own = language.split("-")[0] == pack().languages[0]
        return self.order_by("name_sort" if own else "search_latin", "code")

    def above(self, code: str) -> Self:
        """The unit and the units it lies in, from the top."""
        lengths = [level.length for level in pack().levels if level.length <= len(code)]
        return self.filter(code__in=[code[:length] for length in lengths]).order_by("level")

    def named(self, text: str) -> Self:
        """Units whose name, in either script, or whose code has the text in it; the best matches first.

        Order: the whole name, then names that begin so, then the others; higher levels first, then by name.
        """
        keys = sorted({search_key(text), latin_key(text)} - {""})
        if not keys:
            return self.none()
        code = ascii_digits(text).replace(" ", "")
        whole, begin, inside = models.Q(code=code), models.Q(code__startswith=code), models.Q(code=code)
        for key in keys:
            whole |= models.Q(search_km=key) | models.Q(search_latin=key)
            begin |= models.Q(search_km__startswith=key) | models.Q(search_latin__startswith=key)
            inside |= models.Q(search_km__contains=key) | models.Q(search_latin__contains=key)
            inside |= models.Q(search_other__contains=key)
        rank = models.Case(models.When(whole, then=0), models.When(begin, then=1), default=2)
        return self.filter(whole | begin | inside).order_by(rank, "level", "name_sort", "code")


class AdministrativeUnit(models.Model):
    """A place of the gazetteer. No `valid_from` means since before the records; no `valid_to` means still there."""

    code = UnitCodeField(_("code"), primary_key=True)
    level = models.PositiveSmallIntegerField(_("level"))
    kind = models.CharField(_("kind"), max_length=20)
    name_km = models.CharField(_("name"), max_length=120)
    name_latin = models.CharField(_("name in Latin letters"), max_length=120)
    name_sort = models.BinaryField(editable=False)
    search_km = models.CharField(max_length=120, db_collation="C", editable=False)
    search_latin = models.CharField(max_length=120, db_collation="C", editable=False)
    other_names = ArrayField(models.CharField(max_length=120), verbose_name=_("also written"), default=list, blank=True)
    search_other = models.TextField(db_collation="C", default="", blank=True, editable=False)
    parent_code = UnitCodeField(_("code of the unit above"), blank=True, default="")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    successors = ArrayField(UnitCodeField(), verbose_name=_("successors"), default=list, blank=True)
    successor_known = models.BooleanField(_("successor known"), default=True)
    source = models.CharField(_("source"), max_length=400)

    objects = AdministrativeUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("administrative unit")
        verbose_name_plural = _("administrative units")
        indexes = [
            models.Index(fields=["parent_code", "name_sort"], name="areas_unit_children"),
            models.Index(fields=["search_km"], name="areas_unit_search_km"),
            models.Index(fields=["search_latin"], name="areas_unit_search_latin"),
        ]
        constraints = [
            models.CheckConstraint(
                name="areas_unit_code_holds_path",
                condition=models.Q(code__startswith=models.F("parent_code")) & ~models.Q(code=models.F("parent_code")),
                violation_error_message=_("A unit's code begins with the code of the unit above it."),
            ),
            models.CheckConstraint(
                name="areas_unit_period",
                condition=models.Q(valid_from=None)
                | models.Q(valid_to=None)
                | models.Q(valid_to__gte=models.F("valid_from")),
                violation_error_message=_("A unit does not end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_latin}"

    @property
    def name(self) -> str:
        """The name in the reader's script."""
        return self.name_in(get_language() or "")

    @property
    def full_name(self) -> str:
        """The name with the word of its kind: ឃុំចារឈូក, Char Chhuk Commune."""
        return self.full_name_in(get_language() or "")

    def name_in(self, language: str) -> str:
        """The name for a reader of the language: the country's own script, or Latin letters."""
        own = language.split("-")[0] == pack().languages[0]
        return (self.name_km if own else self.name_latin) or self.name_km or self.name_latin

    def full_name_in(self, language: str) -> str:
        language = language.split("-")[0]
        return self.kind_entry.of(self.name_in(language), language)

    @property
    def kind_entry(self) -> Kind:
        """The kind's words, from the country pack."""
        return pack().kinds[self.kind]

    @property
    def level_entry(self) -> Level:
        """The level's words and code length, from the country pack."""
        return pack().levels[self.level - 1]

    @property
    def range(self) -> Range:
        """The half-open range of codes of this unit and all below it."""
        return range_of(self.code)

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Installation(models.Model):
    """The one row that says what this database is. Written when it is made and when the demonstration moves its day."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    country = models.CharField(max_length=20)
    demo = models.BooleanField(default=False)
    demo_on = models.DateField(null=True, blank=True)
    made_by_version = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="areas_installation_one_row", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="areas_installation_demo_day",
                condition=models.Q(demo=False, demo_on=None) | models.Q(demo=True, demo_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}, {'demo' if self.demo else 'production'}"
