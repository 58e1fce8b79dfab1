"""Users and roles, dated law, the pack's schema and loading, and the registers that rooms offer to."""
