"""A policy's Markdown file cut into articles and the YAML blocks that stand under them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

from sanchuang.engines.markup import Located, Problem, Problems, load_yaml
from sanchuang.engines.rules.policy import Article

_ANCHOR = re.compile(r"\s*\{#([A-Za-z][\w-]*)\}\s*$")


@dataclass(frozen=True)
class Block:
    """One YAML block and the article it stands in."""

    located: Located
    article: Article


def split(text: str, source: str) -> tuple[str, list[Article], list[Block]]:
    """Title (`# …`), articles (`## …`) and YAML blocks (```` ```yaml ````) of a policy file.

    The part before the first `##` is the article with anchor `head`. Raises `Problems`.
    """
    lines = text.splitlines()
    title = ""
    starts: list[tuple[int, str, str]] = [(0, "head", "")]
    fences: list[tuple[int, int, str, str]] = []  # first line, end line, info, content
    found = MarkdownIt("commonmark").parse(text)
    for i, token in enumerate(found):
        if token.map is None or token.level:
            continue
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            heading = found[i + 1].content
            if token.tag == "h1":
                title = title or heading
            else:
                anchor = _ANCHOR.search(heading)
                name = anchor.group(1) if anchor else f"article-{len(starts)}"
                starts.append((token.map[0], name, _ANCHOR.sub("", heading)))
        elif token.type == "fence":
            fences.append((token.map[0], token.map[1], token.info.strip(), token.content))
    problems: list[Problem] = []
    articles: list[Article] = []
    blocks: list[Block] = []
    ends = [start for start, _, _ in starts[1:]] + [len(lines)]
    for (start, name, heading), end in zip(starts, ends, strict=True):
        if any(a.anchor == name for a in articles):
            problems.append(Problem(source, start + 1, 1, f"锚点“{name}”重复", "换一个 {#名称}"))
        inside = [f for f in fences if start <= f[0] < end and f[2].split()[:1] == ["yaml"]]
        hidden = {n for f in inside for n in range(f[0], f[1])} | ({start} if heading else set())
        body = "\n".join(
            line
            for n, line in enumerate(lines[start:end], start)
            if n not in hidden and not (name == "head" and line.startswith("# "))
        ).strip()
        article = Article(name, heading, body, start + 1, tuple(f[3] for f in inside))
        articles.append(article)
        for fence in inside:
            try:
                blocks.append(Block(load_yaml(fence[3], source, first_line=fence[0] + 2), article))
            except Problems as error:
                problems += error.problems
    if problems:
        raise Problems(problems)
    return title, articles, blocks
