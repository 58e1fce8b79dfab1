"""Addresses of the registry."""

from django.urls import path

from sanchuang.registry import views

app_name = "registry"
urlpatterns = [
    path("organisations/", views.Organisations.as_view(), name="organisations"),
    path("organisations/<str:slug>/", views.organisation, name="organisation"),
    path("results/", views.Results.as_view(), name="results"),
    path("results/<str:slug>/", views.result, name="result"),
    path("needs/", views.Needs.as_view(), name="needs"),
    path("needs/<str:slug>/", views.need, name="need"),
    path("places/", views.Places.as_view(), name="places"),
]
