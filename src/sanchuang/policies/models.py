"""Policy texts as loaded from a pack."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyDocument(models.Model):
    """One policy file: its text is the rule; the columns beside it are read from its head.

    `file` names the file inside the pack, `order` its place there. A policy is never edited here: officials
    edit the pack, so that text and rule stay one file.
    """

    slug = models.CharField(_("identifier"), max_length=80, unique=True)
    title = models.CharField(_("name"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    summary_en = models.TextField(_("English summary"), blank=True)
    layer = models.CharField(_("layer"), max_length=40, blank=True)
    number = models.CharField(_("number of the document"), max_length=120, blank=True)
    date_from = models.DateField(_("takes effect"), null=True, blank=True)
    date_to = models.DateField(_("in force until"), null=True, blank=True)
    status = models.CharField(_("how far the source was checked"), max_length=40)
    file = models.CharField(_("file"), max_length=200)
    text = models.TextField(_("full text"))
    digest = models.CharField("SHA-256", max_length=64)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering: ClassVar[list[str]] = ["order", "slug"]

    def __str__(self) -> str:
        return self.title
