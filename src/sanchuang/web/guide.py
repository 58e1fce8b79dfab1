"""The user guide: its chapters, and which chapter explains which page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import Resolver404, resolve, reverse

from sanchuang.core.prose import Document, document

FOLDER = Path(__file__).parent / "guide"
PICTURES = Path(__file__).parent / "static/sanchuang/guide"

# Of each address, by its name: the chapter that explains it and, where one part of it does, that part's anchor.
PAGES: dict[str, tuple[str, str]] = {
    "sign-in": ("start", "登录"),
    "sign-out": ("start", "登录"),
    "account_login": ("start", "登录"),
    "account": ("account", ""),
    "mfa_index": ("account", ""),
    "account_inactive": ("account", "登录不了"),
    "account_reset_password": ("account", "忘记口令"),
    "account_reset_password_done": ("account", "忘记口令"),
    "account_reset_password_from_key": ("account", "忘记口令"),
    "account_reset_password_from_key_done": ("account", "忘记口令"),
    "account_set_password": ("account", "忘记口令"),
    "account_change_password": ("account", "口令"),
    "account_reauthenticate": ("account", "再次验明身份"),
    "mfa_reauthenticate": ("account", "再次验明身份"),
    "account_email": ("account", "邮箱"),
    "account_confirm_email": ("account", "邮箱"),
    "mfa_authenticate": ("account", "两步登录"),
    "mfa_activate_totp": ("account", "两步登录"),
    "mfa_deactivate_totp": ("account", "两步登录"),
    "mfa_view_recovery_codes": ("account", "恢复码"),
    "mfa_generate_recovery_codes": ("account", "恢复码"),
    "mfa_download_recovery_codes": ("account", "恢复码"),
    "socialaccount_connections": ("account", "其他网站的账号"),
    "socialaccount_login_cancelled": ("account", "其他网站的账号"),
    "openid_connect_login": ("account", "其他网站的账号"),
    "openid_connect_callback": ("account", "其他网站的账号"),
    "set-language": ("comfort", "语言"),
    "set-theme": ("comfort", "浅色与深色"),
    "guide": ("start", ""),
    "guide-chapter": ("start", ""),
    "home": ("cockpit", ""),
    "charts": ("cockpit", ""),
    "desk": ("desk", ""),
    "desk-item": ("desk", "办一件事"),
    "report": ("desk", "数字有误"),
    "notifications": ("desk", "邮件提醒"),
    "search": ("search", ""),
    "search-suggestions": ("search", "边写边看"),
    "advice": ("advice", ""),
    "calendar": ("policies", "工作日与期限"),
    "advice-pdf": ("advice", "带走一份"),
    "law": ("policies", "法定数值"),
    "laws": ("policies", "法定数值"),
    "policies:list": ("policies", ""),
    "policies:policy": ("policies", "读一项政策"),
    "registry:organisations": ("lists", ""),
    "registry:organisation": ("records", ""),
    "registry:results": ("lists", ""),
    "registry:result": ("records", ""),
    "registry:needs": ("lists", ""),
    "registry:need": ("records", ""),
    "registry:answer-match": ("records", "匹配和回答"),
    "registry:matching": ("records", "匹配学到什么"),
    "registry:places": ("lists", ""),
    "registry:place": ("records", ""),
    "registry:people": ("lists", ""),
    "registry:person": ("records", ""),
    "registry:mechanisms": ("lists", ""),
    "registry:mechanism": ("records", ""),
    "registry:figures": ("cockpit", ""),
    "registry:figure": ("cockpit", "点开一个数字"),
    "registry:fact-definitions": ("lists", ""),
    "registry:industries": ("lists", ""),
    "registry:map": ("map", ""),
    "attachment": ("records", "附件"),
    "attachment-add": ("records", "附件"),
    "attachment-remove": ("records", "附件"),
    "registry:edit-organisation": ("records", "修改机构"),
    "registry:merge-organisation": ("records", "合并机构"),
    "registry:duplicates": ("records", "合并机构"),
    "users": ("users", "账号列表"),
    "user": ("users", "给和收角色"),
    "invite": ("users", "邀请"),
    "withdraw-invitation": ("users", "邀请"),
    "accept-invitation": ("users", "接受邀请"),
    "delegations": ("delegation", ""),
    "end-delegation": ("delegation", "到期和结束"),
    "act-for": ("delegation", "代人办理"),
    "approval": ("approval", "确认或拒绝"),
    "audit": ("audit", "查询"),
    "audit-entry": ("audit", "查询"),
    "own-data": ("data", ""),
    "api-docs": ("programs", ""),
    "api-description": ("programs", ""),
    "tokens": ("programs", "令牌"),
    "revoke-token": ("programs", "令牌"),
    "webhooks": ("programs", "webhook"),
    "webhook": ("programs", "webhook"),
    "export-person": ("data", "副本"),
    "erase-person": ("data", "删除"),
    "registry:imports": ("imports", ""),
    "registry:import": ("imports", "核对各列"),
    "registry:import-progress": ("imports", "导入与中断"),
    "registry:import-faults": ("imports", "试导入"),
    "registry:export": ("imports", "导出"),
    "ledger:accounts": ("ledger", ""),
    "ledger:account": ("ledger", "明细"),
    "ledger:transfers": ("ledger", "流水"),
    "ledger:transfer": ("ledger", "流水"),
    "ledger:reservations": ("ledger", "预留"),
    "ledger:budgets": ("ledger", "预算"),
    "ledger:balance": ("ledger", "试算平衡与结账"),
    "ledger:memo": ("ledger", "流水"),
    "ledger:open": ("ledger", "开立账户"),
    "ledger:move": ("ledger", "转账或预留"),
    "admin": ("administration", "后台"),
}


@dataclass(frozen=True)
class Chapter:
    """A chapter: its name in the address, and its text in HTML with its headings."""

    name: str
    text: Document

    @property
    def url(self) -> str:
        """Its address."""
        return reverse("guide-chapter", args=[self.name])


def _link(target: str) -> str:
    """Authors write `[text](chapter#part)`; addresses with a slash or a scheme stay as they are."""
    if "/" in target or ":" in target or target.startswith("#"):
        return target
    name, hash_, part = target.partition("#")
    return reverse("guide-chapter", args=[name]) + hash_ + part


def _picture(name: str) -> str:
    return static(f"sanchuang/guide/{name}") if (PICTURES / name).is_file() else ""


@lru_cache(maxsize=1)
def chapters() -> dict[str, Chapter]:
    """The chapters by name, in the order of their files (`01-start.md` is `start`); read once for a process."""
    found = {}
    for path in sorted(FOLDER.glob("[0-9]*.md")):
        name = path.stem.partition("-")[2]
        text = document(path.read_text(encoding="utf-8"), link=_link, image=_picture)
        found[name] = Chapter(name, text)
    return found


def guide_address(request: HttpRequest) -> str:
    """The part of the guide that explains the page of `request`; its contents where no chapter does."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return reverse("guide")
    name = "admin" if "admin" in match.namespaces else match.view_name
    if name in {"guide", "guide-chapter"} or name not in PAGES:
        return reverse("guide")
    chapter, part = PAGES[name]
    return reverse("guide-chapter", args=[chapter]) + (f"#{part}" if part else "")
