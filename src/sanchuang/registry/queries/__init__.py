"""Everything of the registry that reads more than one row."""

from sanchuang.registry.definitions import Definitions, definitions, dictionary
from sanchuang.registry.queries.find import (
    AmbiguousOrganisation,
    UnknownCode,
    UnknownOrganisation,
    find_organisation,
    here,
    identified,
    organisations_called,
    survivors,
)
from sanchuang.registry.queries.lists import (
    FactLine,
    OrganisationFile,
    counts_by_kind,
    facts_of,
    organisation_file,
    organisations,
    published_figures,
)

__all__ = [
    "AmbiguousOrganisation",
    "Definitions",
    "FactLine",
    "OrganisationFile",
    "UnknownCode",
    "UnknownOrganisation",
    "counts_by_kind",
    "definitions",
    "dictionary",
    "facts_of",
    "find_organisation",
    "here",
    "identified",
    "organisation_file",
    "organisations",
    "organisations_called",
    "published_figures",
    "survivors",
]
