"""Where things are, and what line of business they are in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from sanchuang.core.fields import EnumField
from sanchuang.registry.models.base import Named, Sourced
from sanchuang.values import Verification


class Place(Named, Sourced):
    """A district, a circle, a park, a street …: a tree of places. Coordinates are WGS 84 degrees, or None."""

    class Kind(models.TextChoices):
        """What sort of place it is."""

        DISTRICT = "district", "城区"
        CIRCLE = "circle", "创新圈"
        PARK = "park", "园区"
        TOWN = "town", "镇街"
        STREET_BLOCK = "street_block", "街区"
        VENUE = "venue", "场馆"
        AREA = "area", "片区"
        OUTSIDE = "outside", "区外"

    kind = models.CharField("类别", max_length=12, choices=Kind, db_index=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=7, null=True, blank=True)
    lon = models.DecimalField("经度", max_digits=10, decimal_places=7, null=True, blank=True)

    class Meta:
        verbose_name = "地点"
        verbose_name_plural = "地点"
        ordering: ClassVar[list[str]] = ["kind", "slug"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180)),
                name="place_both_coordinates_on_earth",
            ),
        ]


class Industry(Named):
    """One class of an industry classification: a section, or a division below it."""

    class Level(models.TextChoices):
        """How fine the class is."""

        SECTION = "section", "门类"
        DIVISION = "division", "大类"
        GROUP = "group", "中类"
        CLASS = "class", "小类"

    code = models.CharField("代码", max_length=8, unique=True)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    scheme = models.CharField("分类标准", max_length=80, blank=True)
    source = models.TextField("出处", blank=True)
    status = EnumField(Verification, verbose_name="核实情况")
    pack = models.CharField("来自区包", max_length=40, blank=True, db_index=True)

    class Meta:
        verbose_name = "行业"
        verbose_name_plural = "行业"
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
