"""Policies for a whole population: one graph of whole numbers, printed for several interpreters (docs/simulation.md)."""
