"""Policy texts as loaded from a pack."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class PolicyDocument(models.Model):
    """One policy file: its text is the rule; the columns beside it are read from its head.

    `file` names the file inside the pack, `order` its place there. A policy is never edited here: officials
    edit the pack, so that text and rule stay one file.
    """

    slug = models.CharField("标识", max_length=80, unique=True)
    title = models.CharField("名称", max_length=200)
    title_en = models.CharField("English title", max_length=200, blank=True)
    summary = models.TextField("摘要", blank=True)
    summary_en = models.TextField("English summary", blank=True)
    layer = models.CharField("层级", max_length=40, blank=True)
    number = models.CharField("文号", max_length=120, blank=True)
    date_from = models.DateField("施行日", null=True, blank=True)
    date_to = models.DateField("失效日", null=True, blank=True)
    status = models.CharField("核实情况", max_length=40)
    file = models.CharField("文件", max_length=200)
    text = models.TextField("全文")
    digest = models.CharField("SHA-256", max_length=64)
    order = models.PositiveSmallIntegerField("次序", default=0)
    pack = models.CharField("来自区包", max_length=40, blank=True, db_index=True)

    class Meta:
        verbose_name = "政策"
        verbose_name_plural = "政策"
        ordering: ClassVar[list[str]] = ["order", "slug"]

    def __str__(self) -> str:
        return self.title
