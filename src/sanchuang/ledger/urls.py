"""Addresses of the ledger."""

from django.urls import path

from sanchuang.ledger import views

app_name = "ledger"
urlpatterns = [
    path("accounts/", views.Accounts.as_view(), name="accounts"),
    path("accounts/<slug:code>/", views.account, name="account"),
    path("transfers/", views.Transfers.as_view(), name="transfers"),
    path("transfers/<int:number>/", views.transfer, name="transfer"),
    path("reservations/", views.Reservations.as_view(), name="reservations"),
    path("budgets/", views.budgets, name="budgets"),
    path("balance/", views.balance, name="balance"),
    path("memos/<int:number>/", views.memo, name="memo"),
    path("open/", views.open_account, name="open"),
    path("move/", views.move, name="move"),
]
