"""The register of parts of the account page, so that core and rooms can add theirs without the page knowing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Section:
    """A part of the account page: a template of one `<section class="sheet">`, and what fills it.

    The template is given what `data` returns as `section`; no section is drawn when that is None. Lower `order` first.
    """

    key: str
    order: int
    template: str
    data: Callable[[HttpRequest], Mapping[str, Any] | None]


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Add a part to the account page; registering a key again replaces it."""
    _sections[section.key] = section


def sections(request: HttpRequest) -> list[tuple[str, Mapping[str, Any]]]:
    """Template and content of each part that has something to show to the user of `request`."""
    ordered = sorted(_sections.values(), key=lambda section: (section.order, section.key))
    filled = [(section.template, section.data(request)) for section in ordered]
    return [(template, data) for template, data in filled if data is not None]
