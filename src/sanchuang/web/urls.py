"""Addresses of the site."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from sanchuang.web.settings import ROOMS
from sanchuang.web.views.advice import advice, advice_pdf
from sanchuang.web.views.charts import gallery
from sanchuang.web.views.desk import desk, desk_item
from sanchuang.web.views.guide import guide, guide_chapter
from sanchuang.web.views.home import home
from sanchuang.web.views.law import Laws, law
from sanchuang.web.views.notifications import notifications
from sanchuang.web.views.report import report
from sanchuang.web.views.search import search_page, suggestions
from sanchuang.web.views.session import SignIn, admin_door, choose_language, choose_theme

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("desk/", desk, name="desk"),
    path("desk/<int:number>/", desk_item, name="desk-item"),
    path("report/", report, name="report"),
    path("account/notifications/", notifications, name="notifications"),
    path("guide/", guide, name="guide"),
    path("guide/<slug:chapter>/", guide_chapter, name="guide-chapter"),
    path("charts/", gallery, name="charts"),
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
    path("", include("sanchuang.registry.urls")),
    *(path(f"{room}/", include(f"sanchuang.{room}.urls")) for room in ROOMS),
]

handler400 = "sanchuang.web.views.errors.bad_request"
handler403 = "sanchuang.web.views.errors.refused"
handler404 = "sanchuang.web.views.errors.not_found"
handler500 = "sanchuang.web.views.errors.server_error"
