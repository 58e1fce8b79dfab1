"""Where things are, and what line of business they are in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.fields import EnumField
from sanchuang.registry.models.base import Named, Sourced
from sanchuang.values import Verification


class Place(Named, Sourced):
    """A district, a circle, a park, a street …: a tree of places. Coordinates are WGS 84 degrees, or None."""

    class Kind(models.TextChoices):
        """What sort of place it is."""

        DISTRICT = "district", _("District")
        CIRCLE = "circle", _("Innovation circle")
        PARK = "park", _("Park")
        TOWN = "town", _("Town or subdistrict")
        STREET_BLOCK = "street_block", _("Street block")
        VENUE = "venue", _("Venue")
        AREA = "area", _("Area")
        OUTSIDE = "outside", _("Outside the district")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, db_index=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    lat = models.DecimalField(_("latitude"), max_digits=9, decimal_places=7, null=True, blank=True)
    lon = models.DecimalField(_("longitude"), max_digits=10, decimal_places=7, null=True, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering: ClassVar[list[str]] = ["kind", "slug"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180)),
                name="place_both_coordinates_on_earth",
            ),
        ]


class Outline(models.Model):
    """Where a place lies by the pack's own map: a GeoJSON geometry (Point, Polygon, MultiPolygon; WGS 84 degrees)."""

    place = models.OneToOneField(Place, models.CASCADE, related_name="outline", verbose_name=_("place"))
    geometry = models.JSONField(_("geometry"))
    source = models.TextField(_("source"))
    status = EnumField(Verification, verbose_name=_("how far the source was checked"))
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)

    class Meta:
        verbose_name = _("outline")
        verbose_name_plural = _("outlines")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(source=""), name="outline_has_source"),
        ]

    def __str__(self) -> str:
        return str(self.place)


class Industry(Named):
    """One class of an industry classification: a section, or a division below it."""

    class Level(models.TextChoices):
        """How fine the class is."""

        SECTION = "section", _("Section")
        DIVISION = "division", _("Division")
        GROUP = "group", _("Group")
        CLASS = "class", _("Class")

    code = models.CharField(_("code"), max_length=8, unique=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    scheme = models.CharField(_("classification"), max_length=80, blank=True)
    source = models.TextField(_("source"), blank=True)
    status = EnumField(Verification, verbose_name=_("how far the source was checked"))
    pack = models.CharField(_("from the pack"), max_length=40, blank=True, db_index=True)

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
