"""Policies: their texts, the rules in them, and what they say of a company."""
