"""Accounts: who is invited, which roles they hold and for how long, and who acts for whom."""
