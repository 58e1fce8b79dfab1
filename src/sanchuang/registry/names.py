"""How names are compared; the search over everything compares them in the same way."""

from sanchuang.core.search import search_key

__all__ = ["search_key"]
