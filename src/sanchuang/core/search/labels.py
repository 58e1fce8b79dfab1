"""The words in which pages and commands say how a record was found."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanchuang.engines.lookup import How, Use

# How a record was found where its title does not show it; what was found beside the title is said after it.
WAYS: dict[How, str | Promise] = {
    How.ORDER: _("abbreviation"),
    How.PINYIN: _("pinyin"),
    How.INITIALS: _("initials of the pinyin"),
    How.SOUND: _("same sound"),
    How.SLIP: _("similar"),
    How.KEYWORD: _("keyword"),
    How.TEXT: _("in the text"),
    How.WORDS: _("every word found"),
}
USES: dict[Use, str | Promise] = {
    Use.OTHER: _("also called"),
    Use.SHORT: _("short name"),
    Use.FORMER: _("former name"),
    Use.CODE: _("code"),
    Use.NUMBER: _("code"),
}
