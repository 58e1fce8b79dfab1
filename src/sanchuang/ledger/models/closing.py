"""Periods that are closed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Closing(models.Model):
    """No transfer counts on a day up to `last_day` any more; what was wrong then is corrected later.

    `transfers` is how many there were when it was closed, and `debits` the sum of their amounts whatever the currency: what
    `verify` compares, and no figure to show.
    """

    last_day = models.DateField(_("closed until"), unique=True)
    at = models.DateTimeField(_("closed at"))
    by = models.CharField(_("who"), max_length=32)
    transfers = models.BigIntegerField(_("transfers"))
    debits = models.DecimalField(_("moved"), max_digits=40, decimal_places=0)

    class Meta:
        verbose_name = _("closing of the books")
        verbose_name_plural = _("closings of the books")
        ordering: ClassVar[list[str]] = ["-last_day"]

    def __str__(self) -> str:
        return f"{self.last_day}"
