"""The ledger's own words in the page's language: accounts, amounts, people."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sanchuang.core.language import page_language
from sanchuang.core.models import User
from sanchuang.core.templatetags.shown import period
from sanchuang.ledger.models import Account, Transfer
from sanchuang.values import Yuan, number_text

HOME = "CNY"  # the currency whose amounts carry no code


def exact(amount: Yuan, currency: str = HOME) -> str:
    """Every fen: 1,234.50元; another currency shows its code: 1,234.50 NOK."""
    if currency == HOME:
        return amount.exact()
    return f"{number_text(Fraction(amount.fen, 100), digits=2)} {currency}"


def account_label(account: Account) -> str:
    """The account's name in the page's language, with its period."""
    name = account.name_en if page_language() == "en" and account.name_en else account.name
    return f"{name} {period(account.period)}".strip()


def summary(transfer: Transfer) -> str:
    """What a line of a statement says of a transfer: why, else what it does."""
    if transfer.why == "expired":
        return _("Released, for it expired")
    return transfer.why or str(transfer.get_kind_display())


def people(pseudonyms: Iterable[str]) -> dict[str, str]:
    """Who stands behind pseudonyms; of somebody erased or unknown only that."""
    wanted = {pseudonym for pseudonym in pseudonyms if pseudonym}
    known = {each.pseudonym: each for each in User.objects.filter(pseudonym__in=wanted)}
    gone = _("erased person %(pseudonym)s")
    return {
        each: str(known[each])
        if each in known and known[each].erased_at is None
        else gone % {"pseudonym": each[:8]}
        for each in wanted
    }


def all_periods() -> list[tuple[str, str]]:
    """The periods of which there are accounts, the newest first."""
    found = Account.objects.exclude(period="").order_by("-period").values_list("period", flat=True).distinct()
    return [*((each, period(each)) for each in found), ("-", pgettext("accounts", "without a period"))]
