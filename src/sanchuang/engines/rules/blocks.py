"""A policy's Markdown file cut into articles and the YAML blocks that stand under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from sanchuang.engines.markup import Located, Problem, Problems, load_yaml
from sanchuang.engines.rules.policy import Article

_ANCHOR = re.compile(r"\s*\{#([^}]*)\}\s*$")
_ANCHOR_NAME = re.compile(r"[A-Za-z][\w-]*")
_OPENS = re.compile(r"[\s>]*(?:(?:[-*+]|[0-9]+[.)])\s+)*(?=(`{3,}|~{3,})\s*ya?ml\b)", re.IGNORECASE)
MAX_FILE = 500_000
MAX_BLOCK = 100_000
"""Characters of a file and of one block; larger is no text that anybody wrote, and would take long to read."""
_CLOSE = "在它后面另起一行写 ```"


@dataclass(frozen=True)
class Block:
    """One YAML block and the article it stands in."""

    located: Located
    article: Article


@dataclass(frozen=True)
class _Fence:
    """A fenced block at the top level: its lines (from 0, the fences included) and its content."""

    first: int
    end: int
    info: str
    content: str

    @property
    def is_yaml(self) -> bool:
        return self.info.split()[:1] in (["yaml"], ["yml"])


def split(text: str, source: str) -> tuple[str, list[Article], list[Block]]:
    """Title (`# …`), articles (`## …`) and YAML blocks (```` ```yaml ````) of a policy file.

    The part before the first `##` is the article with anchor `head`. A block in a list, a quotation or an
    indented passage would not be read, and is a fault. Raises `Problems`.
    """
    if len(text) > MAX_FILE:
        message = f"文件有 {len(text):,} 字，超过 {MAX_FILE:,}"
        raise Problems([Problem(source, 1, 1, message, "分成几份政策，或把数据移出规则文件")])
    text = text.removeprefix("\ufeff")
    lines = re.split(r"\r\n?|\n", text)  # as Markdown counts them
    title = ""
    headings: list[tuple[int, int, str]] = [(0, 0, "")]
    fences: list[_Fence] = []
    comments: set[int] = set()
    found = MarkdownIt("commonmark").parse(text)
    for i, token in enumerate(found):
        if token.map is None or token.level:
            continue
        if token.type == "heading_open" and token.tag == "h1":
            title = title or found[i + 1].content
        elif token.type == "heading_open" and token.tag == "h2":
            headings.append((token.map[0], token.map[1], found[i + 1].content))
        elif token.type == "fence":
            fences.append(_Fence(token.map[0], token.map[1], token.info.strip().lower(), token.content))
        elif token.type == "html_block" and token.content.startswith("<!--"):
            comments.update(range(*token.map))
    stray = list(_stray(lines, fences, comments, source))
    problems = list(stray)
    articles: list[Article] = []
    blocks: list[Block] = []
    names = list(_anchors(headings, source, problems))
    ends = [start for start, _, _ in headings[1:]] + [len(lines)]
    for (start, below, heading), name, end in zip(headings, names, ends, strict=True):
        inside = [f for f in fences if start <= f.first < end and f.is_yaml]
        hidden = {n for f in inside for n in range(f.first, f.end)} | set(range(start, below))
        body = "\n".join(
            line
            for n, line in enumerate(lines[start:end], start)
            if n not in hidden and not (name == "head" and line.startswith("# "))
        ).strip()
        heading = _ANCHOR.sub("", heading)
        article = Article(name, heading, body, start + 1, tuple(f.content for f in inside))
        articles.append(article)
        for fence in inside:
            if any(fence.first < p.line <= fence.end for p in stray):
                continue  # what it holds is not what its author meant
            written = "\n".join(lines[fence.first + 1 : fence.end - 1])
            if len(written) > MAX_BLOCK:
                message = f"这个 yaml 块有 {len(written):,} 字，超过 {MAX_BLOCK:,}"
                problems.append(Problem(source, fence.first + 1, 1, message, "分成几块"))
                continue
            try:
                blocks.append(Block(load_yaml(written, source, first_line=fence.first + 2), article))
            except Problems as error:
                problems += error.problems
    if problems:
        raise Problems(problems)
    return title, articles, blocks


def _anchors(headings: list[tuple[int, int, str]], source: str, problems: list[Problem]) -> Iterator[str]:
    """The anchor of each article: as written (`{#article-4}`), else by number."""
    given = [_ANCHOR.search(heading) for _, _, heading in headings]
    taken = {m[1] for m in given if m}
    seen: set[str] = set()
    for n, ((line, _, _), anchor) in enumerate(zip(headings, given, strict=True)):
        if anchor is None:
            name = f"article-{n}" if n else "head"
            while name in taken:
                name += "-"
        else:
            name = anchor[1]
            if not _ANCHOR_NAME.fullmatch(name):
                remedy = "以拉丁字母开头，例：{#article-4}"
                problems.append(Problem(source, line + 1, 1, f"锚点“{name}”不能这样写", remedy))
        if name in seen:
            problems.append(Problem(source, line + 1, 1, f"锚点“{name}”重复", "换一个 {#名称}"))
        seen.add(name)
        yield name


def _stray(lines: list[str], fences: list[_Fence], comments: set[int], source: str) -> Iterator[Problem]:
    """Blocks that nobody would read, or that swallow what follows them."""
    inside = {n for f in fences for n in range(f.first, f.end)} | comments
    for fence in fences:
        mark = lines[fence.first].strip()[:3]
        if fence.is_yaml and not (
            fence.end - 1 > fence.first and lines[fence.end - 1].strip().startswith(mark)
        ):
            yield Problem(source, fence.first + 1, 1, "代码块没有结束", _CLOSE)
            continue
        for n in range(fence.first + 1, fence.end):
            if fence.is_yaml and _OPENS.match(lines[n]):
                yield Problem(source, n + 1, 1, "上一个代码块没有结束", "在它后面先写一行 ```")
    for n, line in enumerate(lines):
        if n not in inside and (m := _OPENS.match(line)):
            remedy = "移到行首，前面空一行"
            yield Problem(
                source, n + 1, m.end() + 1, "这个 yaml 块在列表、引用或缩进的文字里，不会被读到", remedy
            )
