"""Matching the registry's records: who or what may answer a need, which needs a record may answer, and why.

`shelves` keeps the texts as indices, `ranking` puts what is found in order, `lines` says why, `section` offers it to
the advice; `actions` takes what people say of it, and `training` learns from that.
"""
