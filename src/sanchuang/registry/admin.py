"""The registry's records in Django's admin, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sanchuang.core.admin import ReadOnly
from sanchuang.registry import models


@admin.register(models.Organisation)
class OrganisationAdmin(ReadOnly):
    """Organisations, also those that were merged into another."""

    list_display = ("name", "kind", "code", "industry", "circle", "synthetic", "merged_into")
    list_filter = ("kind", "synthetic", "circle")
    list_select_related = ("industry", "circle", "merged_into")
    search_fields = ("slug", "code", "names__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Organisation]:
        """Every row."""
        return models.Organisation.every.order_by(*models.Organisation._meta.ordering)


@admin.register(models.Fact)
class FactAdmin(ReadOnly):
    """Facts of organisations."""

    list_display = ("organisation", "name", "period", "value", "op", "evidence", "source", "synthetic")
    list_select_related = ("organisation",)
    search_fields = ("organisation__slug", "organisation__name", "name")


@admin.register(models.FactDefinition)
class FactDefinitionAdmin(ReadOnly):
    """The dictionary of facts."""

    list_display = ("name", "type", "per", "unit", "status", "source")


@admin.register(models.PublishedFigure)
class PublishedFigureAdmin(ReadOnly):
    """Published figures."""

    list_display = ("slug", "name", "op", "value", "unit", "as_of", "source", "derived")
    list_filter = ("derived",)


@admin.register(models.MatchFeedback)
class MatchFeedbackAdmin(ReadOnly):
    """Answers to matches."""

    list_display = ("need", "result", "organisation", "person", "answer", "why", "by", "at")
    list_filter = ("answer", "why")
    list_select_related = ("need", "result", "organisation", "person", "by")


@admin.register(models.MatchTraining)
class MatchTrainingAdmin(ReadOnly):
    """Trainings of the matching."""

    list_display = ("kind", "at", "by", "worth", "not_worth", "adopted", "ranker_adopted", "in_force")
    list_select_related = ("by",)
