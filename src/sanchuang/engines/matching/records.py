"""How a document lies in tantivy: its text, its readings as stored bytes, its terms as three fields."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import tantivy

from sanchuang.engines.matching.coding import packed_units, packed_words
from sanchuang.engines.matching.files import replace
from sanchuang.engines.matching.plain import plain
from sanchuang.engines.matching.repeats import tempered
from sanchuang.engines.matching.text import Terms, fold, join, terms, units
from sanchuang.values import Malformed

FIELDS = Terms._fields
# Every document has this one term: so many were written, those removed since included.
WRITTEN = "written"
# Fewer, larger segments are searched faster; only as much is taken as the documents in hand need.
WRITER_BYTES = 256_000_000
# Documents are fetched one here, one there: of the 16 kB that tantivy packs together by itself most is unpacked in vain.
_BLOCK = 4096
_BLANKS = "blanks"
# Characters of an id: a longer one would be no term for tantivy, and its document could not be replaced.
LONGEST_ID = 500


class DuplicateId(Malformed):
    """Two documents of one collection have the same id."""

    def __init__(self, identifier: str) -> None:
        super().__init__(f"文本编号重复：{identifier}", "让每篇文本的编号唯一")


@dataclass(frozen=True, slots=True)
class Document:
    """A text under an id that is unique in its collection."""

    id: str
    text: str


def schema() -> tantivy.Schema:
    """Describe the fields."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(WRITTEN, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("text", stored=True)
    builder.add_bytes_field("line", stored=True)
    builder.add_bytes_field("codes", stored=True)
    builder.add_bytes_field("coded_words", stored=True)
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name=_BLANKS, index_option="freq")
        builder.add_integer_field(f"{name}_length", fast=True)
    return builder.build()


def created(directory: Path | None) -> tantivy.Index:
    """Make an index without documents, in memory or in an empty directory."""
    if directory is None:
        return registered(tantivy.Index(schema()))
    tantivy.Index(schema(), path=str(directory))
    # The binding has no argument for this setting; the index's own description holds it.
    file = directory / "meta.json"
    description = json.loads(file.read_bytes())
    description["index_settings"]["docstore_blocksize"] = _BLOCK
    replace(file, json.dumps(description).encode())
    return registered(tantivy.Index.open(str(directory)))


def registered(index: tantivy.Index) -> tantivy.Index:
    """Tell an index how documents are cut: they come with their terms found, blanks between them.

    Nor is it opened anew by a thread of its own whenever somebody commits: `Collection` looks when asked.
    """
    index.config_reader(reload_policy="manual")
    index.register_tokenizer(_BLANKS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def record(document: Document) -> tantivy.Document:
    """Read a document. Its lengths count all that it says, its terms not what it repeats beyond measure.

    Raises Malformed for an id of more than `LONGEST_ID` characters.
    """
    if len(document.id) > LONGEST_ID:
        raise Malformed(f"文本编号太长：{document.id[:40]}…", f"编号最多 {LONGEST_ID} 个字符")
    text = plain(document.text)
    every = units(text)
    read = tempered(every)
    written = tantivy.Document(id=document.id)
    written.add_text(WRITTEN, WRITTEN)
    written.add_bytes("text", text.encode("utf-8", "surrogatepass"))
    written.add_bytes("line", join(read).encode())
    written.add_bytes("codes", packed_units(fold(text), read))
    split = terms(read)
    written.add_bytes("coded_words", packed_words(split.words))
    longer = len(every) / max(len(read), 1)
    for name, forms in zip(FIELDS, split, strict=True):
        written.add_text(name, " ".join(forms))
        written.add_integer(f"{name}_length", round(len(forms) * longer))
    return written
