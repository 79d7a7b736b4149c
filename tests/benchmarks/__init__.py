"""Figures, printed; only the hard limits fail a run."""
