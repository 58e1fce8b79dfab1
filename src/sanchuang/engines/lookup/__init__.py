"""Finding records by what somebody types: names, codes, pinyin, slips of the keyboard, words of a text."""

from sanchuang.engines.lookup.index import Document, Found, How, Index, Name, Use
from sanchuang.engines.lookup.keys import sounds, spelt

__all__ = ["Document", "Found", "How", "Index", "Name", "Use", "sounds", "spelt"]
