"""The language of the page or command at hand, as values and labels name it."""

from django.utils.translation import get_language


def page_language() -> str:
    """`en` where English is active, else `zh`: what has no English is told in Chinese."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def page_script() -> str:
    """`zh-hant`, `zh-hans` or `en`: in which of a record's names the page speaks."""
    language = get_language() or ""
    return "en" if language.startswith("en") else "zh-hant" if language == "zh-hant" else "zh-hans"
