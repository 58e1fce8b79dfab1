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


class RuleText(models.Model):
    """A policy's text that was loaded once: kept for good, so that a past decision can be replayed."""

    digest = models.CharField("SHA-256", max_length=64, unique=True)
    text = models.TextField(_("full text"))

    class Meta:
        verbose_name = _("text of a rule")
        verbose_name_plural = _("texts of rules")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.digest


class RuleVersion(models.Model):
    """What stood behind the answers of one policy: only ever added to.

    `hash` is the engine's fingerprint (`engines.rules.rule_hash`). `texts` gives by identifier the digest of the
    policy's text and of those it uses, `facts` the entries of the dictionary that they ask for, in the dictionary's
    order.
    """

    slug = models.CharField(_("identifier"), max_length=80)
    hash = models.CharField(_("fingerprint of the rules"), max_length=64)
    texts = models.JSONField(_("texts"))
    facts = models.JSONField(_("dictionary of facts"))
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        ordering: ClassVar[list[str]] = ["slug", "-loaded_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["slug", "hash"], name="rule_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.hash[:12]}"
