"""The ledger's addresses; the modules beside this one add theirs."""

from ninja import Router

router = Router(tags=["ledger"])
