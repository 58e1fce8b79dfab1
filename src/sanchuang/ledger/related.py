"""An organisation's accounts on its page."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core import confidential, related
from sanchuang.core.models import User
from sanchuang.ledger.labels import account_label
from sanchuang.ledger.models import Account
from sanchuang.registry.models import Organisation


def accounts_of(organisation: Organisation, user: User | AnonymousUser) -> Iterator[related.Link]:
    """The accounts that `organisation` or one merged into it owns, without what is on them: that is read on their own pages."""
    for account in (
        Account.objects.filter(Q(owner=organisation) | Q(owner__merged_into=organisation))
        .order_by("code")
        .select_related("owner__merged_into")
    ):
        if confidential.may_see(user, account):
            yield related.Link(
                account_label(account),
                account.get_absolute_url(),
                f"{account.code} · {account.get_kind_display()}",
                account.synthetic,
            )


related.register(related.Source("ledger.accounts", Organisation, _("Accounts of the ledger"), accounts_of))
