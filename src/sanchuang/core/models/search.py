"""What tells an index that it has fallen behind."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchMark(models.Model):
    """One change of something that can be found; see `sanchuang.core.search.marks`.

    `model` (its label) and `record` (its primary key) say what changed, empty: everything. `mark` is a random number
    above 0. Old rows are removed.
    """

    model = models.CharField(max_length=80, blank=True)
    record = models.CharField(max_length=80, blank=True)
    mark = models.BigIntegerField()

    class Meta:
        verbose_name = _("change for the search")
        verbose_name_plural = _("changes for the search")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.model} {self.record}".strip() or "*"
