"""The ledger: what moved. Accounts, transfers between them, and reservations; see docs/ledger.md."""
