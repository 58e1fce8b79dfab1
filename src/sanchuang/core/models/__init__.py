"""Users and what they are in the district, dated law, which pack is loaded, and what waits for whom."""

from sanchuang.core.models.approvals import Approval
from sanchuang.core.models.attachments import Attachment, Blob
from sanchuang.core.models.audit import AuditEntry, AuditHead, AuditSealed
from sanchuang.core.models.calendar import CalendarDay, CalendarYear
from sanchuang.core.models.clocks import Clock, ClockPause
from sanchuang.core.models.dates import dates_in_order, holds_on
from sanchuang.core.models.inbox import InboxItem, InboxStep
from sanchuang.core.models.law import LawEntry
from sanchuang.core.models.notifications import Notice, NotificationPreference
from sanchuang.core.models.packs import PackLoad
from sanchuang.core.models.search import SearchMark
from sanchuang.core.models.tokens import ApiAnswer, ApiToken, RateCount
from sanchuang.core.models.users import Consent, Delegation, Invitation, Membership, User
from sanchuang.core.models.webhooks import Delivery, Webhook, WebhookCursor

__all__ = [
    "ApiAnswer",
    "ApiToken",
    "Approval",
    "Attachment",
    "AuditEntry",
    "AuditHead",
    "AuditSealed",
    "Blob",
    "CalendarDay",
    "CalendarYear",
    "Clock",
    "ClockPause",
    "Consent",
    "Delegation",
    "Delivery",
    "InboxItem",
    "InboxStep",
    "Invitation",
    "LawEntry",
    "Membership",
    "Notice",
    "NotificationPreference",
    "PackLoad",
    "RateCount",
    "SearchMark",
    "User",
    "Webhook",
    "WebhookCursor",
    "dates_in_order",
    "holds_on",
]
