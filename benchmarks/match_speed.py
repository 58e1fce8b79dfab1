"""Matching: speed and size beside tantivy alone, bm25s and SQLite FTS5, over documents made from the shared pool.

Alone: `python benchmarks/match_speed.py [DOCUMENTS]` prints the figures as JSON. Every document is one of the pool's with
one in ten of its characters left out at random (seeded), so that statistics stay those of real text. bm25s takes part
where it is installed.
"""

from __future__ import annotations

import importlib.util
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from measure import Section, Skipped, percentile, rows, tell

from sanchuang.engines.matching import Document
from sanchuang.engines.matching.living import Collection
from sanchuang.engines.matching.text import terms, units

DOCUMENTS, LARGE = 20_000, 400_000
QUERIES = 200
LEFT_OUT = 0.1
LIMIT = 100
ADDED = 20


def documents(shared: Path, count: int) -> Iterator[Document]:
    """`count` documents; raises `Skipped` when the shared data are absent."""
    pool = shared / "data/match/csl_pool.jsonl.gz"
    if not pool.is_file():
        raise Skipped(f"no {pool.name} under SANCHUANG_SHARED (../shared)")
    texts = [row["text"] for row in rows(pool)]
    chance = random.Random(1)
    for number in range(count):
        text = texts[number % len(texts)]
        if number >= len(texts):
            text = "".join(character for character in text if chance.random() >= LEFT_OUT)
        yield Document(f"d{number}", text)


def spoken(text: str) -> str:
    """A text's characters and pairs as words between blanks: what the peers are given."""
    read = terms(units(text))
    return " ".join(form.replace("|", "") for form in (*read.characters, *read.pairs))


def timed(ask: Callable[[str], object], queries: list[str]) -> dict[str, float]:
    """CPU milliseconds a query."""
    times = []
    for query in queries:
        started = time.process_time()
        ask(query)
        times.append(1000 * (time.process_time() - started))
    return {"p50": round(percentile(times, 0.5), 1), "p95": round(percentile(times, 0.95), 1)}


def size(folder: Path) -> int:
    """Megabytes of the files under a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 10**6


def ours(texts: Callable[[], Iterator[Document]], queries: list[str], folder: Path) -> dict[str, Any]:
    """Index on disk, candidates, ten hits with reasons, and one text more until it is found."""
    started = time.process_time()
    collection = Collection.create(folder, texts())
    seconds = time.process_time() - started
    index = collection.index
    return {
        "index_s": round(seconds, 1),
        "index_mb": size(folder),
        "candidates_ms": timed(lambda query: index.candidates(query, LIMIT), queries),
        "reasons_ms": timed(lambda query: index.rank(query, 10), queries),
        "found_ms": added(collection, queries[:ADDED]),
    }


def added(collection: Collection, texts: list[str]) -> dict[str, float]:
    """CPU milliseconds from a new text to a search that finds it, of a writer and a reader that are at work."""
    times = []
    with collection.writer() as writer:
        for number, text in enumerate(texts):
            started = time.process_time()
            writer.add(Document(f"new{number}", f"{text} new{number}"))
            writer.commit()
            if collection.index.rank(f"new{number}", 1)[0].id != f"new{number}":
                raise AssertionError(f"new{number} is not found")
            times.append(1000 * (time.process_time() - started))
    return {"p50": round(percentile(times, 0.5), 1), "p95": round(percentile(times, 0.95), 1)}


def tantivy_alone(
    texts: Callable[[], Iterator[Document]], queries: list[str], folder: Path
) -> dict[str, Any]:
    """One field of blank-separated terms; text already read, reading not counted."""
    import tantivy

    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", tokenizer_name="blanks", index_option="freq")
    index = tantivy.Index(builder.build(), path=str(folder))
    cut = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("blanks", cut)
    writer = index.writer(128_000_000, num_threads=1)
    seconds = 0.0
    for document in texts():
        body = spoken(document.text)
        started = time.process_time()
        writer.add_document(tantivy.Document(body=body))
        seconds += time.process_time() - started
    started = time.process_time()
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    seconds += time.process_time() - started
    searcher = index.searcher()

    def ask(query: str) -> object:
        return searcher.search(index.parse_query(query, ["body"]), LIMIT, count=False).hits

    return {
        "index_s": round(seconds, 1),
        "index_mb": size(folder),
        "candidates_ms": timed(ask, [spoken(query) for query in queries]),
    }


def sqlite(texts: Callable[[], Iterator[Document]], queries: list[str], folder: Path) -> dict[str, Any]:
    """FTS5 ranked by its own BM25."""
    folder.mkdir()
    database = sqlite3.connect(folder / "fts.sqlite")
    database.execute("CREATE VIRTUAL TABLE d USING fts5(body, content='', tokenize='unicode61')")
    seconds = 0.0
    for document in texts():
        body = spoken(document.text)
        started = time.process_time()
        database.execute("INSERT INTO d (body) VALUES (?)", (body,))
        seconds += time.process_time() - started
    started = time.process_time()
    database.commit()
    seconds += time.process_time() - started

    def ask(query: str) -> object:
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(query.split()))
        return database.execute(
            "SELECT rowid FROM d WHERE d MATCH ? ORDER BY rank LIMIT ?", (words, LIMIT)
        ).fetchall()

    found = timed(ask, [spoken(query) for query in queries])
    database.close()
    return {"index_s": round(seconds, 1), "index_mb": size(folder), "candidates_ms": found}


def bm25s(texts: Callable[[], Iterator[Document]], queries: list[str], folder: Path) -> dict[str, Any]:
    """The array library; text already read, reading not counted."""
    import bm25s as library

    bodies = [spoken(document.text).split() for document in texts()]
    started = time.process_time()
    retriever = library.BM25()
    retriever.index(bodies, show_progress=False)
    seconds = time.process_time() - started
    retriever.save(folder)

    def ask(query: str) -> object:
        return retriever.retrieve([query.split()], k=LIMIT, show_progress=False, n_threads=1)

    return {
        "index_s": round(seconds, 1),
        "index_mb": size(folder),
        "candidates_ms": timed(ask, [spoken(query) for query in queries]),
    }


def figures(shared: Path, count: int) -> dict[str, Any]:
    """All systems over the same documents and queries."""
    asked = rows(shared / "data/match/csl_dev.jsonl.gz") if shared.is_dir() else []
    queries = [row["query"] for row in asked[:: max(1, len(asked) // QUERIES)]]

    def texts() -> Iterator[Document]:
        return documents(shared, count)

    systems = {"sanchuang": ours, "tantivy alone": tantivy_alone, "SQLite FTS5": sqlite}
    if importlib.util.find_spec("bm25s"):
        systems["bm25s"] = bm25s
    found: dict[str, Any] = {"documents": count, "queries": len(queries)}
    with tempfile.TemporaryDirectory() as folder:
        for name, measured in systems.items():
            found[name] = measured(texts, queries, Path(folder) / name.replace(" ", "-"))
    return found


def speed_table(shared: Path) -> Section:
    """The section for the report; raises `Skipped` when the shared data are absent."""
    count = LARGE if os.environ.get("SANCHUANG_BENCH_LARGE") else DOCUMENTS
    found = figures(shared, count)
    lines = []
    for name in ("sanchuang", "tantivy alone", "bm25s", "SQLite FTS5"):
        if not (system := found.get(name)):
            lines.append([name, *["not installed"] * 6])
            continue
        cells = [str(system["index_s"]), str(system["index_mb"])]
        for step in ("candidates_ms", "reasons_ms"):
            cells += [f"{system[step][share]}" if step in system else "" for share in ("p50", "p95")]
        lines.append([name, *cells])
    text = (
        f"{found['documents']:,} documents made from the pool by leaving out one character in ten, {found['queries']} of the "
        "development queries, CPU of one process. sanchuang's figures include reading the text, keep it for the reasons and "
        "measure each candidate in four ways; the peers get text already cut into characters and pairs. A text added to sanchuang's index is found after "
        f"{found['sanchuang']['found_ms']['p50']} ms of CPU (p95 {found['sanchuang']['found_ms']['p95']}). `--large`: 400,000."
    )
    header = ["", "index, s", "index, MB", "100 candidates, p50 ms", "p95", "10 with reasons, p50 ms", "p95"]
    return Section("Matching: speed", ["python benchmarks/match_speed.py"], text, header, lines)


if __name__ == "__main__":
    raise SystemExit(
        tell(lambda shared: figures(shared, int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS))
    )
