"""A small ledger for the tests: the treasury, two budgets, a company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sanchuang.values import Yuan


@dataclass
class Books:
    """The accounts of the tests, and who posts for what reason."""

    treasury: Any
    budget: Any
    other: Any
    company: Any
    by: Any
    reason: Any

    def give(self, yuan: int, **given: Any) -> Any:
        """Money from the treasury to the budget."""
        from sanchuang.ledger import posting

        return posting.transfer(
            self.treasury, self.budget, Yuan.of(yuan), by=self.by, reason=self.reason, **given
        )


def make_books() -> Books:
    """The accounts, in the database at hand."""
    from sanchuang.core.operator import operator
    from sanchuang.ledger.models import Memo
    from sanchuang.ledger.posting import open_account

    by = operator()
    return Books(
        open_account("treasury", name="区财政", kind="treasury", overdraft=True),
        open_account("budget", name="算力补贴", kind="budget"),
        open_account("other", name="青鸟计划", kind="budget"),
        open_account("company", name="某企业", kind="party"),
        by,
        Memo.objects.create(title="年初预算", by=by.pseudonym),
    )
