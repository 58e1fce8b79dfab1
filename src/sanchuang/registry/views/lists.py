"""Lists of the registry."""

from __future__ import annotations

from django.db.models import Case, Count, Func, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.utils.translation import gettext_lazy as _

from sanchuang.core.lists import ListPage
from sanchuang.registry import filters, tables, tables_of_terms
from sanchuang.registry.models import (
    FactDefinition,
    Industry,
    Mechanism,
    Need,
    Organisation,
    Person,
    PersonRole,
    Place,
    PublishedFigure,
    Result,
)
from sanchuang.registry.queries import organisations, published_figures

VIEW = "registry.view_organisation"


class Organisations(ListPage):
    """All organisations."""

    permission = VIEW
    table_class = tables.OrganisationTable
    filterset_class = filters.OrganisationFilter
    heading = _("Organisations")
    lead = _(
        "Universities, companies, funds and others of the district. Former names and codes find them too."
    )
    empty_lesson = _("Load a pack: sanchuang pack load PATH.")

    def get_queryset(self) -> QuerySet[Organisation]:
        """With industry, circle and tags at hand."""
        return organisations()


class Results(ListPage):
    """All research results."""

    permission = VIEW
    table_class = tables.ResultTable
    filterset_class = filters.ResultFilter
    heading = _("Research results")
    lead = _("What laboratories have found and seek use for. TRL 1 is an idea, 9 is proven in use.")
    empty_lesson = _("Results come with a pack, or are recorded after a visit to a laboratory.")

    def get_queryset(self) -> QuerySet[Result]:
        """With field and organisation at hand."""
        return Result.objects.select_related("field", "organisation")


class Needs(ListPage):
    """All technology needs."""

    permission = VIEW
    table_class = tables.NeedTable
    filterset_class = filters.NeedFilter
    heading = _("Technology needs")
    lead = _("What companies look for. A company's advice ranks the research results that fit its needs.")
    empty_lesson = _("Needs come with a pack, or are recorded after a visit to a company.")

    def get_queryset(self) -> QuerySet[Need]:
        """With field and organisation at hand."""
        return Need.objects.select_related("field", "organisation", "organisation__circle")


class Places(ListPage):
    """Circles first, then parks and the rest."""

    permission = VIEW
    table_class = tables.PlaceTable
    filterset_class = filters.PlaceFilter
    heading = _("Places and circles")
    lead = _("Innovation circles around universities, parks, towns and blocks.")
    empty_lesson = _("Places come with a pack.")

    def get_queryset(self) -> QuerySet[Place]:
        """With the numbers of organisations that sit there or belong to the circle, real and synthetic apart."""
        there = Organisation.objects.filter(Q(circle=OuterRef("pk")) | Q(place=OuterRef("pk"))).order_by()

        def number(synthetic: bool) -> Subquery:
            counted = there.filter(synthetic=synthetic).annotate(n=Func("pk", function="COUNT"))
            return Subquery(counted.values("n"))

        places = Place.objects.select_related("parent").annotate(real=number(False), invented=number(True))
        return places.order_by(Case(When(kind=Place.Kind.CIRCLE, then=0), default=1), "kind", "slug")


class People(ListPage):
    """People who matter in the district."""

    permission = VIEW
    table_class = tables_of_terms.PersonTable
    filterset_class = filters.PersonFilter
    heading = _("People")
    lead = _("People whom a source names, and where they work.")
    empty_lesson = _("People come with a pack.")

    def get_queryset(self) -> QuerySet[Person]:
        """With their roles at hand."""
        roles = Prefetch("roles", PersonRole.objects.select_related("organisation"))
        return Person.objects.prefetch_related(roles).order_by("name", "slug")


class Mechanisms(ListPage):
    """What the district has set up: mechanisms, frames, recognitions."""

    permission = VIEW
    table_class = tables_of_terms.MechanismTable
    filterset_class = filters.MechanismFilter
    heading = _("Mechanisms")
    lead = _("What the district has set up, as its description names it, and the figures that measure it.")
    empty_lesson = _("Mechanisms come with a pack.")

    def get_queryset(self) -> QuerySet[Mechanism]:
        """With tags, and the number of figures."""
        return (
            Mechanism.objects.prefetch_related("tags")
            .annotate(measured=Count("figures"))
            .order_by("order", "slug")
        )


class Figures(ListPage):
    """Every published figure, and those derived from them."""

    permission = VIEW
    table_class = tables_of_terms.FigureTable
    filterset_class = filters.FigureFilter
    heading = _("Published figures")
    lead = _("With their “nearly”, “over”, date and source. Derived ones are computed from others.")
    empty_lesson = _("Figures come with a pack.")

    def get_queryset(self) -> QuerySet[PublishedFigure]:
        """With their mechanism at hand, in the order of the pack."""
        return published_figures()


class Industries(ListPage):
    """The classification of industries."""

    permission = VIEW
    table_class = tables_of_terms.IndustryTable
    filterset_class = filters.IndustryFilter
    heading = _("Industries")
    lead = _(
        "The classification that the pack uses, and how many organisations name each class as their own."
    )
    empty_lesson = _("The classification comes with a pack.")

    def get_queryset(self) -> QuerySet[Industry]:
        """By code, with the numbers of organisations, real and synthetic apart."""
        there = Q(organisations__merged_into=None)
        named = Industry.objects.select_related("parent").annotate(
            real=Count("organisations", filter=there & Q(organisations__synthetic=False)),
            invented=Count("organisations", filter=there & Q(organisations__synthetic=True)),
        )
        return named.order_by("code")


class FactDefinitions(ListPage):
    """The dictionary of facts that rules may ask for."""

    permission = VIEW
    table_class = tables_of_terms.FactDefinitionTable
    filterset_class = filters.FactDefinitionFilter
    heading = _("Definitions of facts")
    lead = _("Every fact that a policy may ask for: what it means, in which unit, and by which source.")
    empty_lesson = _("The dictionary comes with a pack.")

    def get_queryset(self) -> QuerySet[FactDefinition]:
        """In the order of the pack."""
        return FactDefinition.objects.order_by("order", "name")
