"""How computed figures and the verdicts of checks are shown. Load with `{% load figures %}`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sanchuang.core.language import page_language
from sanchuang.core.templatetags.shown import MONEY, unit_name
from sanchuang.engines.figures import Obstacle
from sanchuang.registry.labels import OBSTACLES, SIGNS, VERDICTS
from sanchuang.values import Figure, Truth
from sanchuang.values.numbers import decimals

register = template.Library()
# A verdict is drawn as the answer that it comes to.
_COLOURS = {
    "consistent": "yes",
    "follows": "yes",
    "contradiction": "no",
    "different_things": "unknown",
    "undecided": "unknown",
}
LARGE = 8  # digits of an amount whose last yuan nobody reads
SIGNIFICANT = 7  # digits of an intermediate result that does not end


@register.simple_tag(takes_context=True)
def quantity(context: Context, figure: Figure | None) -> SafeString | str:
    """A computed figure with operator and unit; a value with a long expansion is cut, and says so by its operator."""
    if figure is None:
        return format_html('<span class="quiet">{}</span>', _("unknown"))
    if figure.value is not None:
        needed = decimals(figure.value)
        whole = len(str(int(abs(figure.value))))
        if needed is None or needed + whole > SIGNIFICANT + 4:
            large = figure.unit in MONEY and whole > LARGE  # read in 亿元, or in millions
            figure = figure.rounded(SIGNIFICANT - 2 - whole if large else max(0, SIGNIFICANT - whole))
    if figure.unit not in MONEY:
        figure = replace(figure, unit=unit_name(context, figure.unit))
    return format_html('<span class="num">{}</span>', figure.text(page_language()))


@register.filter
def verdict(key: str) -> SafeString:
    """The badge of a check's verdict."""
    return format_html('<span class="answer answer-{}">{}</span>', _COLOURS[key], VERDICTS[key])


@register.filter
def holds(truth: Truth) -> SafeString:
    """Whether a comparison holds: not whether anybody met a condition."""
    kind, text = {
        Truth.YES: ("yes", _("holds")),
        Truth.NO: ("info", _("does not hold")),
        Truth.UNKNOWN: ("unknown", _("cannot be decided")),
    }[truth]
    return format_html('<span class="answer answer-{}">{}</span>', kind, text)


@register.filter
def obstacle(why: Obstacle) -> Any:
    """Why a figure leaves a question open."""
    return OBSTACLES[why]


@register.filter
def sign(text: str) -> str:
    """An operation's sign as printed."""
    return SIGNS.get(text, text)
