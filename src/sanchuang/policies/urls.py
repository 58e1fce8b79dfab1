"""Addresses of the policies room."""

from django.urls import path

from sanchuang.policies import views

app_name = "policies"
urlpatterns = [
    path("", views.policies, name="list"),
    path("<slug:slug>/", views.policy, name="policy"),
]
