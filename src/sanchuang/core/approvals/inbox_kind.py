"""How a request for a second person is told on the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import inbox
from sanchuang.core.audit.verbs import words_of
from sanchuang.core.models import Approval, User

KIND = "approval"


def _tell(data: Mapping[str, Any]) -> inbox.Told:
    asker = User.objects.filter(pseudonym=data["name"]).first()
    return inbox.Told(
        _("To confirm: %(act)s") % {"act": words_of(data["act"])},
        terms=((_("Asked by"), str(asker or "")), (_("Request"), f"#{data['number']}")),
    )


inbox.register(
    inbox.Kind(
        KIND,
        gettext_lazy("Second person wanted"),
        _tell,
        {str(value): label for value, label in Approval.State.choices if value != Approval.State.OPEN},
        decided_elsewhere=True,
        by_another=True,
    )
)
