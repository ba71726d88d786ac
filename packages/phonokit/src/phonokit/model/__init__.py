"""What is calculated with: crystals, their force constants and the forces behind them."""
