"""Lists page by keyset: every row once, in order, both ways, and no name in an address."""

from collections.abc import Iterator
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import connection, models
from django.http import QueryDict
from django.utils import translation

from onestop.ui.pagination import KeysetPage, Position, beyond, keyset_page, page_of_rows
from onestop.ui.templatetags.onestop_ui import register

TABLE = "ui_shelf_of_the_test"


class Shelf(models.Model):
    """Rows of a table that lives only in the test's session."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    title = models.TextField()
    year = models.IntegerField()

    objects: ClassVar[models.Manager["Shelf"]] = models.Manager()

    class Meta:
        app_label = "ui"
        managed = False
        db_table = TABLE


@pytest.fixture
def shelf(db: None) -> Iterator[None]:
    """Eleven books; titles and years repeat, so that only the key tells them apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TEMPORARY TABLE ui_shelf_of_the_test (id uuid PRIMARY KEY, title text COLLATE "C", year int)'
        )
    Shelf.objects.bulk_create(Shelf(title=f"title {number % 3}", year=2000 + number % 2) for number in range(11))
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def walk(link: str, *, size: int, descending: bool) -> tuple[list[list[UUID]], KeysetPage[Shelf]]:
    """Follow the links of one kind from the first page to the end; the ids of each page, and the last page."""
    pages, query = [], QueryDict("state=eligible")
    while True:
        page = keyset_page(Shelf.objects.all(), query, order=["title", "year"], descending=descending, size=size)
        pages.append([row.pk for row in page.rows])
        following = getattr(page, link)
        if not following or len(pages) > 20:
            return pages, page
        query = QueryDict(following.removeprefix("?"))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [1, 3, 4, 11, 50])
def test_following_next_meets_every_row_once_in_order(shelf: None, size: int, descending: bool) -> None:
    sign = "-" if descending else ""
    wanted = list(Shelf.objects.order_by(f"{sign}title", f"{sign}year", f"{sign}pk").values_list("pk", flat=True))
    pages, _last = walk("next_link", size=size, descending=descending)
    assert [pk for page in pages for pk in page] == wanted
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("descending", [False, True])
def test_going_back_shows_the_same_pages_again(shelf: None, descending: bool) -> None:
    forward, last = walk("next_link", size=4, descending=descending)
    query, back = QueryDict(last.previous_link.removeprefix("?")), []
    while True:
        page = keyset_page(Shelf.objects.all(), query, order=["title", "year"], descending=descending, size=4)
        back.append([row.pk for row in page.rows])
        if not page.previous_link:
            break
        query = QueryDict(page.previous_link.removeprefix("?"))
    assert back == list(reversed(forward[:-1]))


def test_the_address_holds_the_filters_and_an_id_and_no_name(shelf: None) -> None:
    page = keyset_page(Shelf.objects.all(), QueryDict("state=eligible&before=x"), order=["title"], size=3)
    assert page.next_link == f"?state=eligible&after={page.last_id}"
    assert page.previous_link == "" and page.first_link == ""


def test_a_row_that_has_gone_leads_back_to_the_first_page(shelf: None) -> None:
    query = QueryDict(f"after={uuid4()}")
    page = keyset_page(Shelf.objects.all(), query, order=["title"], size=3)
    assert [row.pk for row in page.rows] == [row.pk for row in Shelf.objects.order_by("title", "pk")[:3]]
    assert not page.has_previous


@pytest.mark.parametrize("text", ["after=0193", "after='%3B--", "before=", ""])
def test_what_is_no_id_is_the_first_page(text: str) -> None:
    assert Position.of(QueryDict(text)) == Position()


def test_the_condition_lets_an_index_serve_as_a_range(shelf: None) -> None:
    condition = beyond(["title", "year"], ["title 1", 2000], greater=True)
    sql = str(Shelf.objects.filter(condition).query)
    assert '"title" >= title 1' in sql and "OFFSET" not in sql


def test_rows_of_our_own_sql_page_the_same_way() -> None:
    ids = [uuid4() for _number in range(4)]
    first = page_of_rows(["a", "b", "c", "d"], QueryDict(), ids=ids, size=3)
    assert (list(first), first.next_link, first.has_previous) == (["a", "b", "c"], f"?after={ids[2]}", False)
    back = page_of_rows(["a", "b", "c", "d"], QueryDict(f"before={uuid4()}"), ids=ids, size=3)
    assert (list(back), back.previous_link) == (["b", "c", "d"], f"?before={ids[1]}")


def test_a_list_of_one_page_has_no_pager() -> None:
    assert "pager" in register.tags
    with translation.override("en"):
        assert page_of_rows(["a"], QueryDict(), ids=[uuid4()]).next_link == ""
