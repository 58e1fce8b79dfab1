"""Transfers, which are only ever added, and what is left of reservations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sanchuang.ledger.models.accounts import MOST, Account
from sanchuang.values import Yuan

# The guards look at both accounts of every transfer, so foreign keys would ask the same a second time.
_LED: dict[str, Any] = {"related_name": "+", "db_index": False, "db_constraint": False}
_NONE: dict[str, Any] = {"null": True, "blank": True, **_LED}


class Transfer(models.Model):
    """One step of money between two accounts: moved at once, reserved, posted from a reservation, or released.

    `amount` is what moves now, `held` by how much the reservation between the two grows (reserve) or shrinks (post,
    release); both are fen. `pending` names the reservation of a post or release, `reverses` the transfer that this one
    undoes. Of linked transfers `link` is the same, and `link_index` of `link_size` says which of how many.

    `debit_seq` and `credit_seq` number the entries of the two accounts, `debit_balance` and `credit_balance` are what the
    accounts have afterwards. `day` is when it counts, `at` when it was written. `model` and `record` name the record that
    is its reason. `by` and `behalf` are pseudonyms of users, `approval` the request that a second person confirmed.
    `digest` covers all columns but `id`, with the digest of the entry before on either account.
    """

    class Kind(models.TextChoices):
        """What a transfer does."""

        TRANSFER = "transfer", _("Transfer")
        RESERVE = "reserve", _("Reservation")
        POST = "post", _("Posted from a reservation")
        RELEASE = "release", _("Reservation released")
        REVERSAL = "reversal", _("Reversal")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    debit = models.ForeignKey(Account, models.PROTECT, verbose_name=_("from"), **_LED)
    debit_seq = models.BigIntegerField(_("number on the account from which"))
    debit_balance = models.BigIntegerField(_("balance of the account from which"))
    credit = models.ForeignKey(Account, models.PROTECT, verbose_name=_("to"), **_LED)
    credit_seq = models.BigIntegerField(_("number on the account to which"))
    credit_balance = models.BigIntegerField(_("balance of the account to which"))
    amount = models.BigIntegerField(_("amount"))
    held = models.BigIntegerField(_("change of the reservation"))
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("written at"))
    pending = models.ForeignKey("self", models.PROTECT, verbose_name=_("reservation"), **_NONE)
    reverses = models.ForeignKey("self", models.PROTECT, verbose_name=_("reverses"), **_NONE)
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    key = models.CharField(_("idempotency key"), max_length=80, null=True, blank=True)  # noqa: DJ001  many have none
    link = models.CharField(_("linked under"), max_length=32, blank=True)
    link_index = models.PositiveIntegerField(_("which of them"), default=0)
    link_size = models.PositiveIntegerField(_("of how many"), default=1)
    model = models.CharField(_("kind of record"), max_length=80)
    record = models.CharField(_("record"), max_length=80)
    why = models.CharField(_("why"), max_length=300, blank=True)
    by = models.CharField(_("who"), max_length=32)
    behalf = models.CharField(_("on behalf of"), max_length=32, blank=True)
    approval = models.BigIntegerField(_("confirmed request"), null=True, blank=True)
    request = models.CharField(_("request"), max_length=40, blank=True)
    algorithm = models.CharField(_("hash"), max_length=10)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["debit", "debit_seq"], name="ledger_debit_once"),
            models.UniqueConstraint(fields=["credit", "credit_seq"], name="ledger_credit_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(key__isnull=False), name="ledger_key_once"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="ledger_reversed_once"
            ),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_two_accounts"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=MOST, held__gte=-MOST, held__lte=MOST),
                name="ledger_amount_in_range",
            ),
            models.CheckConstraint(
                condition=Q(kind="transfer", amount__gt=0, held=0, pending=None, reverses=None, expires=None)
                | Q(kind="reversal", amount__gt=0, held=0, pending=None, expires=None, reverses__isnull=False)
                | Q(kind="reserve", amount=0, held__gt=0, pending=None, reverses=None)
                | Q(kind="release", amount=0, held__lt=0, pending__isnull=False, reverses=None, expires=None)
                | Q(
                    kind="post",
                    amount__gt=0,
                    amount__lte=-F("held"),
                    pending__isnull=False,
                    reverses=None,
                    expires=None,
                ),
                name="ledger_kind_fits",
            ),
            models.CheckConstraint(condition=~Q(model="") & ~Q(record=""), name="ledger_has_reason"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["model", "record"], name="ledger_reason"),
            models.Index(fields=["pending"], condition=Q(pending__isnull=False), name="ledger_pending"),
            models.Index(fields=["link"], condition=~Q(link=""), name="ledger_link"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        """The address of the transfer's page."""
        return reverse("ledger:transfer", args=[self.pk])

    @property
    def money(self) -> Yuan:
        """What it is about: the amount that moves, or of a reservation and its release the amount held."""
        return Yuan(self.amount or abs(self.held))


class Reservation(models.Model):
    """What is left of a reservation, counted by the database from the posts and releases of it."""

    transfer = models.OneToOneField(
        Transfer, models.PROTECT, primary_key=True, related_name="reservation", verbose_name=_("reservation")
    )
    debit = models.ForeignKey(Account, models.PROTECT, verbose_name=_("from"), **_LED)
    credit = models.ForeignKey(Account, models.PROTECT, verbose_name=_("to"), **_LED)
    remaining = models.BigIntegerField(_("left"))
    expires = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(remaining__gte=0), name="ledger_remaining_not_negative")
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["debit"], condition=Q(remaining__gt=0), name="ledger_open_debit"),
            models.Index(fields=["expires"], condition=Q(remaining__gt=0), name="ledger_open_expires"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
