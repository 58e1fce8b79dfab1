"""The ledger against a model of it in thirty lines: whatever is asked in whatever order, both say the same."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from small_ledger import make_books

from sanchuang.ledger import posting
from sanchuang.ledger.errors import NotEnough, Settled
from sanchuang.ledger.models import Account
from sanchuang.ledger.queries import trial_balance
from sanchuang.ledger.verifying import verify
from sanchuang.values import Malformed, Yuan

NAMES = ("treasury", "budget", "other", "company")
names = st.sampled_from(NAMES)
fen = st.integers(1, 500)


class Model:
    """What each account has, what is reserved on it, and what is left of each reservation."""

    def __init__(self) -> None:
        self.has, self.held = dict.fromkeys(NAMES, 0), dict.fromkeys(NAMES, 0)
        self.open: dict[int, list[Any]] = {}
        self.undone: set[int] = set()

    def move(self, debit: str, credit: str, fen: int) -> bool:
        if debit != "treasury" and self.has[debit] - self.held[debit] < fen:
            return False
        self.has[debit] -= fen
        self.has[credit] += fen
        return True

    def hold(self, debit: str, fen: int) -> bool:
        if debit != "treasury" and self.has[debit] - self.held[debit] < fen:
            return False
        self.held[debit] += fen
        return True

    def settle(self, pk: int, fen: int | None, keep: bool) -> bool:
        debit, credit, left = self.open[pk]
        fen = left if fen is None else fen
        if left == 0 or fen > left:
            return False
        freed = fen if keep else left
        self.held[debit] -= freed
        self.open[pk][2] -= freed
        return self.move(debit, credit, fen) if fen else True


class Ledger(RuleBasedStateMachine):
    """Each run has books of its own, and is undone at its end."""

    reservations = Bundle("reservations")
    moves = Bundle("moves")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.books, self.model, self.sent = make_books(), Model(), 0

    def teardown(self) -> None:
        verdict = verify()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)
        assert verdict.holds, verdict.broken

    def ask(self, verb: Any, *given: Any, **more: Any) -> Any:
        """What the ledger makes of it; None where it refuses."""
        try:
            return verb(*given, by=self.books.by, reason=self.books.reason, **more)
        except (NotEnough, Settled):
            return None

    def account(self, name: str) -> Account:
        return getattr(self.books, name)

    @rule(target=moves, debit=names, credit=names, fen=fen)
    def transfer(self, debit: str, credit: str, fen: int) -> Any:
        if debit == credit:
            try:
                self.ask(posting.transfer, self.account(debit), self.account(credit), Yuan(fen))
            except Malformed:
                return multiple()
            raise AssertionError
        made = self.ask(posting.transfer, self.account(debit), self.account(credit), Yuan(fen))
        assert (made is not None) == self.model.move(debit, credit, fen)
        return multiple() if made is None else (made, debit, credit, fen)

    @rule(debit=names, credit=names, first=fen, second=fen)
    def pair(self, debit: str, credit: str, first: int, second: int) -> None:
        """Two that are linked: there and back, or neither."""
        if debit == credit:
            return
        there, back = self.account(debit), self.account(credit)
        orders = [posting.Move(there, back, Yuan(first)), posting.Move(back, there, Yuan(second))]
        made = self.ask(posting.linked, orders)
        before = dict(self.model.has)
        fits = self.model.move(debit, credit, first) and self.model.move(credit, debit, second)
        if not fits:
            self.model.has = before
        assert (made is not None) == fits

    @rule(target=reservations, debit=names, credit=names, fen=fen)
    def reserve(self, debit: str, credit: str, fen: int) -> Any:
        if debit == credit:
            return multiple()
        made = self.ask(posting.reserve, self.account(debit), self.account(credit), Yuan(fen))
        assert (made is not None) == self.model.hold(debit, fen)
        if made is None:
            return multiple()
        self.model.open[made.pk] = [debit, credit, fen]
        return made

    @rule(held=reservations, amount=st.none() | fen, keep=st.booleans())
    def post(self, held: Any, amount: int | None, keep: bool) -> None:
        made = self.ask(posting.post, held, None if amount is None else Yuan(amount), keep=keep)
        assert (made is not None) == self.model.settle(held.pk, amount, keep)

    @rule(held=reservations)
    def release(self, held: Any) -> None:
        made = self.ask(posting.release, held)
        assert (made is not None) == self.model.settle(held.pk, 0, keep=False)

    @rule(move=moves)
    def reverse(self, move: Any) -> None:
        made, debit, credit, fen = move
        undone = self.ask(posting.reverse, made)
        expected = made.pk not in self.model.undone and self.model.move(credit, debit, fen)
        assert (undone is not None) == expected
        if undone is not None:
            self.model.undone.add(made.pk)

    @rule(debit=names, credit=names, fen=fen, again=st.integers(1, 3))
    def the_same_again(self, debit: str, credit: str, fen: int, again: int) -> None:
        """A key is done once, however often it is sent."""
        if debit == credit:
            return
        self.sent += 1
        key = f"key-{self.sent}"
        sent = [
            self.ask(posting.transfer, self.account(debit), self.account(credit), Yuan(fen), key=key)
            for _ in range(again)
        ]
        expected = self.model.move(debit, credit, fen)
        assert {made is not None for made in sent} == {expected}
        assert len({made.pk for made in sent if made is not None}) <= 1

    @invariant()
    def both_say_the_same(self) -> None:
        stored = {account.code: account for account in Account.objects.all()}
        assert {name: stored[name].balance.fen for name in NAMES} == self.model.has
        assert {name: stored[name].held_out for name in NAMES} == self.model.held
        lines = trial_balance()
        assert sum(line.debits for line in lines) == sum(line.credits for line in lines)


def test_the_ledger_does_what_its_model_does(db: None) -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
