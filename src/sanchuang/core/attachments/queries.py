"""Which files a record has, and which file somebody may open."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from sanchuang.core.attachments import kinds
from sanchuang.core.errors import Unfit
from sanchuang.core.models import Attachment, User


def absent() -> Unfit:
    """The answer to whoever asks for what is not there, and, word for word, for what they may not see."""
    return Unfit(
        _("There is no such file."), _("It may have been removed. Open it from the page of its record.")
    )


def ever(record: Model) -> QuerySet[Attachment]:
    """All files of `record`, the removed ones too, the last first."""
    label, key = kinds.label_of(type(record)), str(record.pk)
    found = Attachment.objects.filter(model=label, record=key)
    return found.select_related("blob", "uploaded_by", "removed_by")


def of(record: Model) -> QuerySet[Attachment]:
    """The files of `record`, the last first. It does not ask who wants to see them."""
    return ever(record).filter(removed_at__isnull=True)


def record_for(user: User | AnonymousUser, label: str, key: str) -> Model:
    """The record "registry.organisation", "12", for somebody who may see its files; else raises the same `Unfit`."""
    record = kinds.find(label, key)
    if record is None or not kinds.may(user, "view", record):
        raise absent()
    return record


def attachment_for(user: User | AnonymousUser, number: int) -> tuple[Attachment, Model]:
    """A file and its record for somebody who may see it; for everybody else, absent or not, the same `Unfit`."""
    found = (
        Attachment.objects.select_related("blob")
        .filter(pk=number, removed_at__isnull=True)
        .exclude(blob__scan="infected")
        .first()
    )
    if found is None:
        raise absent()
    return found, record_for(user, found.model, found.record)
