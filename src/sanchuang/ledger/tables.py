"""The columns of the ledger's lists."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sanchuang.core.language import page_language
from sanchuang.core.templatetags.shown import label, period
from sanchuang.ledger.labels import account_label, summary
from sanchuang.ledger.models import Account, Reservation, Transfer
from sanchuang.ledger.templatetags.ledger import fen, linked_account
from sanchuang.registry.tables import LEAD, NUMBER, linked
from sanchuang.values import Yuan


class AccountTable(tables.Table):
    """Accounts with what they have."""

    name = tables.Column(verbose_name=_("Account of the ledger"), attrs=LEAD)
    code = tables.Column(verbose_name=_("Code"))
    kind = tables.Column(verbose_name=_("Kind"))
    owner = tables.Column(verbose_name=_("Owner"), order_by="owner__name", default="")
    period = tables.Column(verbose_name=_("Period"), default="", attrs={"td": {"class": "text-nowrap"}})
    balance = tables.Column(verbose_name=_("Balance"), attrs=NUMBER, order_by="total")
    reserved = tables.Column(verbose_name=_("Reserved"), attrs=NUMBER, order_by="held_out")
    available = tables.Column(verbose_name=_("Available"), attrs=NUMBER, order_by="free")

    file_parts = {_("Currency"): lambda account: account.currency}

    class Meta:
        model = Account
        fields = ("name", "code", "kind", "owner", "period", "balance", "reserved", "available")
        sequence = fields

    def render_name(self, record: Account) -> SafeString:
        """The name with its badge."""
        name = record.name_en if page_language() == "en" and record.name_en else record.name
        return linked(record.get_absolute_url(), name, record.synthetic)

    def value_name(self, record: Account) -> str:
        """The name alone."""
        return record.name

    def render_code(self, value: str) -> SafeString:
        """In letters of one width."""
        return format_html("<code>{}</code>", value)

    def render_owner(self, record: Account) -> str:
        """The organisation's name."""
        return label(record.holder)

    def render_period(self, value: str) -> str:
        """In words."""
        return period(value)

    def value_period(self, value: str) -> str:
        """As it is written."""
        return value

    def _money(self, value: Yuan, record: Account) -> SafeString | str:
        return fen(value, record.currency)

    render_balance = render_reserved = render_available = _money

    def _amount(self, value: Yuan) -> Yuan:
        return value

    value_balance = value_reserved = value_available = _amount


class _Between(tables.Table):
    """What transfers and reservations have in common: the two accounts."""

    debit = tables.Column(verbose_name=_("From account"), order_by="debit__code")
    credit = tables.Column(verbose_name=_("To account"), order_by="credit__code")

    def _account(self, value: Account) -> SafeString:
        return linked_account(value, self.request.user)

    render_debit = render_credit = _account

    def _words(self, value: Account) -> str:
        return account_label(value)

    value_debit = value_credit = _words


class TransferTable(_Between):
    """Transfers, the newest first."""

    pk = tables.Column(verbose_name=_("No."), attrs=NUMBER)
    why = tables.Column(
        verbose_name=pgettext_lazy("statement", "Reason"), attrs=LEAD, orderable=False, empty_values=()
    )
    kind = tables.Column(verbose_name=_("Kind"))
    day = tables.Column(verbose_name=_("Day"), attrs=NUMBER)
    money = tables.Column(verbose_name=_("Amount"), attrs=NUMBER, order_by=("amount", "held"))

    file_parts = {
        _("Currency"): lambda transfer: transfer.debit.currency,
        _("Written at"): lambda transfer: timezone.localtime(transfer.at).strftime("%Y-%m-%d %H:%M:%S"),
        _("Chain digest"): lambda transfer: transfer.digest,
    }

    class Meta:
        model = Transfer
        fields = ("pk", "why", "kind", "day", "debit", "credit", "money")
        sequence = fields

    def render_why(self, record: Transfer) -> SafeString:
        """Why it moved, leading to its page."""
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), summary(record))

    def value_why(self, record: Transfer) -> str:
        """The reason alone."""
        return summary(record)

    def render_day(self, value: Any) -> str:
        """The day on which it counts."""
        return str(value)

    def value_day(self, value: Any) -> Any:
        """The day itself."""
        return value

    def render_money(self, value: Yuan, record: Transfer) -> SafeString | str:
        """The exact amount."""
        return fen(value, record.debit.currency)

    def value_money(self, value: Yuan) -> Yuan:
        """The amount itself."""
        return value


class ReservationTable(_Between):
    """Reservations of which something is left."""

    pk = tables.Column(verbose_name=_("No."), attrs=NUMBER)
    why = tables.Column(
        verbose_name=pgettext_lazy("statement", "Reason"),
        accessor="transfer",
        attrs=LEAD,
        orderable=False,
        empty_values=(),
    )
    expires = tables.Column(verbose_name=_("Expires"), attrs=NUMBER, default="")
    held = tables.Column(
        verbose_name=_("Reserved"), accessor="transfer__held", attrs=NUMBER, order_by="transfer__held"
    )
    remaining = tables.Column(verbose_name=_("Left"), attrs=NUMBER)

    class Meta:
        model = Reservation
        fields = ("pk", "why", "debit", "credit", "expires", "held", "remaining")
        sequence = fields

    def render_why(self, value: Transfer) -> SafeString:
        """Why it was reserved, leading to its page."""
        return format_html('<a href="{}">{}</a>', value.get_absolute_url(), summary(value))

    def value_why(self, value: Transfer) -> str:
        """The reason alone."""
        return summary(value)

    def render_expires(self, value: Any) -> str:
        """To the minute."""
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")

    def _money(self, value: int, record: Reservation) -> SafeString | str:
        return fen(value, record.debit.currency)

    render_held = render_remaining = _money

    def _amount(self, value: int) -> Yuan:
        return Yuan(value)

    value_held = value_remaining = _amount
