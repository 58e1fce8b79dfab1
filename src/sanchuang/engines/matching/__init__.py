"""Matching: which documents answer a text, and why. Chinese, Latin and numbers mixed; no model to download.

>>> index = Index.build([Document("r1", "一种光合细菌的厌氧培养方法"), Document("r2", "钙钛矿太阳能电池的封装")])
>>> [hit.id for hit in index.rank("光合细菌 培养")]
['r1']

docs/matching.md tells how it works and how well.
"""

from sanchuang.engines.matching.index import Candidate, Hit, Index
from sanchuang.engines.matching.reasons import Reason
from sanchuang.engines.matching.records import Document, DuplicateId
from sanchuang.engines.matching.requirements import Conflict, Figure
from sanchuang.engines.matching.scoring import Shares, Weights

__all__ = [
    "Candidate",
    "Conflict",
    "Document",
    "DuplicateId",
    "Figure",
    "Hit",
    "Index",
    "Reason",
    "Shares",
    "Weights",
]
