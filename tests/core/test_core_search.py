"""The search across rooms: what each may find, and that the index never falls behind the records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sanchuang.core import search as searching
from sanchuang.core.models import LawEntry, SearchMark
from sanchuang.core.roles import Role
from sanchuang.core.search import (
    Entry,
    How,
    Name,
    Source,
    Title,
    Use,
    live,
    marks,
    offers,
    search,
    search_key,
)
from sanchuang.values import Malformed, Verification

pytestmark = pytest.mark.django_db


def laws(pks: Collection[Any] | None) -> Iterator[Entry]:
    for law in LawEntry.objects.filter(**({} if pks is None else {"pk__in": pks})).order_by("pk"):
        title = Title(law.key, en=law.key.upper())
        yield Entry(law.pk, law.key, title, (Name(law.key),), (law.note,), (law.unit,))


LAWS = Source("law", "law", "core.view_records", "core.LawEntry", laws)
READ = Source("read", "read", "core.load_pack", "core.LawEntry", laws, order=1)


@pytest.fixture(autouse=True)
def _two_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Laws under two names, one for auditors and one for administrators, in place of the real kinds."""
    monkeypatch.setattr(offers, "_sources", {})
    searching.register(LAWS)
    searching.register(READ)


def add(key: str, **more: Any) -> LawEntry:
    return LawEntry.objects.create(key=key, value="1", source="公报", status=Verification.UNVERIFIED, **more)


def ids(text: str, user: Any, **more: Any) -> list[tuple[str, str]]:
    return [(hit.kind, hit.id) for hit in search(text, user, **more).hits]


def test_each_kind_is_for_those_who_may_see_it(make_user: Callable[..., Any]) -> None:
    add("north")
    assert ids("north", make_user(Role.AUDITOR)) == [("law", "north")]
    assert ids("north", make_user(Role.ADMINISTRATOR)) == [("read", "north"), ("law", "north")]
    for user in (make_user(Role.SCOUT), AnonymousUser()):
        results = search("north", user)
        assert (results.hits, results.counts, results.total) == ([], {}, 0)
        assert searching.nearest("nort", user) == []


def test_one_kind_can_be_searched_alone_and_the_others_are_counted(make_user: Callable[..., Any]) -> None:
    add("north")
    results = search("north", make_user(Role.ADMINISTRATOR), kind="law")
    assert [hit.kind for hit in results.hits] == ["law"]
    assert (results.total, results.counts) == (1, {"read": 1, "law": 1})


def test_an_unknown_kind_names_the_known_ones(make_user: Callable[..., Any]) -> None:
    assert searching.kinds() == ["law", "read"]
    with pytest.raises(Malformed) as caught:
        search("north", AnonymousUser(), kind="boat")
    assert "boat" in caught.value.message
    assert "law" in caught.value.remedy


def test_a_kind_belongs_to_one_room() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        searching.register(Source("law", "law", "core.view_records", "core.LawEntry", lambda pks: []))


def test_hits_come_page_by_page(make_user: Callable[..., Any]) -> None:
    for number in range(7):
        add(f"north {number}")
    user = make_user(Role.AUDITOR)
    pages = [ids("north", user, limit=3, skip=skip) for skip in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert len({hit for page in pages for hit in page}) == 7
    assert search("north", user, limit=3).total == 7


def test_a_hit_says_how_it_was_found_and_a_text_shows_the_word(make_user: Callable[..., Any]) -> None:
    user = make_user(Role.AUDITOR)
    add("north", note="一" * 30 + "發展基金" + "二" * 30)
    (hit,) = search("发展 基金", user).hits
    assert hit.why.how is How.TEXT
    assert hit.why.around == ("…" + "一" * 24, "發展基金", "二" * 24 + "…")
    (hit,) = search("nrth", user).hits
    assert (hit.why.how, hit.why.name, hit.why.use) == (How.SLIP, "north", Use.NAME)


def test_a_change_is_found_at_the_next_search_and_costs_one_query_else(make_user: Callable[..., Any]) -> None:
    user = make_user(Role.AUDITOR)
    law = add("north")
    assert ids("north", user) == [("law", "north")]
    with CaptureQueriesContext(connection) as captured:
        assert ids("south", user) == []
    assert len(captured) == 1
    law.key = "south"
    law.save()
    assert (ids("south", user), ids("north", user)) == ([("law", "south")], [])
    other = add("south pole")
    assert ids("south", user) == [("law", "south"), ("law", "south pole")]
    law.delete()
    assert ids("south", user) == [("law", "south pole")]
    other.delete()
    assert ids("south", user) == []


def test_what_was_undone_is_forgotten_even_if_its_numbers_are_not_given_again(
    make_user: Callable[..., Any],
) -> None:
    """PostgreSQL counts on after an undone transaction, so the marks after it look like a run without a gap."""
    user = make_user(Role.AUDITOR)
    SearchMark.objects.all().delete()
    with transaction.atomic():
        add("south")
        assert ids("south", user) == [("law", "south")]
        undone = SearchMark.objects.order_by("-pk")[0].pk
        transaction.set_rollback(True)
    SearchMark.objects.create(pk=undone + 1, model="core.LawEntry", record="0", mark=5)
    assert ids("south", user) == []


def test_a_few_changes_are_read_alone_and_many_read_everything(make_user: Callable[..., Any]) -> None:
    user = make_user(Role.AUDITOR)
    add("north")
    search("north", user)
    base = live.current().base
    add("south")
    assert live.current().base is base
    assert len(live.current()) == 4  # each law is of two kinds
    for number in range(live.MANY):
        add(f"pole {number}")
    assert live.current().base is not base
    assert search("pole", user).total == live.MANY


def test_what_a_transaction_undid_is_not_found(make_user: Callable[..., Any]) -> None:
    user = make_user(Role.AUDITOR)
    add("north")
    search("north", user)
    with transaction.atomic():
        add("south")
        assert ids("south", user) == [("law", "south")]
        transaction.set_rollback(True)
    assert ids("south", user) == []
    add("east")
    assert (ids("south", user), ids("east", user)) == ([], [("law", "east")])


def test_another_process_that_wrote_in_bulk_is_heard(make_user: Callable[..., Any]) -> None:
    user = make_user(Role.AUDITOR)
    law = add("north")
    assert ids("north", user) == [("law", "north")]
    LawEntry.objects.filter(pk=law.pk).update(key="south")  # no signal, as in a load of a pack
    SearchMark.objects.create(mark=7)
    assert ids("south", user) == [("law", "south")]


def test_old_marks_are_removed_and_a_process_that_missed_them_reads_everything(
    make_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "KEPT", 4)
    user = make_user(Role.AUDITOR)
    add("north")
    search("north", user)
    for number in range(20):
        add(f"south {number}")
    assert SearchMark.objects.count() < 10
    assert search("south", user).total == 20


@pytest.mark.parametrize(
    "text", ["", "  ", "\0", "（——）", "%_*", "'; --", "\ud800", "(((a+)+)+$", "𠀀" * 500]
)
def test_odd_texts_find_nothing_and_harm_nothing(text: str, make_user: Callable[..., Any]) -> None:
    add("north")
    assert search(text, make_user(Role.AUDITOR)).hits == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ（中国）有限公司", "abc(中國) 有限公司"),
        ("杭州云栖小镇", "杭州雲棲小鎮"),
        ("里程碑后台", "里程碑後臺"),
    ],
)
def test_one_key_for_all_ways_of_writing_a_name(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)
