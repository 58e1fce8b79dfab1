"""Addresses of the registry."""

from django.urls import path

from sanchuang.registry import views

app_name = "registry"
urlpatterns = [
    path("organisations/", views.Organisations.as_view(), name="organisations"),
    path("organisations/<str:slug>/", views.organisation, name="organisation"),
    path("organisations/<str:slug>/edit/", views.edit_organisation, name="edit-organisation"),
    path("organisations/<str:slug>/merge/", views.merge_organisation, name="merge-organisation"),
    path("duplicates/", views.duplicates, name="duplicates"),
    path("results/", views.Results.as_view(), name="results"),
    path("results/<str:slug>/", views.result, name="result"),
    path("needs/", views.Needs.as_view(), name="needs"),
    path("needs/<str:slug>/", views.need, name="need"),
    path("needs/<str:slug>/answer/", views.answer_match, name="answer-match"),
    path("matching/", views.matching, name="matching"),
    path("places/", views.Places.as_view(), name="places"),
    path("places/<str:slug>/", views.place, name="place"),
    path("map/", views.map_page, name="map"),
    path("people/", views.People.as_view(), name="people"),
    path("people/<str:slug>/", views.person, name="person"),
    path("mechanisms/", views.Mechanisms.as_view(), name="mechanisms"),
    path("mechanisms/<str:slug>/", views.mechanism, name="mechanism"),
    path("figures/", views.Figures.as_view(), name="figures"),
    path("figures/<str:slug>/", views.figure, name="figure"),
    path("industries/", views.Industries.as_view(), name="industries"),
    path("definitions/", views.FactDefinitions.as_view(), name="fact-definitions"),
    path("imports/", views.imports, name="imports"),
    path("imports/<int:number>/", views.import_page, name="import"),
    path("imports/<int:number>/progress/", views.import_progress, name="import-progress"),
    path("imports/<int:number>/faults/", views.import_faults, name="import-faults"),
    path("exports/<slug:kind>/", views.export_records, name="export"),
]
