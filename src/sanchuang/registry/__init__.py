"""Who is here: organisations, people, places, facts, results, needs and published figures."""
