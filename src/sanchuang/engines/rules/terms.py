"""Windows, papers, budgets and stacking in words, in Chinese and in English."""

from __future__ import annotations

from sanchuang.engines.rules.policy import Budget, Deadline, Paper, Policy, Stacking, Window, label_text
from sanchuang.engines.rules.sentence import say
from sanchuang.values import rate_text

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_LAYERS = {
    "nation": ("国家", "the nation"),
    "province": ("省", "the province"),
    "city": ("市", "the city"),
    "district": ("区", "the district"),
    "platform": ("园区或平台", "the park or platform"),
}
_METHODS = {
    "floor": (
        "不够时各家按同一比例去尾",
        "if it does not suffice, all are cut in proportion and rounded down",
    ),
    "largest_remainder": (
        "不够时各家按同一比例，余下的分按最大余数给",
        "if it does not suffice, all are cut in proportion by largest remainder",
    ),
    "first_come": (
        "先到先得，轮到时不够的给余下部分",
        "first come, first served; the one at whom it runs out gets what is left",
    ),
}
_PER = {
    "contract": ("每份合同", "for each contract"),
    "project": ("每个项目", "for each project"),
    "company": ("每家企业", "for each company"),
}


def _chinese(lang: str) -> bool:
    return lang.startswith("zh")


def layer_words(layer: str, lang: str = "zh") -> str:
    """Who pays: `市`, "the city"; the word itself for a layer without a name."""
    return _LAYERS[layer][0 if _chinese(lang) else 1] if layer in _LAYERS else layer


def _day(day: tuple[int, int], lang: str) -> str:
    month, number = day
    return f"{month} 月 {number} 日" if _chinese(lang) else f"{number} {_MONTHS[month - 1]}"


def deadline_words(deadline: Deadline, lang: str = "zh") -> str:
    """`申报通知发布后 15个工作日内`."""
    event, length = label_text(deadline.of, lang), deadline.within.text(lang)
    return f"{event}后 {length}内" if _chinese(lang) else f"within {length} of {event}"


def window_sentence(window: Window, lang: str = "zh") -> str:
    """When one may apply; empty where the window says only its label."""
    zh = _chinese(lang)
    if window.within is not None:
        return deadline_words(window.within, lang) + ("。" if zh else ".")
    if window.opens is None:
        return ""
    opens = _day(window.opens, lang)
    if window.closes_after is not None:
        length = window.closes_after.text(lang)
        return f"每年 {opens}起 {length}内。" if zh else f"Every year for {length} from {opens}."
    assert window.closes is not None
    closes = _day(window.closes, lang)
    return f"每年 {opens}至 {closes}。" if zh else f"Every year from {opens} to {closes}."


def paper_sentence(policy: Policy, paper: Paper, lang: str = "zh") -> str:
    """When a paper is needed and by when it is handed in; empty where it always is and no day is set."""
    zh = _chinese(lang)
    parts = []
    if paper.when is not None:
        parts.append(f"{say(policy, paper.when, lang)}时" if zh else f"where {say(policy, paper.when, lang)}")
    if paper.within is not None:
        parts.append(deadline_words(paper.within, lang))
    if not parts:
        return ""
    return ("，" if zh else ", ").join(parts) + ("。" if zh else ".")


def budget_sentence(budget: Budget, lang: str = "zh") -> str:
    """How much is set aside, for which span, and what happens when it does not suffice."""
    zh = _chinese(lang)
    amount = budget.amount.text(lang)
    span = {"year": ("每年", "a year"), "whole": ("总共", "in all")}[budget.period]
    method = _METHODS[budget.method][0 if zh else 1]
    return f"{span[0]} {amount}；{method}。" if zh else f"{amount} {span[1]}; {method}."


def stacking_sentence(stacking: Stacking, lang: str = "zh") -> str:
    """How the support goes with others of its group, its cap, and who pays."""
    zh = _chinese(lang)
    side = 0 if zh else 1
    per = _PER[stacking.per][side]
    if stacking.take == "higher":
        parts = [f"与同组的支持就高不重复，按{per}计" if zh else f"the highest of its group {per}"]
    else:
        parts = [f"可与同组的支持叠加，按{per}计" if zh else f"adds to the others of its group {per}"]
    if stacking.cap_per_year is not None:
        cap = stacking.cap_per_year.text(lang)
        parts.append(f"每家企业每年合计不超过 {cap}" if zh else f"at most {cap} a company and year")
    if stacking.shares:
        said = [f"{_LAYERS[layer][side]} {rate_text(part)}" for layer, part in stacking.shares]
        parts.append(
            ("由" if zh else "paid by ") + ("、" if zh else ", ").join(said) + ("负担" if zh else "")
        )
    text = ("；" if zh else "; ").join(parts)
    return text + "。" if zh else text[0].upper() + text[1:] + "."
