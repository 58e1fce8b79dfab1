"""A pack's accounts and first postings: brought once, and never taken away."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack
from sanchuang.engines.markup import Problems
from sanchuang.ledger.models import Account, Memo, Reservation, Transfer
from sanchuang.ledger.verifying import verify

TINY = Path(__file__).parents[1] / "packs" / "tiny"
ACCOUNTS = """
- {series: purse, names: {hans: 钱袋, en: Purse}, kind: treasury, overdraft: true, synthetic: true}
- {series: boats, names: {hans: 船}, kind: budget, period: "2026", synthetic: true}
- {series: fisher, names: {hans: 渔家}, kind: party, owner: "999000011", synthetic: true}
"""
POSTINGS = """
- {key: first, debit: purse, credit: boats-2026, amount: "500", day: "2026-01-05", title: 年初, synthetic: true}
- {key: held, debit: boats-2026, credit: fisher, amount: "20", day: "2026-01-06", reserve: true, title: 船, synthetic: true}
- {key: late, debit: purse, credit: fisher, amount: "1", day: "2999-01-01", title: 以后, synthetic: true}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The tiny pack with a ledger."""
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    head = folder / "pack.yaml"
    text = head.read_text(encoding="utf-8")
    text = text.replace("\nfiles:\n", "\nfiles:\n  accounts: accounts.yaml\n  postings: postings.yaml\n")
    head.write_text(text, encoding="utf-8")
    (folder / "accounts.yaml").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "postings.yaml").write_text(POSTINGS, encoding="utf-8")
    return folder


@pytest.fixture
def loaded(db: None, pack: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The pack, loaded on a day of the year of its budget."""
    monkeypatch.setattr(timezone, "localdate", lambda *_args: dt.date(2026, 3, 1))
    load_pack(pack, by=operator())
    return pack


def test_accounts_and_postings_come_once(loaded: Path) -> None:
    assert [each.code for each in Account.objects.all()] == ["boats-2026", "fisher", "purse"]
    assert Account.objects.get(code="boats-2026").available.exact() == "480.00元"
    assert Account.objects.get(code="fisher").owner.slug == "999000011"
    assert list(Transfer.objects.order_by("pk").values_list("key", flat=True)) == [
        "pack:fjordby:first",
        "pack:fjordby:held",
    ]
    heads = list(Account.objects.values_list("code", "head"))
    (loaded / "accounts.yaml").write_text(ACCOUNTS + "# again\n", encoding="utf-8")
    load_pack(loaded, by=operator())
    assert list(Account.objects.values_list("code", "head")) == heads
    assert Memo.objects.filter(synthetic=True).count() == 2
    assert verify().holds


def test_what_leaves_the_pack_stays_in_the_ledger(loaded: Path) -> None:
    (loaded / "postings.yaml").write_text("[]\n", encoding="utf-8")
    (loaded / "accounts.yaml").write_text("[]\n", encoding="utf-8")
    load_pack(loaded, by=operator())
    assert (Account.objects.count(), Transfer.objects.count(), Reservation.objects.count()) == (3, 2, 1)


def test_a_posting_that_cannot_be_done_stops_the_whole_load(db: None, pack: Path) -> None:
    (pack / "postings.yaml").write_text(POSTINGS.replace('"500"', '"5"'), encoding="utf-8")
    with pytest.raises(Problems):
        load_pack(pack, by=operator())
    assert not Account.objects.exists()


def test_an_account_that_nobody_opened_is_a_fault_of_the_pack(db: None, pack: Path) -> None:
    (pack / "postings.yaml").write_text(
        POSTINGS.replace("credit: fisher", "credit: nobody"), encoding="utf-8"
    )
    with pytest.raises(Problems, match="没有账户“nobody”"):
        load_pack(pack, by=operator())
