"""The schema of a pack: a district as a folder of data (see docs/how-to-write-a-pack.md).

The models check one entry at a time; `sanchuang.core.pack.checks` checks what entries say of each other.
"""

from sanchuang.core.pack.schema.base import Names, Part, Ref, refs_of
from sanchuang.core.pack.schema.calendar import CalendarYear, Holiday
from sanchuang.core.pack.schema.ledger import Account, Posting
from sanchuang.core.pack.schema.manifest import (
    SCHEMA_VERSION,
    ClassificationFile,
    CompanyFile,
    FactFile,
    Files,
    Manifest,
    MapFile,
    Source,
    Term,
    Unit,
)
from sanchuang.core.pack.schema.published import (
    FactEntry,
    FigureCheck,
    Industry,
    LawEntry,
    Mechanism,
    Outcome,
    PublishedFigure,
    Shown,
    Unpublished,
)
from sanchuang.core.pack.schema.records import (
    FormerName,
    Need,
    Organisation,
    Person,
    Place,
    Result,
    Role,
    User,
)

__all__ = [
    "SCHEMA_VERSION",
    "Account",
    "CalendarYear",
    "ClassificationFile",
    "CompanyFile",
    "FactEntry",
    "FactFile",
    "FigureCheck",
    "Files",
    "FormerName",
    "Holiday",
    "Industry",
    "LawEntry",
    "Manifest",
    "MapFile",
    "Mechanism",
    "Names",
    "Need",
    "Organisation",
    "Outcome",
    "Part",
    "Person",
    "Place",
    "Posting",
    "PublishedFigure",
    "Ref",
    "Result",
    "Role",
    "Shown",
    "Source",
    "Term",
    "Unit",
    "Unpublished",
    "User",
    "refs_of",
]
