"""The registry for programs."""

from sanchuang.registry.api import companies, matches, organisations, records, terms
from sanchuang.registry.api.router import router

__all__ = ["companies", "matches", "organisations", "records", "router", "terms"]
