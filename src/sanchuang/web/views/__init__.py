"""Pages that belong to no single room: signing in, home, advice, errors."""
