"""Only the tests that use the suite's database: `PYTHONPATH=tests PYTEST_PLUGINS=plugins.database_only make test`.

For a second run on another database, as in `.ci/run`: the others compute without one or bring their own, and would do the
same again. A test uses it that asks for it by a fixture or the mark `django_db`. The others could not if they tried:
pytest-django refuses it to their process, and `tests/conftest.py` to the processes that they start.
"""

from __future__ import annotations

import pytest


def uses_database(item: pytest.Item) -> bool:
    """Whether the test asks for the database that the suite runs on."""
    return (
        "django_db_setup" in getattr(item, "fixturenames", ())
        or item.get_closest_marker("django_db") is not None
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the others; the summary counts them as deselected."""
    others = [item for item in items if not uses_database(item)]
    items[:] = [item for item in items if uses_database(item)]
    config.hook.pytest_deselected(items=others)
