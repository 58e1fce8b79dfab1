"""Where a training's full ranker lies: below `settings.VAR/matching`, a folder for each training, with a checksum."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from sanchuang.engines.matching import keeping
from sanchuang.engines.matching.learned import Learned
from sanchuang.registry.models import MatchTraining
from sanchuang.values import Malformed


def save(row: MatchTraining, learned: Learned) -> None:
    """Keep what `row` taught, for this process and every other."""
    folder = _folder(row.pk)
    folder.mkdir(parents=True, exist_ok=True)
    keeping.save(folder, _name(row), learned)


def load(row: MatchTraining) -> Learned:
    """Give what `row` taught. Raises `Malformed` where it is not there, damaged, or of another version."""
    return _load(_folder(row.pk), _name(row))


# One for each kind: what is in force is read once by each process.
@lru_cache(maxsize=3)
def _load(folder: Path, name: str) -> Learned:
    try:
        found = keeping.load(folder, name)
    except keeping.Unusable:
        found = None
    if not isinstance(found, Learned):
        raise Malformed(
            _("What this training taught is missing or damaged: %s") % folder.name,
            _("Learn again: sanchuang match learn"),
        )
    return found


def _folder(number: int) -> Path:
    return Path(settings.VAR) / "matching" / str(number)


def _name(row: MatchTraining) -> str:
    """Tells a training from one of the same number in another database."""
    return f"{row.pk} {row.at.isoformat()}"
