"""Pure computation: no Django, no database, no clock, no randomness without a seed."""
