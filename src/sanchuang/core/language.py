"""The language of the page or command at hand, as values and labels name it."""

from collections.abc import Iterable, Mapping

from django.utils.translation import get_language


def page_language() -> str:
    """`en` where English is active, else `zh`: what has no English is told in Chinese."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def page_script() -> str:
    """`zh-hant`, `zh-hans` or `en`: in which of a record's names the page speaks."""
    language = get_language() or ""
    return "en" if language.startswith("en") else "zh-hant" if language == "zh-hant" else "zh-hans"


def pack_text(texts: Mapping[str, str]) -> str:
    """One of a pack's texts or names (by script: hans, hant, en) in the page's language, else the simplified one."""
    script = {"zh-hans": "hans", "zh-hant": "hant"}.get(page_script(), "en")
    return texts.get(script) or texts.get("hans", "")


def listed(words: Iterable[object]) -> str:
    """`words` one after the other, parted as the page's language parts them."""
    return (", " if page_language() == "en" else "、").join(map(str, words))


def parted(*parts: object) -> str:
    """Sentences in one line, such as a message and its remedy; empty ones are left out."""
    return ("; " if page_language() == "en" else "；").join(str(part) for part in parts if part)
