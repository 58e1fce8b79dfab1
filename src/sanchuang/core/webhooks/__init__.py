"""Webhooks: addresses of other systems that are told of acts.

The audit trail is the outbox: its row is written in the transaction of the act, and rows are numbered without a gap. A
worker reads on from where it was, makes the deliveries, and delivers each at least once.
"""
