"""How measures of the matching are shown. Load with `{% load matching %}`."""

from django import template

from sanchuang.core.advice import Line
from sanchuang.registry.matching import section

register = template.Library()


@register.simple_tag
def three(value: float) -> str:
    """A measure between 0 and 1, with three decimals."""
    return f"{value:.3f}"


@register.simple_tag
def signed(value: float) -> str:
    """A gain, with its sign."""
    return f"{value:+.3f}".replace("-", "−")


@register.simple_tag
def share(value: float) -> str:
    """A share in whole per cent."""
    return f"{value:.0%}"


@register.simple_tag
def caution(lines: tuple[Line, ...]) -> str:
    """What a reader of a match must still do."""
    return section.caution(lines)
