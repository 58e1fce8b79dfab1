"""The web floor: settings, addresses, shell and pages."""
