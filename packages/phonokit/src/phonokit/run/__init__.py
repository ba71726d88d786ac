"""Running of a calculation in pieces, kept and shared out; no number depends on it."""
