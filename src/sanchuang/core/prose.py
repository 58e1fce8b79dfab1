"""Markdown that people wrote, as HTML that is safe to send: no HTML of its own, tables allowed, headings with anchors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_NOT_IN_ANCHORS = re.compile(r"[^\w\-]+")


@dataclass(frozen=True)
class Heading:
    """A heading below the title: its anchor, its text, and its level (2 for the chapter's parts)."""

    anchor: str
    text: str
    level: int


@dataclass(frozen=True)
class Document:
    """A text whose first heading of level 1 is its title; `html` is the rest."""

    title: str
    html: str
    headings: tuple[Heading, ...]


def prose(text: str) -> str:
    """`text` as HTML; HTML within it is shown, not obeyed."""
    html: str = _markdown.render(text)
    return html


def document(
    text: str, *, link: Callable[[str], str] | None = None, image: Callable[[str], str] | None = None
) -> Document:
    """`text` with anchors on its headings.

    `link` and `image` turn the addresses that the author wrote into real ones; a picture that `image` gives no address
    is left out, for a broken picture says less than none.
    """
    tokens = _markdown.parse(text)
    title = ""
    if len(tokens) >= 3 and tokens[0].tag == "h1":
        title, tokens = _plain(tokens[1]), tokens[3:]
    headings = _anchored(tokens)
    for token in tokens:
        for child in token.children or ():
            _readdress(child, "link_open", "href", link)
            _readdress(child, "image", "src", image)
        if token.children:
            token.children = [c for c in token.children if c.type != "image" or c.attrGet("src")]
        if token.type == "table_open":
            token.attrSet("class", "table table-sm")
    html: str = _markdown.renderer.render(tokens, _markdown.options, {})
    return Document(title, html, headings)


def anchor_of(heading: str) -> str:
    """The anchor of a heading: its letters and digits, of any script, with hyphens between the words."""
    return _NOT_IN_ANCHORS.sub("-", heading).strip("-").lower()


def _anchored(tokens: list[Token]) -> tuple[Heading, ...]:
    """Give every heading its anchor, a number behind it where two are alike."""
    taken: set[str] = set()
    found = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        words = _plain(inline)
        anchor = base = anchor_of(words) or "part"
        number = 2
        while anchor in taken:
            anchor, number = f"{base}-{number}", number + 1
        taken.add(anchor)
        opening.attrSet("id", anchor)
        found.append(Heading(anchor, words, int(opening.tag[1:])))
    return tuple(found)


def _plain(inline: Token) -> str:
    """The words of a heading without their marks."""
    return "".join(child.content for child in inline.children or () if child.content).strip()


def _readdress(token: Token, kind: str, name: str, change: Callable[[str], str] | None) -> None:
    if change is not None and token.type == kind:
        token.attrSet(name, change(str(token.attrGet(name) or "")))
