"""What becomes of accounts when their owner is merged into another organisation."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.ledger.models import Account
from sanchuang.registry.merging import Merger, Part, register
from sanchuang.registry.models import Organisation


def _owned(organisation: Organisation) -> int:
    return Account.objects.filter(Q(owner=organisation) | Q(owner__merged_into=organisation)).count()


def _stay(merger: Merger) -> int:
    """Nothing is rewritten: an account's first digest covers its owner. Whoever reads the owner asks `merged_into`."""
    return Account.objects.filter(Q(owner=merger.merged) | Q(owner__merged_into=merger.merged)).count()


def register_all() -> None:
    """Let the accounts join every merger."""
    register(Part("accounts", _("Accounts of the ledger"), _owned, _stay, (Account._meta.label,), 95))
