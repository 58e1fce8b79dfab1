"""One client of the ledger's benchmark: transfers, one call each, for some seconds; prints how many.

`python ledger_client.py SECONDS hot|spread`, on the database of the environment. It says `ready`, and begins with a line of input.
"""

from __future__ import annotations

import os
import random
import sys
import time

import django

django.setup()

from sanchuang.core.operator import operator  # noqa: E402
from sanchuang.ledger import posting  # noqa: E402
from sanchuang.ledger.models import Account, Memo  # noqa: E402
from sanchuang.values import Yuan  # noqa: E402


def main(seconds: float, which: str) -> None:
    """Post between random accounts; `hot`: always from the same one."""
    accounts = list(Account.objects.order_by("pk"))
    by, reason, chance = operator(), Memo.objects.get(), random.Random(os.getpid())
    print("ready", flush=True)
    sys.stdin.readline()
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        debit, credit = chance.sample(accounts, 2)
        if which == "hot":
            debit, credit = accounts[0], chance.choice(accounts[1:])
        posting.transfer(debit, credit, Yuan(100), by=by, reason=reason)
        count += 1
    print(count)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
