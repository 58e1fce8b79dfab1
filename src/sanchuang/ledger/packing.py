"""Bring a pack's accounts, and what has moved between them from the beginning. What is there stays: the ledger only grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from sanchuang.core.pack.register import Counts, Report, loader
from sanchuang.engines.markup import Problem, Problems
from sanchuang.ledger import posting
from sanchuang.ledger.models import Account, Memo, Transfer
from sanchuang.registry.queries import survivors
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.core.models import User
    from sanchuang.core.pack.reader import Pack


@loader(60)
def load_ledger(pack: Pack, by: User, report: Report) -> Counts:
    """Open the accounts that are not open, and write what is not written; organisations are loaded earlier."""
    try:
        opened, written = _open(pack, report), _post(pack, by, report)
    except Malformed as error:
        place = (pack.root / "pack.yaml").as_posix()
        raise Problems([Problem(place, 0, 0, error.message, error.remedy)]) from error
    return {"accounts": opened, "postings": written}


def _open(pack: Pack, report: Report) -> int:
    there = set(Account.objects.values_list("code", flat=True))
    wanted = [each for each in pack.accounts if each.code not in there]
    owners = survivors(each.owner for each in wanted if each.owner)
    for number, each in enumerate(wanted, 1):
        posting.open_account(
            each.series,
            name=each.names.hans,
            name_en=each.names.en or "",
            kind=each.kind,
            owner=owners[each.owner] if each.owner else None,
            period=each.period,
            overdraft=each.overdraft,
            note=each.note or "",
            synthetic=each.synthetic,
            pack=pack.id,
        )
        report("accounts", number, len(wanted))
    return len(wanted)


def _post(pack: Pack, by: User, report: Report) -> int:
    keys = {f"pack:{pack.id}:{each.key}": each for each in pack.postings}
    there = set(Transfer.objects.filter(key__in=keys).values_list("key", flat=True))
    today = timezone.localdate()
    wanted = {key: each for key, each in keys.items() if key not in there and each.day <= today}
    codes = {code for each in wanted.values() for code in (each.debit, each.credit)}
    accounts = {each.code: each for each in Account.objects.filter(code__in=codes)}
    for number, (key, each) in enumerate(wanted.items(), 1):
        verb = posting.reserve if each.reserve else posting.transfer
        memo = Memo.objects.create(title=each.title, by=by.pseudonym, synthetic=each.synthetic)
        verb(
            accounts[each.debit],
            accounts[each.credit],
            each.amount,
            by=by,
            reason=memo,
            why=each.title,
            day=each.day,
            key=key,
        )
        report("postings", number, len(wanted))
    return len(wanted)
