"""The triggers by which the database itself keeps the balances, on SQLite and PostgreSQL.

Whoever inserts a transfer, by whatever tool, moves the balances of both accounts with it: the database counts them, refuses a
transfer that does not continue the chains of its accounts, counts in a closed period or finds no reservation, and
(by the accounts' own constraints) one that overdraws. Balances change in no other way, and transfers never.
"""

from __future__ import annotations

from sanchuang.core.triggers import Guards, Trigger, refusal, refusing
from sanchuang.ledger import chain
from sanchuang.ledger.models import Account, Closing, Reservation, Transfer

ADDED = "the ledger is only ever added to"
COUNTED = "balances follow from transfers"
SEQUENCE = "the transfer does not continue its accounts"
CLOSED = "the day of the transfer is closed"
PENDING = "the transfer does not fit its reservation"
_REFUSE, _COUNT, _APPLY = "sanchuang_ledger_refuse", "sanchuang_ledger_counted", "sanchuang_ledger_apply"

_ACCOUNT, _TRANSFER = Account._meta.db_table, Transfer._meta.db_table
_RESERVATION, _CLOSING = Reservation._meta.db_table, Closing._meta.db_table

# What of an account never changes: all that its first digest covers.
_FIXED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in ("id", *chain.ACCOUNT))
_COUNTED = ("debits", "credits", "held_out", "held_in", "seq", "head")
_MOVED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in _COUNTED)
# A change that follows from a transfer: SQLite looks for the transfer, PostgreSQL knows that a trigger does it.
_FOLLOWS = f"""EXISTS (
    SELECT 1 FROM {_TRANSFER} t WHERE t.digest = NEW.head AND NEW.seq = OLD.seq + 1 AND (
      (t.debit_id = NEW.id AND t.debit_seq = NEW.seq AND NEW.debits = OLD.debits + t.amount
        AND NEW.held_out = OLD.held_out + t.held AND NEW.credits = OLD.credits AND NEW.held_in = OLD.held_in)
      OR (t.credit_id = NEW.id AND t.credit_seq = NEW.seq AND NEW.credits = OLD.credits + t.amount
        AND NEW.held_in = OLD.held_in + t.held AND NEW.debits = OLD.debits AND NEW.held_out = OLD.held_out)))"""
_LEFT = f"""NEW.transfer_id = OLD.transfer_id AND NEW.debit_id = OLD.debit_id AND NEW.credit_id = OLD.credit_id
    AND NEW.remaining = (SELECT sum(held) FROM {_TRANSFER} t WHERE t.id = NEW.transfer_id OR t.pending_id = NEW.transfer_id)"""

_APPLY_SQLITE = f"""
    SELECT RAISE(ABORT, '{CLOSED}') WHERE EXISTS (SELECT 1 FROM {_CLOSING} WHERE last_day >= NEW.day);
    SELECT RAISE(ABORT, '{SEQUENCE}') WHERE NOT EXISTS (
      SELECT 1 FROM {_ACCOUNT} d, {_ACCOUNT} c WHERE d.id = NEW.debit_id AND c.id = NEW.credit_id
        AND d.seq = NEW.debit_seq - 1 AND c.seq = NEW.credit_seq - 1 AND d.currency = c.currency
        AND d.credits - d.debits - NEW.amount = NEW.debit_balance
        AND c.credits - c.debits + NEW.amount = NEW.credit_balance);
    UPDATE {_ACCOUNT} SET debits = debits + NEW.amount, held_out = held_out + NEW.held, seq = NEW.debit_seq,
      head = NEW.digest WHERE id = NEW.debit_id;
    UPDATE {_ACCOUNT} SET credits = credits + NEW.amount, held_in = held_in + NEW.held, seq = NEW.credit_seq,
      head = NEW.digest WHERE id = NEW.credit_id;
    INSERT INTO {_RESERVATION} (transfer_id, debit_id, credit_id, remaining, expires)
      SELECT NEW.id, NEW.debit_id, NEW.credit_id, NEW.held, NEW.expires WHERE NEW.kind = 'reserve';
    SELECT RAISE(ABORT, '{PENDING}') WHERE NEW.pending_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_RESERVATION}
      WHERE transfer_id = NEW.pending_id AND debit_id = NEW.debit_id AND credit_id = NEW.credit_id);
    UPDATE {_RESERVATION} SET remaining = remaining + NEW.held WHERE transfer_id = NEW.pending_id;
"""
_RAISE = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation';"
_APPLY_POSTGRESQL = f"""
DECLARE first {_ACCOUNT}.currency%TYPE; second {_ACCOUNT}.currency%TYPE;
BEGIN
  IF EXISTS (SELECT 1 FROM {_CLOSING} WHERE last_day >= NEW.day) THEN {_RAISE.format(CLOSED)} END IF;
  UPDATE {_ACCOUNT} SET debits = debits + NEW.amount, held_out = held_out + NEW.held, seq = NEW.debit_seq,
    head = NEW.digest WHERE id = NEW.debit_id AND seq = NEW.debit_seq - 1
    AND credits - debits - NEW.amount = NEW.debit_balance RETURNING currency INTO first;
  UPDATE {_ACCOUNT} SET credits = credits + NEW.amount, held_in = held_in + NEW.held, seq = NEW.credit_seq,
    head = NEW.digest WHERE id = NEW.credit_id AND seq = NEW.credit_seq - 1
    AND credits - debits + NEW.amount = NEW.credit_balance RETURNING currency INTO second;
  IF first IS NULL OR second IS NULL OR first <> second THEN {_RAISE.format(SEQUENCE)} END IF;
  IF NEW.kind = 'reserve' THEN
    INSERT INTO {_RESERVATION} (transfer_id, debit_id, credit_id, remaining, expires)
      VALUES (NEW.id, NEW.debit_id, NEW.credit_id, NEW.held, NEW.expires);
  ELSIF NEW.pending_id IS NOT NULL THEN
    UPDATE {_RESERVATION} SET remaining = remaining + NEW.held WHERE transfer_id = NEW.pending_id
      AND debit_id = NEW.debit_id AND credit_id = NEW.credit_id;
    IF NOT FOUND THEN {_RAISE.format(PENDING)} END IF;
  END IF;
  RETURN NULL;
END
"""


def _counted(model: type[Account | Reservation], name: str, moved: str, follows: str) -> Trigger:
    return Trigger(
        model,
        name,
        "BEFORE UPDATE",
        sqlite=f"SELECT RAISE(ABORT, '{COUNTED}');",
        postgresql=_COUNT,
        when={
            "sqlite": f"({moved}) AND NOT ({follows})",
            "postgresql": f"({moved}) AND pg_trigger_depth() = 0",
        },
    )


guards = Guards(
    (
        Trigger(Transfer, "apply", "AFTER INSERT", sqlite=_APPLY_SQLITE, postgresql=_APPLY),
        _counted(Account, "counted", _MOVED, _FOLLOWS),
        _counted(Reservation, "counted", "TRUE", _LEFT),
        *(refusing(Transfer, event, ADDED, _REFUSE) for event in ("UPDATE", "DELETE", "TRUNCATE")),
        refusing(Account, "UPDATE", ADDED, _REFUSE, when=_FIXED),
        *(refusing(Account, event, ADDED, _REFUSE) for event in ("DELETE", "TRUNCATE")),
        *(refusing(Reservation, event, ADDED, _REFUSE) for event in ("DELETE", "TRUNCATE")),
        *(refusing(Closing, event, ADDED, _REFUSE) for event in ("UPDATE", "DELETE", "TRUNCATE")),
    ),
    {_REFUSE: refusal(ADDED), _COUNT: refusal(COUNTED), _APPLY: _APPLY_POSTGRESQL},
)
