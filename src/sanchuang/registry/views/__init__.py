"""Pages of the registry."""

from sanchuang.registry.views.lists import (
    FactDefinitions,
    Figures,
    Mechanisms,
    Needs,
    Organisations,
    People,
    Places,
    Results,
)
from sanchuang.registry.views.records import mechanism, need, organisation, person, place, result

__all__ = [
    "FactDefinitions",
    "Figures",
    "Mechanisms",
    "Needs",
    "Organisations",
    "People",
    "Places",
    "Results",
    "mechanism",
    "need",
    "organisation",
    "person",
    "place",
    "result",
]
