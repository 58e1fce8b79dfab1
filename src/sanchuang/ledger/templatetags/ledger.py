"""How the ledger's pages show amounts and accounts: every fen, never rounded."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sanchuang.core import confidential
from sanchuang.core.templatetags.shown import synthetic
from sanchuang.ledger.labels import account_label, exact
from sanchuang.ledger.models import Account
from sanchuang.values import Yuan

register = template.Library()


@register.filter
def fen(value: Yuan | int | None, currency: str = "CNY") -> SafeString | str:
    """An amount with every fen; one below nothing is marked."""
    if value is None:
        return ""
    yuan = value if isinstance(value, Yuan) else Yuan(value)
    return format_html(
        '<span class="num{}">{}</span>', " below" if yuan < Yuan(0) else "", exact(yuan, currency)
    )


@register.filter
def account_name(value: Account) -> str:
    """The account's name with its period."""
    return account_label(value)


@register.simple_tag(takes_context=True)
def account_link(context: dict[str, Any], value: Account) -> SafeString:
    """The account's name, leading to its page for those who may see it."""
    return linked_account(value, context["request"].user)


def linked_account(account: Account, user: Any) -> SafeString:
    """The account's name with its badge; a link for those who may see it."""
    name, mark = account_label(account), synthetic(account.synthetic)
    if confidential.may_see(user, account):
        return format_html('<a href="{}">{}</a> {}', account.get_absolute_url(), name, mark)
    return format_html("{} {}", name, mark)


@register.simple_tag
def shares(given: int, spent: int, held: int) -> SafeString:
    """A bar: what of `given` is spent, what reserved, the rest left. Its words stand beside it."""
    if given <= 0:
        first = second = 0
    else:
        first = min(1000, 1000 * spent // given)
        second = min(1000 - first, 1000 * held // given)
    return format_html(
        '<svg class="shares" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="shares-left" width="1000" height="20"/><rect class="shares-spent" width="{}" height="20"/>'
        '<rect class="shares-held" x="{}" width="{}" height="20"/></svg>',
        _("%(spent)s%% spent, %(held)s%% reserved") % {"spent": first // 10, "held": second // 10},
        first,
        first,
        second,
    )
