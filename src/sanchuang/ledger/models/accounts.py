"""Accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sanchuang.registry.models import Organisation
from sanchuang.values import Yuan

MOST = 10**17  # fen in one transfer
MOST_TURNOVER = 4 * 10**18  # fen that one account may ever take in or pay out; sums then stay within 64 bits


class Account(models.Model):
    """Where money is counted: a budget, a fund, a company's vouchers, the world outside.

    A transfer debits one account and credits another; what an account has is its credits less its debits. `debits`,
    `credits`, `held_out` and `held_in` are fen, counted by the database from the transfers and from nothing else.
    `held_out` is reserved for others and cannot be spent twice, `held_in` is reserved for this account. `overdraft` says
    whether it may have less than nothing; the accounts that stand for the world outside may.

    `series` names the account through the years, `period` the one in which it is used (empty: all), and `code` both.
    `seq` is the number of its newest entry and `head` that entry's digest, the end of the account's chain. What the
    first digest covers (`ledger.chain`) never changes; names and notes may.
    """

    class Kind(models.TextChoices):
        """What an account stands for."""

        OUTSIDE = "outside", _("Outside the district")
        TREASURY = "treasury", _("Treasury")
        BUDGET = "budget", _("Budget")
        FUND = "fund", _("Fund")
        VOUCHER = "voucher", _("Vouchers")
        PARTY = "party", _("Organisation")
        INCOME = "income", _("Income")

    code = models.SlugField(_("code"), max_length=80, unique=True)
    series = models.SlugField(_("series"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    owner = models.ForeignKey(
        "registry.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    overdraft = models.BooleanField(_("may be overdrawn"), default=False)
    period = models.CharField(_("period"), max_length=24, blank=True)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True, db_index=True)
    algorithm = models.CharField(_("hash"), max_length=10)
    opened_at = models.DateTimeField(_("opened at"))
    synthetic = models.BooleanField(_("synthetic"), default=False)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)

    debits = models.BigIntegerField(_("debits"), default=0)
    credits = models.BigIntegerField(_("credits"), default=0)
    held_out = models.BigIntegerField(_("reserved"), default=0)
    held_in = models.BigIntegerField(_("reserved for it"), default=0)
    seq = models.BigIntegerField(_("entries"), default=0)
    head = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering: ClassVar[list[str]] = ["code"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["series", "period"], name="ledger_series_once"),
            models.CheckConstraint(
                condition=Q(overdraft=True) | Q(credits__gte=F("debits") + F("held_out")),
                name="ledger_no_overdraft",
            ),
            models.CheckConstraint(
                condition=Q(debits__gte=0, credits__gte=0, held_out__gte=0, held_in__gte=0)
                & Q(debits__lte=MOST_TURNOVER, credits__lte=MOST_TURNOVER)
                & Q(held_out__lte=MOST_TURNOVER, held_in__lte=MOST_TURNOVER),
                name="ledger_turnover_in_range",
            ),
            models.CheckConstraint(
                condition=Q(period="", first_day__isnull=True, last_day__isnull=True)
                | (~Q(period="") & Q(first_day__isnull=False, last_day__gte=F("first_day"))),
                name="ledger_period_has_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.period}".strip()

    def get_absolute_url(self) -> str:
        """The address of the account's statement."""
        return reverse("ledger:account", args=[self.code])

    @property
    def holder(self) -> Organisation | None:
        """Whose it is now: what an account is cannot be rewritten, so a merged owner stands for its survivor."""
        return None if self.owner is None else self.owner.merged_into or self.owner

    @property
    def balance(self) -> Yuan:
        """What it has, reservations included."""
        return Yuan(self.credits - self.debits)

    @property
    def reserved(self) -> Yuan:
        """What is reserved for others."""
        return Yuan(self.held_out)

    @property
    def available(self) -> Yuan:
        """What can still be spent or reserved."""
        return Yuan(self.credits - self.debits - self.held_out)
