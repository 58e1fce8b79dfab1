"""What the ledger's tests share."""

from __future__ import annotations

import pytest
from small_ledger import Books, make_books


@pytest.fixture
def books(db: None) -> Books:
    """Four accounts with nothing on them."""
    return make_books()
