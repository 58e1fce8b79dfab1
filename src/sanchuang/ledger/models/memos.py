"""The reason of what is posted by hand."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Memo(models.Model):
    """Why somebody posts by hand, with the papers attached: the reason record where no other record is the reason."""

    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    by = models.CharField(_("who"), max_length=32)
    at = models.DateTimeField(_("written at"), auto_now_add=True)
    synthetic = models.BooleanField(_("synthetic"), default=False)

    class Meta:
        verbose_name = _("memo")
        verbose_name_plural = _("memos")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The address of the memo's page."""
        return reverse("ledger:memo", args=[self.pk])
