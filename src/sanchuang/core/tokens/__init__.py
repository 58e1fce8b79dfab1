"""Tokens: how a program acts for its owner, within scopes, for a time."""
