"""The roles a person may hold in the district."""

from django.db import models


class Role(models.TextChoices):
    """What somebody is here."""

    OFFICER = "officer", "政策专员"
    SCOUT = "scout", "科技工兵"
    MEMBER = "member", "企业成员"
    RESEARCHER = "researcher", "科研人员"
    FUND_MANAGER = "fund_manager", "基金经理"
    PROVIDER = "provider", "算力服务商"
    ORGANISER = "organiser", "活动主办方"
    EDITOR = "editor", "数据编辑"
    AUDITOR = "auditor", "审计员"
    ADMINISTRATOR = "administrator", "管理员"
    PUBLIC = "public", "公众"
