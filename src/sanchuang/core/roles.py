"""The roles a person may hold in the district."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is here."""

    OFFICER = "officer", _("Policy officer")
    SCOUT = "scout", _("Technology scout")
    MEMBER = "member", _("Company member")
    RESEARCHER = "researcher", _("Researcher")
    FUND_MANAGER = "fund_manager", _("Fund manager")
    PROVIDER = "provider", _("Compute provider")
    ORGANISER = "organiser", _("Event organiser")
    EDITOR = "editor", _("Pack editor")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    PUBLIC = "public", _("Public")
