"""What stands behind a number: the grade of its evidence, and how far its source was checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum

from sanchuang.values.errors import Malformed
from sanchuang.values.languages import pick
from sanchuang.values.money import Yuan

_EVIDENCE_LABELS = {
    "claimed": {"zh": "自报", "zh_hant": "自報", "en": "claimed"},
    "contract_seen": {"zh": "见到合同", "zh_hant": "見到合同", "en": "contract seen"},
    "registered": {"zh": "已登记", "zh_hant": "已登記", "en": "registered"},
    "paid": {"zh": "已到账", "zh_hant": "已到賬", "en": "paid"},
}
_VERIFICATION_LABELS = {
    "verified_text": {"zh": "已核对文字", "zh_hant": "已核對文字", "en": "text verified"},
    "verified_figure": {"zh": "已核对数字", "zh_hant": "已核對數字", "en": "figure verified"},
    "unverified": {"zh": "未核实", "zh_hant": "未核實", "en": "unverified"},
    "assumption": {"zh": "本包假设", "zh_hant": "本包假設", "en": "assumption of this pack"},
}


class Evidence(Enum):
    """The grade of the evidence for an amount or an outcome, from weakest to strongest.

    CLAIMED: somebody says so. CONTRACT_SEEN: a signed contract was seen. REGISTERED: entered with the
    competent authority. PAID: the money moved.
    """

    CLAIMED = "claimed"
    CONTRACT_SEEN = "contract_seen"
    REGISTERED = "registered"
    PAID = "paid"

    @classmethod
    def parse(cls, text: str) -> Evidence:
        """From the identifier (`contract_seen`) or a label in any language; `Malformed` otherwise."""
        return cls(_find(text, _EVIDENCE_LABELS, "证据等级"))

    @property
    def rank(self) -> int:
        """0 for the weakest grade, 3 for the strongest."""
        return _RANKS[self.value]

    def label(self, lang: str = "zh") -> str:
        """自报 / 见到合同 / 已登记 / 已到账."""
        return pick(_EVIDENCE_LABELS[self.value], lang)

    def __lt__(self, other: Evidence) -> bool:
        return self.rank < other.rank if isinstance(other, Evidence) else NotImplemented

    def __le__(self, other: Evidence) -> bool:
        return self.rank <= other.rank if isinstance(other, Evidence) else NotImplemented

    def __gt__(self, other: Evidence) -> bool:
        return self.rank > other.rank if isinstance(other, Evidence) else NotImplemented

    def __ge__(self, other: Evidence) -> bool:
        return self.rank >= other.rank if isinstance(other, Evidence) else NotImplemented

    def __str__(self) -> str:
        return str(self.value)


_RANKS = {grade.value: rank for rank, grade in enumerate(Evidence)}


class Verification(StrEnum):
    """How far the source of a rule or a figure was checked.

    VERIFIED_TEXT: the operative wording was read. VERIFIED_FIGURE: the figure was seen, in a summary or
    a damaged copy. UNVERIFIED: nobody checked. ASSUMPTION: no source has it; the pack assumes it.
    """

    VERIFIED_TEXT = "verified_text"
    VERIFIED_FIGURE = "verified_figure"
    UNVERIFIED = "unverified"
    ASSUMPTION = "assumption"

    @classmethod
    def parse(cls, text: str) -> Verification:
        """From the identifier (`verified_text`) or a label in any language; `Malformed` otherwise."""
        return cls(_find(text, _VERIFICATION_LABELS, "核实状态"))

    @property
    def is_verified(self) -> bool:
        """Whether anybody compared it with a source; what is not must be shown as such."""
        return self in {Verification.VERIFIED_TEXT, Verification.VERIFIED_FIGURE}

    def label(self, lang: str = "zh") -> str:
        """已核对文字 / 已核对数字 / 未核实 / 本包假设."""
        return pick(_VERIFICATION_LABELS[self.value], lang)


def _find(text: str, labels: dict[str, dict[str, str]], what: str) -> str:
    wanted = text.strip()
    for value, names in labels.items():
        if wanted.lower() == value or wanted.lower() in {name.lower() for name in names.values()}:
            return value
    known = "、".join(f"{value}（{names['zh']}）" for value, names in labels.items())
    raise Malformed(f"不认识{what}“{wanted}”", f"可用：{known}")


@dataclass(frozen=True, slots=True)
class GradedTotal:
    """Amounts summed grade by grade. There is no single total: ask `at_least(grade)`."""

    amounts: tuple[Yuan, Yuan, Yuan, Yuan]
    counts: tuple[int, int, int, int]

    def __getitem__(self, grade: Evidence) -> Yuan:
        return self.amounts[grade.rank]

    def count(self, grade: Evidence) -> int:
        """How many amounts have exactly this grade."""
        return self.counts[grade.rank]

    def at_least(self, grade: Evidence) -> Yuan:
        """The sum of what has this grade or a stronger one."""
        return Yuan.sum(self.amounts[grade.rank :])

    def items(self) -> Iterator[tuple[Evidence, int, Yuan]]:
        """(grade, count, amount) of every grade that occurs, the strongest first."""
        for grade in reversed(Evidence):
            if self.counts[grade.rank]:
                yield grade, self.counts[grade.rank], self.amounts[grade.rank]

    def text(self, lang: str = "zh") -> str:
        """`已到账 200万元 · 自报 1亿元`; empty when nothing was summed."""
        return " · ".join(f"{grade.label(lang)} {amount.text(lang)}" for grade, _, amount in self.items())


def total_by_grade(amounts: Iterable[tuple[Yuan, Evidence]]) -> GradedTotal:
    """Sum amounts without mixing their grades."""
    fen, counts = [0, 0, 0, 0], [0, 0, 0, 0]
    for amount, grade in amounts:
        fen[grade.rank] += amount.fen
        counts[grade.rank] += 1
    one, two, three, four = (Yuan(f) for f in fen)
    return GradedTotal((one, two, three, four), (counts[0], counts[1], counts[2], counts[3]))
