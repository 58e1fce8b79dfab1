"""What the ledger's tests share."""

from __future__ import annotations

import pytest
from small_ledger import Books, make_books


@pytest.fixture
def books(db: None) -> Books:
    """Four accounts with nothing on them."""
    from sanchuang.ledger.posting.limits import limit

    limit.cache_clear()  # a test's law goes with the test, without a load of a pack
    return make_books()
