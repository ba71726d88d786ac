"""Nouns of calculations: crystals, their force constants and the forces behind them."""
