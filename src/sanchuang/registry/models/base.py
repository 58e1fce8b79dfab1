"""What the registry's records share: names, where a record comes from, the district's own vocabularies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.values import Verification


class Named(models.Model):
    """A record with a name in simplified script and, where known, in others (`name_local`: a third language)."""

    name = models.CharField(_("name"), max_length=200)
    name_hant = models.CharField(_("name in traditional script"), max_length=200, blank=True)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    name_local = models.CharField(_("name in the local language"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def label(self, lang: str = "zh-hans") -> str:
        """The name in `lang` (`zh-hans`, `zh-hant`, `en`), else in simplified script."""
        chosen = {"zh-hant": self.name_hant, "en": self.name_en}.get(lang, "")
        return chosen or self.name


class Sourced(models.Model):
    """A record that says where it comes from, or is marked as invented for a sample.

    `slug` is the stable identifier; a pack's records keep theirs from load to load. `status` says how far the
    source was checked. `pack` is empty for records made here.
    """

    slug = models.CharField(_("identifier"), max_length=80, unique=True)
    synthetic = models.BooleanField(_("invented for the sample"), default=False)
    source = models.TextField(_("source"), blank=True)
    status = EnumField(
        Verification, verbose_name=_("how far the source was checked"), default=Verification.UNVERIFIED
    )
    note = models.TextField(_("note"), blank=True)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)

    class Meta:
        abstract = True


def sourced(name: str) -> Any:
    """The constraint that a record is either marked as an example or has a source."""
    return models.CheckConstraint(
        condition=Q(synthetic=True) | ~Q(source=""), name=f"{name}_sourced_or_synthetic"
    )


class Term(Named):
    """One entry of a vocabulary that a district brings along."""

    slug = models.CharField(_("identifier"), max_length=40, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    note = models.TextField(_("note"), blank=True)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["order", "slug"]


class Tag(Term):
    """A mark of an innovation that an organisation or a mechanism belongs to."""

    class Meta(Term.Meta):
        verbose_name = _("tag")
        verbose_name_plural = _("tags")


class Field(Term):
    """A field of research and industry."""

    class Meta(Term.Meta):
        verbose_name = _("field")
        verbose_name_plural = _("fields")
