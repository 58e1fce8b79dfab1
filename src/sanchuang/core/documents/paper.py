"""From a template to a PDF file."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import sanchuang
from sanchuang.core import district
from sanchuang.core.documents import engine
from sanchuang.core.documents.kinds import DocumentKind, kind_of
from sanchuang.core.errors import Unfit
from sanchuang.core.script import HANT
from sanchuang.core.script.names import converter

NUMBER = 16  # hexadecimal digits of the digest that stand on the paper: 64 bits


def render(
    name: str,
    context: Mapping[str, Any],
    *,
    language: str,
    address: str = "",
    made: dt.datetime | None = None,
) -> bytes:
    """The paper of kind `name` as a PDF file, in `language` (a code of `settings.LANGUAGES`).

    `address` is the record's address on this site, `made` the time on the paper (now, if not given). The number in the
    foot is the digest of what the paper says without that time: two papers of one number say the same. Raises
    `Unfit` when `context` asks for more rows than the kind allows, and where the system lacks Pango or a Chinese font.
    """
    kind, made = kind_of(name), made or timezone.now()
    with translation.override(language):
        _measure(kind, context)
        html: str = render_to_string(
            kind.template,
            {
                **context,
                "LANGUAGE_CODE": language,
                "kind_title": kind.title,
                "district_name": district.name(),
                "release": sanchuang.__version__,
                "address": f"{settings.SITE_URL}{address}" if address else "",
            },
        )
        if language == HANT:
            html = converter().page(html)
        number = hashlib.sha256(html.encode()).hexdigest()[:NUMBER]
        return engine.pdf(html, style=_foot(number, made), number=number, made=made)


def _measure(kind: DocumentKind, context: Mapping[str, Any]) -> None:
    count = kind.rows(context)
    if count > kind.most:
        raise Unfit(
            _("This paper would have %(count)s rows; it may have %(most)s.")
            % {"count": f"{count:,}", "most": f"{kind.most:,}"},
            _("Choose less, or export the list as a file."),
        )


def _foot(number: str, made: dt.datetime) -> str:
    """Number and time as a sheet of style: they are no part of what the number is the digest of."""
    time = made.astimezone(district.zone()).strftime("%Y-%m-%d %H:%M")
    return f'.paper-number::before {{ content: "{number}" }} .paper-made::before {{ content: "{time}" }}'


def answer(pdf: bytes, title: str) -> HttpResponse:
    """`pdf` to be saved under `title`: a browser's own viewer would run under the pages' content policy."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"document.pdf\"; filename*=UTF-8''{quote(title)}.pdf"
    )
    return response
