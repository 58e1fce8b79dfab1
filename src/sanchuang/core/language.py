"""The language of the page or command at hand, as values and labels name it."""

from django.utils.translation import get_language


def page_language() -> str:
    """`en` where English is active, else `zh`: what has no English is told in Chinese."""
    return "en" if (get_language() or "").startswith("en") else "zh"
