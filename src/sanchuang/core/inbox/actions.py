"""Everything that changes the inbox: put, take, settle, reopen. Every change adds its step to the item's history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from sanchuang.core.inbox.kinds import kind_of, known
from sanchuang.core.models import InboxItem, InboxStep, User
from sanchuang.core.permissions import require
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

NOTE = 2000  # characters of an answer
State, Did = InboxItem.State, InboxStep.Did


@transaction.atomic
def put(
    *,
    by: User,
    key: str,
    kind: str,
    data: Mapping[str, Any] | None = None,
    link: str = "",
    user: User | None = None,
    role: Role | None = None,
    organisation: str = "",
    due: dt.date | None = None,
) -> InboxItem:
    """Make something wait for `user`, or for whoever holds `role` (in `organisation`, if one is named).

    Put from an action that has asked its own permission. The same `key` is put once: whoever puts it again is given
    the item that is there, open or done. `data` (JSON) is what the kind's `tell` makes words from, `link` the record's
    address on this site. Raises `Malformed` for a kind nobody registered, a link that leads elsewhere, a key that is
    empty or too long, and unless exactly one of `user` and `role` is given; a company's members need their company.
    """
    if known(kind) is None:
        raise Malformed(f"没有“{kind}”这类待办", "在房间的 AppConfig.ready 里用 core.inbox.register 注册它")
    if (user is None) == (role is None):
        raise Malformed("待办要等一个人，或等一个角色", "user 和 role 给且只给一个")
    if role is Role.MEMBER and not organisation:
        raise Malformed("等企业成员办的事要写明是哪家企业", "给 organisation")
    if organisation and role is None:
        raise Malformed("等一个人办的事不按机构", "去掉 organisation，或改给 role")
    if link and not _is_here(link):
        raise Malformed(f"“{link}”不是本站地址", "写以一个 / 开头的地址")
    if not key or len(key) > 200:
        raise Malformed("待办的键为空或超过 200 个字符", "用“房间:记录:事由”这样的短文本")
    item, made = InboxItem.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "data": dict(data or {}),
            "link": link,
            "user": user,
            "role": role or "",
            "organisation": organisation,
            "due": due,
            "made_by": by,
        },
    )
    if made:
        item.steps.create(did=Did.PUT, by=by)
    return item


def _is_here(link: str) -> bool:
    """Whether `link` is an address of this site: browsers read `//` and `/\\` as another one."""
    return link.startswith("/") and not link.startswith(("//", "/\\")) and len(link) <= 300


@transaction.atomic
def take(item: InboxItem, *, by: User) -> InboxItem:
    """Take an item of a role upon oneself, also from a colleague. Raises `Refused`; `Malformed` when it is done."""
    item = _locked(item, by)
    _must_be_open(item)
    if item.user_id != by.pk:
        item.user = by
        item.save(update_fields=["user"])
        item.steps.create(did=Did.TAKEN, by=by)
    return item


@transaction.atomic
def settle(item: InboxItem, *, by: User, outcome: str, note: str = "") -> InboxItem:
    """End the waiting with one of the kind's outcomes and an answer.

    Raises `Refused`; `Malformed` when it is done already, for an unknown outcome, for one that needs a note, and
    for a note of more than 2000 characters.
    """
    item = _locked(item, by)
    _must_be_open(item)
    kind, note = kind_of(item), _said(note)
    if outcome not in kind.outcomes:
        ways = "、".join(str(words) for words in kind.outcomes.values())
        raise Malformed("没有选怎样办结", f"可选：{ways}")
    if outcome in kind.explained and not note:
        raise Malformed(f"选“{kind.outcomes[outcome]}”要写明理由", "写给提出的人看")
    item.state, item.outcome, item.note = State.DONE, outcome, note
    item.settled_by, item.settled_at = by, timezone.now()
    item.save(update_fields=["state", "outcome", "note", "settled_by", "settled_at"])
    item.steps.create(did=Did.SETTLED, by=by, outcome=outcome, note=note)
    return item


@transaction.atomic
def reopen(item: InboxItem, *, by: User, note: str) -> InboxItem:
    """Make a settled item wait again, for the reason in `note`; the former answer stays in its history.

    Raises `Refused`; `Malformed` when it is open or no reason is given.
    """
    item = _locked(item, by)
    if item.state == State.OPEN:
        raise Malformed("这件事还没有办结", "不用重开，直接办理")
    note = _said(note)
    if not note:
        raise Malformed("重开要写明理由", "写清为什么还没有办完")
    item.state, item.outcome, item.note, item.settled_by, item.settled_at = State.OPEN, "", "", None, None
    item.save(update_fields=["state", "outcome", "note", "settled_by", "settled_at"])
    item.steps.create(did=Did.REOPENED, by=by, note=note)
    return item


def _locked(item: InboxItem, by: User) -> InboxItem:
    """The item as it is now, held until the end of the transaction, for somebody who may act on it."""
    current = InboxItem.objects.select_for_update().get(pk=item.pk)
    require(by, "core.handle_inbox", current)
    return current


def _said(note: str) -> str:
    note = note.strip()
    if len(note) > NOTE:
        raise Malformed(f"写得太长：最多 {NOTE} 个字符", "写要点；长的材料写明在哪里能看到")
    return note


def _must_be_open(item: InboxItem) -> None:
    if item.state == State.DONE:
        when = timezone.localtime(item.settled_at).strftime("%Y-%m-%d %H:%M")
        raise Malformed(f"这件事已由{item.settled_by}在 {when} 办结", "要改，先重开")
