"""The example of docs/ledger.md moves money as its page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sanchuang.core.operator import operator
from sanchuang.ledger.models import Account, Memo
from sanchuang.ledger.verifying import verify

PAGE = Path(__file__).resolve().parents[2] / "docs/ledger.md"


def test_the_example_moves_what_it_says(db: None, monkeypatch: Any) -> None:
    import datetime as dt

    from django.utils import timezone

    monkeypatch.setattr(timezone, "localdate", lambda *_given: dt.date(2026, 6, 1))
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    assert code
    names: dict[str, Any] = {}
    exec(code[1], names)  # noqa: S102  our own page
    by = operator()
    budget = names["a_year"](by, Memo.objects.create(title="算力券", by=by.pseudonym))
    now = Account.objects.get(pk=budget.pk)
    assert (now.balance.exact(), now.available.exact()) == ("4,880,000.00元", "4,880,000.00元")
    assert Account.objects.get(code="acme").balance.exact() == "120,050.00元"
    assert verify().holds
