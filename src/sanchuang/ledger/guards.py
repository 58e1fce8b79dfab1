"""The triggers by which the database itself keeps the balances, on SQLite and PostgreSQL.

Whoever inserts a transfer, by whatever tool, moves the balances of both accounts with it: the database counts them, refuses a
transfer that does not continue the chains of its accounts, counts in a closed period or finds no reservation, and
(by the accounts' own constraints) one that overdraws. Balances change in no other way, and transfers never.
"""

from __future__ import annotations

from django.db import models

from sanchuang.core.triggers import Guards, Trigger, refusal, refusing
from sanchuang.ledger import chain
from sanchuang.ledger.models import Account, Closing, Reservation, Transfer

ADDED = "the ledger is only ever added to"
COUNTED = "balances follow from transfers"
SEQUENCE = "the transfer does not continue its accounts"
CLOSED = "the day of the transfer is closed"
PENDING = "the transfer does not fit its reservation"
_REFUSE, _COUNT = "sanchuang_ledger_refuse", "sanchuang_ledger_counted"
_APPLY, _FILL = "sanchuang_ledger_apply", "sanchuang_ledger_fill"

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
DECLARE kept int; currencies int;
BEGIN
  IF EXISTS (SELECT 1 FROM {_CLOSING} WHERE last_day >= NEW.day) THEN {_RAISE.format(CLOSED)} END IF;
  WITH moved AS (
    UPDATE {_ACCOUNT} SET
      debits = debits + CASE WHEN id = NEW.debit_id THEN NEW.amount ELSE 0 END,
      held_out = held_out + CASE WHEN id = NEW.debit_id THEN NEW.held ELSE 0 END,
      credits = credits + CASE WHEN id = NEW.credit_id THEN NEW.amount ELSE 0 END,
      held_in = held_in + CASE WHEN id = NEW.credit_id THEN NEW.held ELSE 0 END,
      seq = seq + 1, head = NEW.digest
    WHERE (id = NEW.debit_id AND seq = NEW.debit_seq - 1 AND credits - debits - NEW.amount = NEW.debit_balance)
       OR (id = NEW.credit_id AND seq = NEW.credit_seq - 1 AND credits - debits + NEW.amount = NEW.credit_balance)
    RETURNING currency)
  SELECT count(*), count(DISTINCT currency) FROM moved INTO kept, currencies;
  IF kept <> 2 OR currencies <> 1 THEN {_RAISE.format(SEQUENCE)} END IF;
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

# What of a transfer follows from its accounts. PostgreSQL works it out itself for a row that comes without a digest, so that
# a transfer is one statement and locks its accounts no longer than that; it is hashed as in `ledger.chain`.
FILLED = ("debit_seq", "debit_balance", "credit_seq", "credit_balance", "at", "digest")


def _hashed(name: str) -> str:
    kind, new = Transfer._meta.get_field(name), f'NEW."{name}"'
    if isinstance(kind, models.DateTimeField):
        text = f"""'"' || to_char({new} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"'"""
    elif isinstance(kind, models.DateField):
        text = f"""'"' || to_char({new}, 'YYYY-MM-DD') || '"'"""
    elif isinstance(kind, models.CharField):
        text = f"to_json({new})::text"
    else:
        text = f"{new}::text"
    return f"coalesce({text}, 'null')"


_LINE = 1_280_328_775  # of all advisory locks, those of the ledger's accounts
_ROW = " || ',' || ".join(_hashed(name) for name in chain.TRANSFER)
_FILL_POSTGRESQL = f"""
DECLARE each record; debit_head text; credit_head text;
BEGIN
  -- Who waits for a row that many want is woken twice, and reads it twice. Here they wait in one line before the row; a
  -- number that two accounts share only lets one wait in vain.
  PERFORM pg_advisory_xact_lock({_LINE}, (least(NEW.debit_id, NEW.credit_id) % 2147483647)::int);
  FOR each IN SELECT id, seq, head, credits - debits AS balance, first_day, last_day FROM {_ACCOUNT}
    WHERE id IN (NEW.debit_id, NEW.credit_id) ORDER BY id FOR NO KEY UPDATE
  LOOP
    IF each.first_day IS NOT NULL AND (NEW.day < each.first_day OR NEW.day > each.last_day) THEN
      {_RAISE.format(CLOSED)}
    END IF;
    IF each.id = NEW.debit_id THEN
      debit_head := each.head; NEW.debit_seq := each.seq + 1; NEW.debit_balance := each.balance - NEW.amount;
    ELSE
      credit_head := each.head; NEW.credit_seq := each.seq + 1; NEW.credit_balance := each.balance + NEW.amount;
    END IF;
  END LOOP;
  -- Drawn anew now that the accounts are locked: the keys of an account's transfers rise as its numbers do.
  NEW.id := nextval('{_TRANSFER}_id_seq');
  NEW.at := clock_timestamp();
  NEW.digest := encode(sha256(convert_to(
    '["' || debit_head || '","' || credit_head || '",' || {_ROW} || ']', 'UTF8')), 'hex');
  RETURN NEW;
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
            "postgresql": f"pg_trigger_depth() = 0 AND ({moved})",
        },
    )


guards = Guards(
    (
        Trigger(Transfer, "fill", "BEFORE INSERT", postgresql=_FILL, when="NEW.digest = ''"),
        Trigger(Transfer, "apply", "AFTER INSERT", sqlite=_APPLY_SQLITE, postgresql=_APPLY),
        _counted(Account, "counted", _MOVED, _FOLLOWS),
        _counted(Reservation, "counted", "TRUE", _LEFT),
        *(refusing(Transfer, event, ADDED, _REFUSE) for event in ("UPDATE", "DELETE", "TRUNCATE")),
        Trigger(
            Account,
            "no_update",
            f"BEFORE UPDATE OF {', '.join(('id', *chain.ACCOUNT))}",
            sqlite=f"SELECT RAISE(ABORT, '{ADDED}');",
            postgresql=_REFUSE,
            when=_FIXED,
        ),
        *(refusing(Account, event, ADDED, _REFUSE) for event in ("DELETE", "TRUNCATE")),
        *(refusing(Reservation, event, ADDED, _REFUSE) for event in ("DELETE", "TRUNCATE")),
        *(refusing(Closing, event, ADDED, _REFUSE) for event in ("UPDATE", "DELETE", "TRUNCATE")),
    ),
    {_REFUSE: refusal(ADDED), _COUNT: refusal(COUNTED), _APPLY: _APPLY_POSTGRESQL, _FILL: _FILL_POSTGRESQL},
)
