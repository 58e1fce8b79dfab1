"""Accounts: how people sign in, what is counted against whoever tries too often, and what is written down of it.

django-allauth does the signing in and django-axes the counting; here stands what is ours: who may change a sign-in
(`permissions`), what changes one (`actions`), how one stands (`queries`), whom a wrong try counts against (`locks`),
the trail of all of it (`trail`), and the register of further parts of the account page (`sections`).
"""
