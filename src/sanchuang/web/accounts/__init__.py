"""Signing in and the account page: django-allauth's views with our rules, words and pages."""
