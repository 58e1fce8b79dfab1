"""How measures of the matching are shown. Load with `{% load matching %}`."""

from django import template

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
