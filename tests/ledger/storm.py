"""A storm over a ledger: processes that post at random, are killed in the middle and started again, until all is done.

`python storm.py --orders 20000 --processes 8 --kills 40` works on the database of the environment (`SANCHUANG_VAR`,
`DATABASE_URL`), which must be empty, and prints what it did as JSON. `make soak` runs a longer one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

ACCOUNTS = 100
POSTED = (
    "transfer",
    "reserve",
    "post",
    "release",
    "pair",
    "reverse",
)  # answers that say that something was posted
AGAIN = 3  # orders that a process sends again after it was killed, whether they were done or not


def prepare() -> None:
    """Accounts, most of which may not be overdrawn, with something on each."""
    from sanchuang.core.operator import operator
    from sanchuang.ledger import posting
    from sanchuang.ledger.models import Account, Memo
    from sanchuang.values import Yuan

    by = operator()
    reason = Memo.objects.create(title="storm", by=by.pseudonym)
    outside = posting.open_account("outside", name="outside", kind="outside", overdraft=True)
    made = [
        posting.open_account(f"a-{number}", name=f"a-{number}", kind="budget", overdraft=number % 10 == 0)
        for number in range(ACCOUNTS - 1)
    ]
    posting.linked([posting.Move(outside, each, Yuan.of(1000)) for each in made], by=by, reason=reason)
    assert Account.objects.count() == ACCOUNTS


def kind_of(seed: int, process: int, number: int) -> tuple[str, random.Random]:
    """What a process does with its order `number`; the same however often it is asked."""
    chance = random.Random(f"{seed}-{process}-{number}")
    return chance.choices(POSTED, weights=(50, 20, 12, 5, 10, 3))[0], chance


class Sender:
    """One process's orders. Each has a key of its own, so that it may be sent again."""

    def __init__(self, seed: int, process: int) -> None:
        from sanchuang.core.operator import operator
        from sanchuang.ledger.models import Account, Memo

        self.seed, self.process = seed, process
        self.accounts = list(Account.objects.order_by("pk"))
        self.by, self.reason = operator(), Memo.objects.get()

    def send(self, number: int) -> str:
        """Send an order; gives what became of it."""
        from django.db import OperationalError

        from sanchuang.ledger.errors import NotEnough, Settled

        kind, chance = kind_of(self.seed, self.process, number)
        while True:
            state = chance.getstate()
            try:
                return getattr(self, kind)(number, chance)
            except (NotEnough, Settled) as refusal:
                return type(refusal).__name__
            except OperationalError as busy:
                # SQLite has one writer, and who waited 5 seconds in vain is told so; the key makes it safe to ask again.
                if "locked" not in str(busy):
                    raise
                print(f"process {self.process}, order {number}: {busy}", file=sys.stderr)
                chance.setstate(state)

    def _said(self, number: int) -> dict[str, Any]:
        return {"by": self.by, "reason": self.reason, "key": f"{self.process}-{number}"}

    def _two(self, chance: random.Random) -> tuple[Any, Any, Any]:
        from sanchuang.values import Yuan

        debit, credit = chance.sample(self.accounts, 2)
        return debit, credit, Yuan(chance.randint(1, 60_000))

    def transfer(self, number: int, chance: random.Random) -> str:
        from sanchuang.ledger import posting

        posting.transfer(*self._two(chance), **self._said(number))
        return "transfer"

    def reserve(self, number: int, chance: random.Random) -> str:
        from sanchuang.ledger import posting

        posting.reserve(*self._two(chance), **self._said(number))
        return "reserve"

    def _earlier(self, number: int, chance: random.Random, kind: str) -> Any:
        """A transfer that this process made with an earlier order of `kind`, if it was made."""
        from sanchuang.ledger.models import Transfer

        before = [
            n for n in range(max(0, number - 40), number) if kind_of(self.seed, self.process, n)[0] == kind
        ]
        if not before:
            return None
        return Transfer.objects.filter(key=f"{self.process}-{chance.choice(before)}").first()

    def post(self, number: int, chance: random.Random) -> str:
        from sanchuang.ledger import posting
        from sanchuang.values import Yuan

        held = self._earlier(number, chance, "reserve")
        if held is None:
            return "nothing to post"
        amount = chance.choice([None, Yuan(chance.randint(1, held.held))])
        posting.post(held, amount, keep=chance.random() < 0.5, **self._said(number))
        return "post"

    def release(self, number: int, chance: random.Random) -> str:
        from sanchuang.ledger import posting

        held = self._earlier(number, chance, "reserve")
        if held is None:
            return "nothing to release"
        posting.release(held, **self._said(number))
        return "release"

    def reverse(self, number: int, chance: random.Random) -> str:
        from sanchuang.ledger import posting

        made = self._earlier(number, chance, "transfer")
        if made is None:
            return "nothing to reverse"
        posting.reverse(made, **self._said(number))
        return "reverse"

    def pair(self, number: int, chance: random.Random) -> str:
        from sanchuang.ledger import posting

        orders = []
        for which in range(2):
            debit, credit, amount = self._two(chance)
            key = f"{self.process}-{number}" + (f"-{which}" if which else "")
            orders.append(posting.Move(debit, credit, amount, key=key))
        posting.linked(orders, by=self.by, reason=self.reason)
        return "pair"


def work(seed: int, process: int, orders: int, log: Path) -> None:
    """Send the orders of one process, from where the one before it stood; write down what became of each."""
    sender = Sender(seed, process)
    with log.open("a") as told:
        for number in range(max(0, done_of(log) - AGAIN), orders):
            outcome = sender.send(number)
            told.write(f"{number} {outcome}\n")
            told.flush()


def done_of(log: Path) -> int:
    """How many orders were answered, by the last whole line of a log."""
    lines = log.read_bytes()[-200:].rpartition(b"\n")[0].splitlines() if log.exists() else []
    return int(lines[-1].split()[0]) + 1 if lines else 0


def answered(folder: Path) -> dict[str, str]:
    """Key → what was answered, of all orders that were written down."""
    found = {}
    for log in folder.glob("*.log"):
        for line in log.read_text().splitlines():
            number, _space, outcome = line.partition(" ")
            found[f"{log.stem}-{number}"] = outcome
    return found


def storm(orders: int, processes: int, kills: int, seed: int, folder: Path) -> dict[str, Any]:
    """Run it to its end; the killings are spread over the first part of the work."""
    from django.db import connections

    connections.close_all()  # what a process inherits it must not use
    each = orders // processes
    running: dict[int, int] = {}
    chance = random.Random(seed)

    def start(process: int) -> None:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(seed, process, each, folder / f"{process}.log")
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)  # whatever happens, never into the parent's code
        running[child] = process

    started = time.monotonic()
    for process in range(processes):
        start(process)
    killed = failed = 0
    while running:
        time.sleep(0.02)
        done = sum(map(done_of, folder.glob("*.log")))
        if killed < kills and done > 0.8 * orders * (killed + 1) / kills:
            victim = chance.choice(list(running))
            os.kill(victim, signal.SIGKILL)
            killed += 1
        while running:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                break
            process = running.pop(child)
            if os.WIFSIGNALED(status):
                start(process)
            elif status:
                failed += 1
    return {
        "orders": each * processes,
        "kills": killed,
        "failed": failed,
        "seconds": time.monotonic() - started,
    }


def checked() -> dict[str, Any]:
    """What a ledger holds, counted apart from `verify` as well."""
    from django.db.models import Count, Sum

    from sanchuang.ledger.models import Account, Reservation, Transfer
    from sanchuang.ledger.verifying import verify

    sums: dict[str, dict[int, int]] = {}
    for side in ("debit_id", "credit_id"):
        sums[side] = dict(Transfer.objects.order_by().values_list(side).annotate(Sum("amount")))
    held = dict(Reservation.objects.order_by().values_list("debit_id").annotate(Sum("remaining")))
    accounts = Account.objects.all()
    links = Transfer.objects.exclude(link="").values("link", "link_size").annotate(count=Count("pk"))
    keys = Transfer.objects.exclude(key=None)
    verdict = verify()
    return {
        "transfers": Transfer.objects.count(),
        "kinds": dict(Transfer.objects.order_by().values_list("kind").annotate(Count("pk"))),
        "linked": links.count(),
        "half": sum(each["count"] != each["link_size"] for each in links),
        "keys_twice": keys.count() - keys.values("key").distinct().count(),
        "overdrawn": sum(not a.overdraft and a.available.fen < 0 for a in accounts),
        "underived": sum(
            (a.debits, a.credits, a.held_out)
            != (sums["debit_id"].get(a.pk, 0), sums["credit_id"].get(a.pk, 0), held.get(a.pk, 0))
            for a in accounts
        ),
        "sum": sum(a.credits - a.debits for a in accounts),
        "broken": str(verdict.broken or ""),
    }


def keys() -> list[str]:
    """The keys of all orders that are in the ledger."""
    from sanchuang.ledger.models import Transfer

    return list(Transfer.objects.exclude(key=None).values_list("key", flat=True))


def main() -> None:
    """Read the arguments, run the storm, check the ledger."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--orders", type=int, default=20_000)
    reader.add_argument("--processes", type=int, default=8)
    reader.add_argument("--kills", type=int, default=40)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--folder", type=Path, required=True, help="where processes note how far they are")
    given = reader.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanchuang.web.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    prepare()
    given.folder.mkdir(parents=True, exist_ok=True)
    told = storm(given.orders, given.processes, given.kills, given.seed, given.folder)
    told |= checked()
    json.dump(told, sys.stdout)
    print()


if __name__ == "__main__":
    main()
