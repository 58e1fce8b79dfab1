"""What a token may be used for. A scope only narrows: a token never does what its owner may not do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

READ, WRITE = "read", "write"
LEDGER_READ, LEDGER_WRITE, AUDIT_READ = "ledger:read", "ledger:write", "audit:read"

SCOPES: dict[str, str | Promise] = {
    READ: _("read records, advice, search and the inbox"),
    WRITE: _("create and change records"),
    LEDGER_READ: _("read the ledger"),
    LEDGER_WRITE: _("move money in the ledger"),
    AUDIT_READ: _("read the audit trail"),
}
