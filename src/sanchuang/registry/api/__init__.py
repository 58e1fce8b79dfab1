"""The registry for programs."""

from sanchuang.registry.api import companies, organisations, records, terms
from sanchuang.registry.api.router import router

__all__ = ["companies", "organisations", "records", "router", "terms"]
