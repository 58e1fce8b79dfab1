"""Backups: one file that holds database, uploaded files and keys as they were at one moment, and how it comes back.

`saving.back_up` writes one while the site goes on, `checking.check` reads one to its end, `restoring.restore` brings one
back into an empty place. docs/operations.md tells operators about it.
"""
