"""The engine that lays out papers, WeasyPrint, held on a short lead: it reads our own static files and nothing else.

WeasyPrint needs Pango and a font with Chinese characters from the system. It is imported when the first paper is made,
so that an installation without them serves everything else.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import mimetypes
import shutil
import subprocess
import threading
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _

from sanchuang.core.errors import Unfit

SCHEME = "static:"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk"

# A layout takes a core for seconds: papers of one process are made one after the other, so that pages go on.
_one_at_a_time = threading.Lock()


def _lacking(what: str) -> Unfit:
    return Unfit(
        what,
        _("On Debian and Ubuntu: apt-get install %(packages)s, then try again.") % {"packages": PACKAGES},
    )


@cache
def weasyprint() -> Any:
    """The module, once it is known to work here. Raises `Unfit` with what to install."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints a banner about what is missing
            import weasyprint
    except OSError as error:
        raise _lacking(_("PDF files cannot be made here: the text library Pango is missing.")) from error
    if not chinese_fonts():
        raise _lacking(_("PDF files cannot be made here: no font with Chinese characters is installed."))
    return weasyprint


def chinese_fonts() -> list[str]:
    """The families of the system's fonts that hold Chinese; empty without any, or without fontconfig to ask."""
    program = shutil.which("fc-list")
    if program is None:
        return []
    asked = [program, ":lang=zh-cn", "family"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  our own words
    return sorted(line for line in listed.stdout.splitlines() if line.strip())


def own_file(url: str) -> Path:
    """The static file that `static:core/document.css` names; raises `ValueError` for any other address or file."""
    found = finders.find(unquote(url.removeprefix(SCHEME))) if url.startswith(SCHEME) else None
    if not isinstance(found, str) or not Path(found).is_file():
        raise ValueError(f"a paper holds no file but the site's own static ones: {url}")
    return Path(found)


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint is not typed
        """Gives the site's static files; every other address is refused, and the paper goes without it."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = own_file(url)
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return OwnFiles()


def pdf(html: str, *, style: str, number: str, made: dt.datetime) -> bytes:
    """`html` as a PDF file with its fonts in it and its structure tagged; `style` is a further sheet of CSS.

    The same `html`, `style`, `number` and `made` give the same bytes with the same fonts. Raises `Unfit`.
    """
    engine = weasyprint()
    with _one_at_a_time:
        source = engine.HTML(string=html, base_url=f"{settings.SITE_URL}/", url_fetcher=_fetcher())
        paper = source.render(stylesheets=[engine.CSS(string=style, url_fetcher=_fetcher())], pdf_tags=True)
        paper.metadata.created = made.isoformat(timespec="seconds")
        written: bytes = paper.write_pdf(pdf_identifier=number.encode(), pdf_tags=True)
    return written
