"""A page of HTML in traditional script: what people read is converted, and nothing else changes by a byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sanchuang.core.script import to_hant

_ATTRIBUTES = r"""(?>[^>"']++|"[^"]*+"|'[^']*+')*+"""
# A piece of a page that is no text: a comment, an element whose content is no HTML, or a tag with its attributes.
_PIECE = re.compile(
    rf"<!--.*?-->|<(?P<raw>script|style|textarea)\b(?P<of>{_ATTRIBUTES})>(?P<text>.*?)</(?P=raw)\s*>"
    rf"|<(?P<ends>/?)(?P<name>[a-z][a-z0-9-]*){_ATTRIBUTES}>|<[!?]{_ATTRIBUTES}>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""\s([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|[^\s>"']+))?""")
# Attributes that people read. What a form sends back (`value`) and addresses stay as they are.
_READ = frozenset(
    [
        "title",
        "placeholder",
        "alt",
        "content",
        "label",
        "data-label",
        "aria-label",
        "aria-description",
        "aria-roledescription",
        "aria-valuetext",
    ]
)
_KEPT = frozenset({"code", "pre", "script", "style", "textarea"})  # what somebody typed, code, and programs
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
# OpenCC reads on to the next break, so texts that stand between these do not run into one another.
_BREAK = "\n\x1e\n"
_MOST = 0x1000  # names that are looked for; more would make every page slow


@dataclass(frozen=True)
class Converter:
    """From simplified to traditional script, except for the phrases in `own` (either way of writing → traditional)."""

    own: dict[str, str]

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        longest_first = sorted(self.own, key=len, reverse=True)[:_MOST]
        return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")") if longest_first else None

    def convert(self, text: str) -> str:
        """`text` in traditional script."""
        if self._names is None:
            return to_hant(text)
        parts = self._names.split(text)  # every second one is a name
        parts[::2] = self.all(parts[::2], to_hant)
        parts[1::2] = [self.own[name] for name in parts[1::2]]
        return "".join(parts)

    @staticmethod
    def all(texts: list[str], convert: Callable[[str], str]) -> list[str]:
        """`texts`, each converted by itself, in one call where that is safe."""
        if not any("\x1e" in text for text in texts):
            converted = convert(_BREAK.join(texts)).split(_BREAK)
            if len(converted) == len(texts):
                return converted
        return [convert(text) for text in texts]

    def page(self, html: str) -> str:
        """A page of HTML with its texts, and the attributes that people read, in traditional script.

        Everything else stays byte for byte: tags, addresses, what a form sends, what somebody typed into a field,
        code, programs, and whatever stands in an element with `translate="no"`. HTML that is not well formed is
        left as it is from there on, never broken.
        """
        spans = [(first, end) for first, end in _read(html) if _han(html[first:end])]
        parts, done = [], 0
        for (first, end), text in zip(
            spans, self.all([html[first:end] for first, end in spans], self.convert), strict=True
        ):
            parts += [html[done:first], text]
            done = end
        return "".join([*parts, html[done:]])


def _han(text: str) -> bool:
    return not text.isascii() and any(char > "\u2e7f" for char in text)


def _read(html: str) -> Iterator[tuple[int, int]]:
    """First and end of every text that people read, in the order of the page."""
    kept: list[str] = []  # open elements of which nothing is read, and elements of the same name inside them
    done = 0
    for piece in _PIECE.finditer(html):
        if not kept and "<" not in html[done : piece.start()]:  # a lone bracket: not HTML, so nobody's text
            yield done, piece.start()
        done = piece.end()
        if piece["raw"]:
            if not kept and not _own_script(piece["of"]):
                yield from _attributes(html, piece.start(), piece.start("text") - 1)
                if piece["raw"].lower() == "script" and 'type="application/json"' in piece["of"]:
                    yield piece.span("text")  # data of charts
        elif piece["name"]:
            name, ends = piece["name"].lower(), bool(piece["ends"])
            if kept:
                if name == kept[-1]:
                    kept.pop() if ends else kept.append(name)
            elif not ends:
                own = _own_script(piece[0])
                if not own:
                    yield from _attributes(html, *piece.span())
                if name not in _VOID and (own or name in _KEPT):
                    kept.append(name)
    if not kept and "<" not in html[done:]:
        yield done, len(html)


def _own_script(tag: str) -> bool:
    return 'translate="no"' in tag


def _attributes(html: str, first: int, end: int) -> Iterator[tuple[int, int]]:
    for attribute in _ATTRIBUTE.finditer(html, first, end):
        if attribute[1].lower() in _READ and attribute.lastindex in (2, 3):
            yield attribute.span(attribute.lastindex)


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
