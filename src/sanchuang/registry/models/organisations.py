"""Organisations, what they were and are called, and the people in them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sanchuang.registry.models.base import Named, Sourced, Tag, sourced
from sanchuang.registry.models.places import Industry, Place


class Standing(models.Manager["Organisation"]):
    """The organisations that stand for themselves: none that was merged into another."""

    def get_queryset(self) -> models.QuerySet[Organisation]:
        """All that were not merged."""
        return super().get_queryset().filter(merged_into=None)


class Organisation(Named, Sourced):
    """A university, a company, a fund … that the district deals with.

    `code` is the registration code by the scheme of the pack (in China the unified social credit code);
    None when nobody has given it. `place` is the park or campus it sits in, `circle` the circle it belongs to.
    `changed_here` names the columns of a pack's organisation that somebody changed here; a load leaves them.
    `merged_into` is the organisation of which this one was a second row, and `merged_on` the day on which it was merged:
    such a row keeps its history and is found by nobody. `objects` leaves it out, `every` has all.
    """

    class Kind(models.TextChoices):
        """What sort of organisation it is."""

        UNIVERSITY = "university", _("University")
        INSTITUTE = "institute", _("Research institute")
        COMPANY = "company", _("Company")
        FUND = "fund", _("Fund")
        PARK = "park", _("Park operator")
        PROVIDER = "provider", _("Service provider")
        AGENCY = "agency", _("Government agency")
        ALLIANCE = "alliance", _("Alliance")
        VENUE = "venue", _("Venue")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, db_index=True)
    code = models.CharField(_("registration code"), max_length=40, null=True, blank=True, unique=True)
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("industry"),
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name=_("place")
    )
    circle = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="circle_members",
        verbose_name=_("innovation circle"),
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="organisations", verbose_name=_("tags"))
    changed_here = models.JSONField(_("changed here"), default=list, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("merged with"),
    )
    merged_on = models.DateField(_("merged on"), null=True, blank=True, editable=False)

    objects = Standing()
    every = models.Manager["Organisation"]()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(code__isnull=True) | ~Q(code=""), name="organisation_code_none_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, merged_on__isnull=True)
                | (~Q(merged_into=F("pk")) & Q(merged_into__isnull=False, merged_on__isnull=False)),
                name="organisation_merged_into_another",
            ),
            sourced("organisation"),
        ]

    def get_absolute_url(self) -> str:
        """The address of its page."""
        return reverse("registry:organisation", args=[self.slug])


class OrganisationName(models.Model):
    """A name by which an organisation can be found; `key` is what a search compares.

    `pack` is empty for a name that was given here; a load leaves it.
    """

    class Kind(models.TextChoices):
        """How the name is used."""

        CURRENT = "current", _("Current name")
        FORMER = "former", _("Former name")
        SHORT = "short", _("Short name")
        SCRIPT = "script", _("Traditional script")
        ENGLISH = "english", _("English name")
        LOCAL = "local", _("Local name")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("how it is used"), max_length=8, choices=Kind)
    until = models.CharField(_("used until"), max_length=24, blank=True)
    key = models.CharField(max_length=200, db_index=True, editable=False)
    pack = models.CharField(_("from the pack"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering: ClassVar[list[str]] = ["organisation", "kind", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["organisation", "name", "kind"], name="organisation_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Person(Named, Sourced):
    """Somebody who matters in the district: a scientist, a founder, a contact."""

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[Any]] = [sourced("person")]

    def get_absolute_url(self) -> str:
        """The address of the person's page."""
        return reverse("registry:person", args=[self.slug])


class PersonRole(models.Model):
    """What a person does in an organisation; `since` and `until` are canonical periods, empty when not known."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="roles")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people")
    title = models.CharField(_("position"), max_length=80)
    since = models.CharField(_("from"), max_length=24, blank=True)
    until = models.CharField(_("until"), max_length=24, blank=True)

    class Meta:
        verbose_name = _("position held")
        verbose_name_plural = _("positions held")
        ordering: ClassVar[list[str]] = ["person", "organisation", "title"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["person", "organisation", "title"], name="person_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.title}"
