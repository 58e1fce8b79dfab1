"""The core's place among Django's applications."""

import gc

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# New objects before garbage is looked for, ten times that before the older ones are. An explanation of thirty policies
# makes thousands that live until it is shown: with Python's 700 one twentieth of its time went into looking.
NEW_OBJECTS = 20_000


class CoreConfig(AppConfig):
    """Users, roles, dated law, packs and registers."""

    name = "sanchuang.core"
    label = "core"
    verbose_name = _("Foundations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions and loaders."""
        gc.set_threshold(NEW_OBJECTS, 10, 10)
        from sanchuang.core import (  # noqa: F401
            calendar_reports,
            history,
            law_reports,
            packing,
            permissions,
        )
        from sanchuang.core.accounts import actions  # noqa: F401
        from sanchuang.core.accounts import history as account_history
        from sanchuang.core.accounts import permissions as account_permissions  # noqa: F401
        from sanchuang.core.approvals import permissions as approval_permissions  # noqa: F401
        from sanchuang.core.attachments import history as attachment_history
        from sanchuang.core.attachments import permissions as attachment_permissions  # noqa: F401
        from sanchuang.core.audit import permissions as audit_permissions  # noqa: F401
        from sanchuang.core.audit import record_history
        from sanchuang.core.audit.guards import guards
        from sanchuang.core.calendar import packing as calendar_packing  # noqa: F401
        from sanchuang.core.clocks import history as clock_history
        from sanchuang.core.inbox import permissions as inbox_permissions  # noqa: F401
        from sanchuang.core.notifications import permissions as notification_permissions  # noqa: F401
        from sanchuang.core.notifications import personal as notification_data
        from sanchuang.core.personal import core_holders
        from sanchuang.core.personal import permissions as personal_permissions  # noqa: F401
        from sanchuang.core.search import marks
        from sanchuang.core.sign_in import locks, trail
        from sanchuang.core.sign_in import permissions as sign_in_permissions  # noqa: F401
        from sanchuang.core.sign_in import personal as sign_in_data
        from sanchuang.core.tokens import permissions as token_permissions  # noqa: F401
        from sanchuang.core.tokens import personal as token_data
        from sanchuang.core.webhooks import permissions as webhook_permissions  # noqa: F401

        account_history.register()
        clock_history.register_all()
        attachment_history.register()
        marks.connect()
        core_holders.register_all()
        notification_data.register_all()
        sign_in_data.register_all()
        token_data.register_all()
        history.register(record_history.lines)
        guards.connect(self)
        locks.connect()
        trail.connect()
