"""The page in traditional script.

Words of the interface come in traditional script from their catalogue. Names, sentences of rules and quotations
are kept as they were written; a reader of 繁體 gets them converted when the page is sent, so that no room has to
think of it. Names for which the pack itself gives a traditional form keep that form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from sanchuang.core.models import PackLoad
from sanchuang.core.script import to_hant
from sanchuang.registry.models import (
    Field,
    Industry,
    Mechanism,
    Organisation,
    Person,
    Place,
    PublishedFigure,
    Tag,
)

HANT = "zh-hant"
NAMED = (Field, Industry, Mechanism, Organisation, Person, Place, PublishedFigure, Tag)

# A piece of a page: a tag with its attributes, a comment, or the text between two of them.
_PIECE = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)")
# Attributes that people read. What a form sends back (`value`) and addresses stay as they are.
_READ = re.compile(r'(\s(?:title|placeholder|aria-label|alt|data-label|content)=")([^"]*)(")')
# Elements whose text is kept: what somebody typed, code, and programs. Data of charts is read by people.
_KEPT = {"textarea", "code", "pre", "style", "script"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Private characters that stand for what must not be converted.
_FIRST = 0xE000
_MOST = 0x1000


@dataclass(frozen=True)
class Converter:
    """From simplified to traditional script, except for the phrases in `own` (either way of writing → traditional)."""

    own: dict[str, str]

    def __post_init__(self) -> None:
        longest_first = sorted(self.own, key=len, reverse=True)[:_MOST]
        pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        object.__setattr__(self, "_pattern", pattern)

    def convert(self, text: str) -> str:
        """`text` in traditional script."""
        pattern: re.Pattern[str] | None = self._pattern  # type: ignore[attr-defined]
        kept: list[str] = []

        def hold(match: re.Match[str]) -> str:
            kept.append(self.own[match[0]])
            return chr(_FIRST + len(kept) - 1)

        converted = to_hant(pattern.sub(hold, text) if pattern else text)
        if kept:
            converted = re.sub(
                f"[{chr(_FIRST)}-{chr(_FIRST + _MOST - 1)}]", lambda m: kept[ord(m[0]) - _FIRST], converted
            )
        return converted

    def page(self, html: str) -> str:
        """A page of HTML: the texts and the attributes that people read, in one conversion."""
        pieces = _PIECE.split(html)
        texts = [index for index, readable in enumerate(_readable(pieces)) if readable]
        # A line break ends a phrase for OpenCC, so pieces do not run into one another.
        whole = self.convert("\n\x1e\n".join(pieces[index] for index in texts))
        for index, text in zip(texts, whole.split("\n\x1e\n"), strict=True):
            pieces[index] = text
        return "".join(
            _READ.sub(lambda m: m[1] + self.convert(m[2]) + m[3], piece) if piece.startswith("<") else piece
            for piece in pieces
        )


def _readable(pieces: list[str]) -> Iterator[bool]:
    """Of each piece, whether it is text that people read."""
    kept: list[str] = []
    for piece in pieces:
        tag = _TAG.match(piece)
        if tag is None:
            yield not kept and not piece.startswith("<") and any(ord(char) > 0x2E7F for char in piece)
            continue
        name, closes = tag[1].lower(), piece.startswith("</")
        if kept:
            if name == kept[-1]:
                kept.pop() if closes else kept.append(name)
        elif not closes and name not in _VOID and _keeps(name, piece):
            kept.append(name)
        yield False


def _keeps(name: str, tag: str) -> bool:
    return (name in _KEPT and 'type="application/json"' not in tag) or 'translate="no"' in tag


def exceptions(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of names in simplified and traditional script, those that OpenCC would write otherwise."""
    own: dict[str, str] = {}
    for hans, hant in pairs:
        if not hant:
            continue
        for written in (hans, hant):
            if to_hant(written) != hant:
                own[written] = hant
    return own


_held: tuple[int | None, Converter] = (None, Converter({}))


def converter() -> Converter:
    """The conversion with the loaded pack's own names, made again after another load."""
    global _held
    load = PackLoad.objects.values_list("pk", flat=True).first()
    if _held[0] != load:
        pairs = (
            pair
            for model in NAMED
            for pair in model._default_manager.values_list("name", "name_hant").iterator()
        )
        _held = (load, Converter(exceptions(pairs)))
    return _held[1]


class ScriptMiddleware:
    """Sends pages in traditional script to those who chose it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        response = self.get_response(request)
        html = response.headers.get("Content-Type", "").startswith("text/html")
        if html and not response.streaming and get_language() == HANT:
            response.content = converter().page(response.content.decode())
        return response
