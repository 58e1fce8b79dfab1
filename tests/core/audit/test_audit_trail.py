"""The audit trail: one row for each act, in its transaction, chained to the row before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core import audit
from sanchuang.core.audit import chain
from sanchuang.core.audit.guards import guards
from sanchuang.core.audit.queries import entries_of, told
from sanchuang.core.audit.verifying import verify
from sanchuang.core.errors import Conflict
from sanchuang.core.models import AuditEntry, AuditHead, AuditSealed, Membership, User
from sanchuang.core.roles import Role

audit.register("test.act", "act in a test")
pytestmark = pytest.mark.django_db


def acts(user: User, count: int = 3) -> None:
    """`count` rows of the trail."""
    for number in range(count):
        audit.note(by=user, verb="test.act", after={"number": number}, why=f"第 {number} 次")


def forge(sql: str, *params: Any) -> None:
    """What somebody with the database's password can do: drop the guards and change a row."""
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_a_row_says_who_did_what_and_why(make_user: Callable[..., User]) -> None:
    user = make_user(Role.OFFICER)
    entry = audit.note(by=user, verb="test.act", record=user, after={"a": 1}, why="因为")
    assert (entry.number, entry.actor, entry.verb) == (1, user.pseudonym, "test.act")
    assert (entry.model, entry.record) == ("core.User", str(user.pk))
    assert (entry.after, entry.why, entry.previous) == ({"a": 1}, "因为", "")


def test_the_chain_can_be_recomputed_with_nothing_but_python(make_user: Callable[..., User]) -> None:
    """By the words of `chain.py` alone, as an auditor's own script would."""
    acts(make_user(), 2)
    first, second = AuditEntry.objects.order_by("number")
    row = [
        first.digest,
        2,
        second.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        second.actor,
        "",
        "test.act",
        "",
        "",
        {},
        {"number": 1},
        "第 1 次",
        "",
        None,
        "",
        "sha256",
    ]
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == second.digest


def test_a_whole_trail_holds(make_user: Callable[..., User]) -> None:
    acts(make_user(), 4)
    verdict = verify()
    assert verdict.holds
    assert (verdict.rows, verdict.digest) == (4, AuditHead.objects.get().digest)


def test_an_empty_trail_holds() -> None:
    assert verify().holds


@pytest.mark.parametrize(
    "change",
    [
        "why = 'something else'",
        "actor = ''",
        "behalf = 'x'",
        "verb = 'test.other'",
        "model = 'core.User'",
        "record = '9'",
        "request = 'x'",
        "count = 7",
        "rows_digest = 'x'",
        "at = '2020-01-01 00:00:00+00:00'",
        "after = '{}'",
        "algorithm = 'sm3'",
        "algorithm = 'md5'",
        "previous = 'x'",
        "digest = 'x'",
    ],
)
def test_a_row_altered_by_hand_is_named(change: str, make_user: Callable[..., User]) -> None:
    """Whatever column it is; the rows before it are told to be whole."""
    acts(make_user(), 5)
    forge(f"UPDATE core_auditentry SET {change} WHERE number = 3")
    verdict = verify()
    assert verdict.broken is not None
    assert (verdict.broken.number, verdict.rows) == (3, 2)


@pytest.mark.parametrize(("gone", "named"), [(1, 1), (3, 3), (5, 5)])
def test_a_row_removed_by_hand_is_named(gone: int, named: int, make_user: Callable[..., User]) -> None:
    """The last one too: the end of the trail knows how many there are."""
    acts(make_user(), 5)
    forge("DELETE FROM core_auditentry WHERE number = %s", gone)
    verdict = verify()
    assert verdict.broken is not None
    assert verdict.broken.number == named


def test_a_row_put_in_by_hand_is_named(make_user: Callable[..., User]) -> None:
    acts(make_user(), 2)
    forge(
        "INSERT INTO core_auditentry (number, at, actor, behalf, verb, model, record, before, after, why, request,"
        " count, rows_digest, algorithm, previous, digest) SELECT 3, at, actor, behalf, verb, model, record, before,"
        " after, why, request, count, rows_digest, algorithm, digest, digest FROM core_auditentry WHERE number = 2"
    )
    verdict = verify()
    assert verdict.broken is not None
    assert verdict.broken.number == 3


def test_a_trail_rewritten_as_a_whole_is_found_out_by_a_digest_noted_outside(
    make_user: Callable[..., User],
) -> None:
    user = make_user()
    acts(user, 3)
    noted = (3, AuditHead.objects.get().digest)
    with guards.lifted():
        AuditEntry.objects.all().delete()
        AuditHead.objects.all().delete()
    acts(user, 2)
    audit.note(by=user, verb="test.act", why="never happened")
    assert verify().holds
    verdict = verify(expected=noted)
    assert verdict.broken is not None
    assert verdict.broken.number == 3


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditentry SET why = 'x'",
        "DELETE FROM core_auditentry",
        "DELETE FROM core_audithead",
        "UPDATE core_audithead SET digest = 'x'",
        "UPDATE core_auditsealed SET salt = 'x'",
    ],
)
def test_the_database_itself_refuses_changes(sql: str, make_user: Callable[..., User]) -> None:
    """Past Django and all its code."""
    user = make_user()
    audit.note(by=user, verb="test.act", record=user, after={"display_name": "林"})
    refused = pytest.raises(DatabaseError, match="only ever added to")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert verify().holds


def test_a_lost_guard_is_told(make_user: Callable[..., User]) -> None:
    acts(make_user(), 1)
    with guards.lifted():
        (notice,) = verify().notices
        assert "core_auditentry_no_delete" in notice
    assert verify().notices == ()


def test_sm3_by_setting_and_both_in_one_chain(settings: Any, make_user: Callable[..., User]) -> None:
    """A trail may change its hash; each row names its own."""
    user = make_user()
    acts(user, 1)
    settings.AUDIT_HASH = "sm3"
    acts(user, 2)
    assert [e.algorithm for e in AuditEntry.objects.order_by("number")] == ["sha256", "sm3", "sm3"]
    assert verify().holds
    forge("UPDATE core_auditentry SET why = 'x' WHERE number = 2")
    broken = verify().broken
    assert broken is not None
    assert broken.number == 2


def test_sm3_is_the_one_of_the_standard() -> None:
    """The example of GB/T 32905-2016, A.1."""
    assert chain.hashed("sm3", b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_an_unknown_hash_is_a_fault_of_the_settings(settings: Any, make_user: Callable[..., User]) -> None:
    from django.core.exceptions import ImproperlyConfigured

    settings.AUDIT_HASH = "md5"
    with pytest.raises(ImproperlyConfigured, match="SANCHUANG_AUDIT_HASH=md5: one of sha256, sm3"):
        acts(make_user(), 1)


def test_a_row_goes_with_its_transaction(make_user: Callable[..., User]) -> None:
    """What is undone leaves no row, and the next row takes its number."""
    user = make_user()
    with transaction.atomic():
        acts(user, 2)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()
    acts(user, 1)
    assert AuditEntry.objects.get().number == 1
    assert verify().holds


def test_a_verb_that_nobody_registered_is_a_fault(make_user: Callable[..., User]) -> None:
    with pytest.raises(ValueError, match=r"'test\.nothing' is not registered"):
        audit.note(by=make_user(), verb="test.nothing")


def test_a_change_holds_each_field_before_and_after(make_user: Callable[..., User]) -> None:
    user = make_user(Role.OFFICER)
    held = user.memberships.get()
    with audit.change(held, by=user, verb="test.act", why="调任"):
        Membership.objects.filter(pk=held.pk).update(role=Role.SCOUT)
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"role": "officer"}, {"role": "scout"})


def test_what_changes_nothing_leaves_no_row(make_user: Callable[..., User]) -> None:
    user = make_user()
    with audit.change(user, by=user, verb="test.act"):
        user.save()
    assert not AuditEntry.objects.exists()


def test_the_second_of_two_is_told_who_was_first(make_user: Callable[..., User]) -> None:
    """Both began with the same state of the record; the first saved."""
    first, second = make_user(Role.OFFICER), make_user(Role.OFFICER)
    record = make_user()
    seen = audit.version_of(record)
    with audit.change(record, by=first, verb="test.act", seen=seen):
        User.objects.filter(pk=record.pk).update(language="en")
    with (
        pytest.raises(Conflict, match=str(first)),
        audit.change(record, by=second, verb="test.act", seen=seen),
    ):
        pytest.fail("the block of the second never runs")


def test_a_batch_is_one_row_with_a_digest_over_its_rows(make_user: Callable[..., User]) -> None:
    rows = [{"id": number} for number in range(100)]
    entry = audit.batch(by=make_user(), verb="test.act", rows=rows)
    assert (entry.count, len(entry.rows_digest)) == (100, 64)
    other = audit.batch(by=make_user(), verb="test.act", rows=rows[::-1])
    assert other.rows_digest != entry.rows_digest


def test_no_secret_enters_the_trail(make_user: Callable[..., User]) -> None:
    user = make_user()
    user.set_password("a-secret-of-mine")
    user.save()
    audit.created(user, by=user, verb="test.act")
    assert "password" not in AuditEntry.objects.get().after


def test_a_person_is_named_beside_the_trail_and_never_in_it(make_user: Callable[..., User]) -> None:
    """The row holds a commitment; the clear name can be deleted, and the chain still holds."""
    user = make_user()
    audit.note(by=user, verb="test.act", record=user, after={"display_name": "林徽因"})
    entry = AuditEntry.objects.get()
    assert "林徽因" not in json.dumps(entry.after, ensure_ascii=False)
    (row,) = told([entry], user)
    assert row.changes[0].after == "林徽因"
    AuditSealed.objects.all().delete()
    assert verify().holds
    (row,) = told([entry], user)
    assert row.changes[0].after == "已删除"


def test_an_altered_name_beside_the_trail_is_named(make_user: Callable[..., User]) -> None:
    user = make_user()
    acts(user, 1)
    audit.note(by=user, verb="test.act", record=user, after={"display_name": "林"})
    forge("UPDATE core_auditsealed SET value = %s", json.dumps("王"))
    broken = verify().broken
    assert broken is not None
    assert broken.number == 2


def test_a_clock_that_goes_back_is_told_and_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, make_user: Callable[..., User]
) -> None:
    """The numbers give the order, whatever the machine's clock says."""
    import datetime as dt

    from django.utils import timezone

    user, now = make_user(), timezone.now()
    for hours in (0, -3, 1):
        monkeypatch.setattr(timezone, "now", lambda hours=hours: now + dt.timedelta(hours=hours))
        acts(user, 1)
    verdict = verify()
    assert verdict.holds
    assert verdict.notices == ("时钟倒退过 1 次；先后以编号为准",)


def test_the_rows_of_a_record_are_found_by_it(make_user: Callable[..., User]) -> None:
    one, other = make_user(), make_user()
    for record in (one, other, one):
        audit.note(by=one, verb="test.act", record=record)
    assert [entry.number for entry in entries_of(one)] == [3, 1]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
values = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts
trees = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)


@given(trees, texts)
def test_any_content_comes_back_as_it_was_hashed(content: Any, why: str) -> None:
    """Emoji, rare characters, order of keys: what either database gives back hashes to the same."""
    with transaction.atomic():
        audit.note(by=None, verb="test.act", after={"content": content}, why=why)
        assert verify().holds
        transaction.set_rollback(True)
