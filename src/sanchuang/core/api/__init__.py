"""What the rooms' interfaces for programs share: who asks, what is answered when something is wrong, pages, versions, keys.

A room declares its addresses in its `api.py` with `endpoints`; the web assembles them (docs/api.md).
"""
