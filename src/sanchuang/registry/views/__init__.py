"""Pages of the registry."""

from sanchuang.registry.views.edit import edit_organisation
from sanchuang.registry.views.figures import figure
from sanchuang.registry.views.imports import (
    export_records,
    import_faults,
    import_page,
    import_progress,
    imports,
)
from sanchuang.registry.views.lists import (
    FactDefinitions,
    Figures,
    Industries,
    Mechanisms,
    Needs,
    Organisations,
    People,
    Places,
    Results,
)
from sanchuang.registry.views.map import map_page
from sanchuang.registry.views.matching import answer_match, matching
from sanchuang.registry.views.merging import duplicates, merge_organisation
from sanchuang.registry.views.records import mechanism, need, organisation, person, place, result

__all__ = [
    "FactDefinitions",
    "Figures",
    "Industries",
    "Mechanisms",
    "Needs",
    "Organisations",
    "People",
    "Places",
    "Results",
    "answer_match",
    "duplicates",
    "edit_organisation",
    "export_records",
    "figure",
    "import_faults",
    "import_page",
    "import_progress",
    "imports",
    "map_page",
    "matching",
    "mechanism",
    "merge_organisation",
    "need",
    "organisation",
    "person",
    "place",
    "result",
]
