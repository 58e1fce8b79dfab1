"""Who may set what reaches them, and who may send what is due."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit
from sanchuang.core.permissions import administrator, permit, signed_in

SET, SEND = "core.set_notifications", "core.send_notices"

permit(
    SET,
    signed_in,
    what=_("choose how often you hear by e-mail"),
    who=_("everybody who is signed in, for themselves"),
)
permit(SEND, administrator, what=_("send the notices that are due"), who=_("administrators"))
audit.register(SET, _("choose how often one hears by e-mail"))
