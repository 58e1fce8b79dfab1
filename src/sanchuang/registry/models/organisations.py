"""Organisations, what they were and are called, and the people in them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from sanchuang.registry.models.base import Named, Sourced, Tag, sourced
from sanchuang.registry.models.places import Industry, Place


class Organisation(Named, Sourced):
    """A university, a company, a fund … that the district deals with.

    `code` is the registration code by the scheme of the pack (in China the unified social credit code);
    None when nobody has given it. `place` is the park or campus it sits in, `circle` the circle it belongs to.
    `changed_here` names the columns of a pack's organisation that somebody changed here; a load leaves them.
    """

    class Kind(models.TextChoices):
        """What sort of organisation it is."""

        UNIVERSITY = "university", "高校"
        INSTITUTE = "institute", "科研院所"
        COMPANY = "company", "企业"
        FUND = "fund", "基金"
        PARK = "park", "园区运营方"
        PROVIDER = "provider", "服务商"
        AGENCY = "agency", "政府部门"
        ALLIANCE = "alliance", "联盟"
        VENUE = "venue", "场馆"

    kind = models.CharField("类别", max_length=12, choices=Kind, db_index=True)
    code = models.CharField("登记代码", max_length=40, null=True, blank=True, unique=True)
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name="行业"
    )
    address = models.CharField("地址", max_length=200, blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name="所在地点"
    )
    circle = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="circle_members", verbose_name="创新圈"
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="organisations", verbose_name="标签")
    changed_here = models.JSONField("本地改动", default=list, blank=True, editable=False)

    class Meta:
        verbose_name = "机构"
        verbose_name_plural = "机构"
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(code__isnull=True) | ~Q(code=""), name="organisation_code_none_not_empty"
            ),
            sourced("organisation"),
        ]


class OrganisationName(models.Model):
    """A name by which an organisation can be found; `key` is what a search compares.

    `pack` is empty for a name that was given here; a load leaves it.
    """

    class Kind(models.TextChoices):
        """How the name is used."""

        CURRENT = "current", "现名"
        FORMER = "former", "曾用名"
        SHORT = "short", "简称"
        SCRIPT = "script", "繁體"
        ENGLISH = "english", "英文名"
        LOCAL = "local", "当地语名"

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("用法", max_length=8, choices=Kind)
    until = models.CharField("用到", max_length=24, blank=True)
    key = models.CharField(max_length=200, db_index=True, editable=False)
    pack = models.CharField("来自区包", max_length=40, blank=True)

    class Meta:
        verbose_name = "名称"
        verbose_name_plural = "名称"
        ordering: ClassVar[list[str]] = ["organisation", "kind", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["organisation", "name", "kind"], name="organisation_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Person(Named, Sourced):
    """Somebody who matters in the district: a scientist, a founder, a contact."""

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[Any]] = [sourced("person")]


class PersonRole(models.Model):
    """What a person does in an organisation; `since` and `until` are canonical periods, empty when not known."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="roles")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people")
    title = models.CharField("职务", max_length=80)
    since = models.CharField("自", max_length=24, blank=True)
    until = models.CharField("至", max_length=24, blank=True)

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        ordering: ClassVar[list[str]] = ["person", "organisation", "title"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["person", "organisation", "title"], name="person_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.title}"
