"""The registry's records."""

from sanchuang.registry.models.base import Field, Named, Sourced, Tag
from sanchuang.registry.models.facts import Fact, FactDefinition
from sanchuang.registry.models.figures import FigureCheck, Mechanism, PublishedFigure, Series
from sanchuang.registry.models.imports import ColumnMemory, Import, ImportRemark
from sanchuang.registry.models.matching import MatchFeedback, MatchTraining
from sanchuang.registry.models.organisations import Organisation, OrganisationName, Person, PersonRole
from sanchuang.registry.models.places import Industry, Outline, Place
from sanchuang.registry.models.results import Need, Result

__all__ = [
    "ColumnMemory",
    "Fact",
    "FactDefinition",
    "Field",
    "FigureCheck",
    "Import",
    "ImportRemark",
    "Industry",
    "MatchFeedback",
    "MatchTraining",
    "Mechanism",
    "Named",
    "Need",
    "Organisation",
    "OrganisationName",
    "Outline",
    "Person",
    "PersonRole",
    "Place",
    "PublishedFigure",
    "Result",
    "Series",
    "Sourced",
    "Tag",
]
