"""How a calculation runs, in pieces that are kept and shared; no number depends on it."""
