"""Text out of HTML: tags and comments go, entities become what they stand for. Text without them stays as it is.

Only tags that HTML knows are taken out, so that "a<b" and "<0.5 mm>" stay.
"""

from __future__ import annotations

import html
import re
from html import entities

_BLOCKS = (
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure footer "
    "form frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main meta nav noscript ol optgroup option p "
    "pre section select summary table tbody td template textarea tfoot th thead title tr ul video audio canvas object"
)
_INLINE = (
    "a abbr acronym b bdi bdo big button cite code data del dfn em embed font i img input ins kbd label map area mark meter "
    "nobr output picture progress q rp rt ruby s samp small source span strike strong sub sup svg time tt u var wbr"
)
# What stands between these is no text.
_HIDDEN = ("script", "style")
_NAMES = "|".join(sorted([*_BLOCKS.split(), *_INLINE.split(), *_HIDDEN], key=len, reverse=True))
# No part reaches beyond the next "<", so that a megabyte of them is read in one pass.
_TAG = re.compile(
    rf"(?P<comment><!--)|-->|<!doctype[^<>]{{0,500}}>|<(?P<ends>/?)(?P<name>{_NAMES})(?:[\s/][^<>]{{0,2000}})?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_NEW_LINE = frozenset(_BLOCKS.split())


def plain(text: str) -> str:
    """Give the words of `text`: inline tags leave nothing behind, others a line's end. `plain(plain(x)) == plain(x)`.

    "<" and "&" that stay in a text with markup are written full-width, so that nobody reads them as markup again.
    """
    if "<" in text:
        text = _without_tags(text)
    if "&" in text and (decoded := _ENTITY.sub(_character, text)) != text:
        text = decoded.replace("<", "＜").replace("&", "＆")
    return text


def _character(entity: re.Match[str]) -> str:
    written = entity.group()
    known = written[1] == "#" or written[1:] in entities.html5
    return html.unescape(written) if known else written


def _without_tags(text: str) -> str:
    parts: list[str] = []
    at, closing = 0, ""
    for tag in _TAG.finditer(text):
        written = tag.group().lower()
        name = (tag["name"] or "").lower()
        if closing:
            if written.startswith(closing):
                at, closing = tag.end(), ""
        elif written != "-->":
            parts.append(text[at : tag.start()])
            at = tag.end()
            if name in _NEW_LINE:
                parts.append("\n")
            if tag["comment"]:
                closing = "-->"
            elif name in _HIDDEN and not tag["ends"]:
                closing = f"</{name}"
    return "".join([*parts, text[at:]]).replace("<", "＜") if at else text
