"""Machine code that is kept belongs to one state of the sources."""

import pytest

from sanchuang.engines.placement import cluster, native


@pytest.mark.parametrize("locator", [native.InTree, native.ForUser])
def test_code_of_other_sources_is_not_even_opened(locator, monkeypatch):
    """Its index names types as they were then; unpickling one that is gone ends with an error."""

    def name():
        return locator(cluster.fits.py_func, cluster.__file__).get_disambiguator()

    before = name()
    assert name() == before
    monkeypatch.setattr(native, "sources", lambda: "f" * 64)
    assert name() != before
