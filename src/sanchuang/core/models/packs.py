"""Which pack is loaded."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models.users import User


class PackLoad(models.Model):
    """One completed load of a pack. The newest row says what the pack's records are made from.

    `about` holds the manifest's names, country, province, city and district (each by script), language,
    currency, timezone, code_scheme and units.
    """

    pack = models.CharField(_("pack"), max_length=40, db_index=True)
    about = models.JSONField(_("about"), default=dict)
    version = models.CharField(_("version"), max_length=40, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)
    counts = models.JSONField(_("counts"), default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("done by"))

    class Meta:
        verbose_name = _("load of a pack")
        verbose_name_plural = _("loads of packs")
        ordering: ClassVar[list[str]] = ["-loaded_at", "-pk"]
        get_latest_by = ("loaded_at", "pk")

    def __str__(self) -> str:
        return f"{self.pack} {self.version} {self.loaded_at:%Y-%m-%d %H:%M}"
