"""Addresses of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from sanchuang.web import api
from sanchuang.web.accounts import urls as accounts
from sanchuang.web.settings import ROOMS
from sanchuang.web.views.advice import advice, advice_pdf
from sanchuang.web.views.approvals import approval
from sanchuang.web.views.audit import Trail, entry
from sanchuang.web.views.calendar import calendar_page
from sanchuang.web.views.charts import gallery
from sanchuang.web.views.delegations import act_for, end_delegation, own_delegations
from sanchuang.web.views.desk import desk, desk_item
from sanchuang.web.views.files import attachment, attachment_remove, attachments
from sanchuang.web.views.guide import guide, guide_chapter
from sanchuang.web.views.home import home
from sanchuang.web.views.invitations import accept_invitation, invite, withdraw_invitation
from sanchuang.web.views.law import Laws, law
from sanchuang.web.views.notifications import notifications
from sanchuang.web.views.personal import erase_person, export_person, own_data
from sanchuang.web.views.programs import own_tokens, own_webhooks, revoke_token, webhook
from sanchuang.web.views.report import report
from sanchuang.web.views.search import search_page, suggestions
from sanchuang.web.views.session import admin_door, choose_language, choose_theme
from sanchuang.web.views.signs import alive, figures, ready
from sanchuang.web.views.users import Users, user_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    *accounts.urlpatterns,
    path("api/", include(api.urlpatterns)),
    path("desk/", desk, name="desk"),
    path("desk/<int:number>/", desk_item, name="desk-item"),
    path("report/", report, name="report"),
    path("files/<int:number>/", attachment, name="attachment"),
    path("files/<int:number>/remove/", attachment_remove, name="attachment-remove"),
    path("files/<str:model>/<str:key>/", attachments, name="attachment-add"),
    path("account/notifications/", notifications, name="notifications"),
    path("guide/", guide, name="guide"),
    path("guide/<slug:chapter>/", guide_chapter, name="guide-chapter"),
    path("charts/", gallery, name="charts"),
    path("calendar/", calendar_page, name="calendar"),
    path("law/", Laws.as_view(), name="laws"),
    path("law/<str:key>/", law, name="law"),
    path("search/", search_page, name="search"),
    path("search/suggestions/", suggestions, name="search-suggestions"),
    path("language/", choose_language, name="set-language"),
    path("theme/", choose_theme, name="set-theme"),
    path("organisations/<str:slug>/advice/", advice, name="advice"),
    path("organisations/<str:slug>/advice.pdf", advice_pdf, name="advice-pdf"),
    path("admin/login/", admin_door),
    path("admin/", admin.site.urls),
    path("users/", Users.as_view(), name="users"),
    path("users/<int:number>/", user_page, name="user"),
    path("users/<int:number>/data/", export_person, name="export-person"),
    path("users/<int:number>/erase/", erase_person, name="erase-person"),
    path("invitations/", invite, name="invite"),
    path("invitations/<int:number>/withdraw/", withdraw_invitation, name="withdraw-invitation"),
    path("invitation/<str:token>/", accept_invitation, name="accept-invitation"),
    path("account/delegations/", own_delegations, name="delegations"),
    path("account/delegations/<int:number>/end/", end_delegation, name="end-delegation"),
    path("account/act/", act_for, name="act-for"),
    path("account/data/", own_data, name="own-data"),
    path("account/tokens/", own_tokens, name="tokens"),
    path("account/tokens/<int:number>/revoke/", revoke_token, name="revoke-token"),
    path("account/webhooks/", own_webhooks, name="webhooks"),
    path("account/webhooks/<int:number>/", webhook, name="webhook"),
    path("approvals/<int:number>/", approval, name="approval"),
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", figures, name="metrics"),
    path("audit/", Trail.as_view(), name="audit"),
    path("audit/<int:number>/", entry, name="audit-entry"),
    path("", include("sanchuang.registry.urls")),
    path("ledger/", include("sanchuang.ledger.urls")),
    *(path(f"{room}/", include(f"sanchuang.{room}.urls")) for room in ROOMS),
]

handler400 = "sanchuang.web.views.errors.bad_request"
handler403 = "sanchuang.web.views.errors.refused"
handler404 = "sanchuang.web.views.errors.not_found"
handler429 = "sanchuang.web.views.errors.too_many"  # django-allauth's limits
handler500 = "sanchuang.web.views.errors.server_error"
