"""Outputs of programs that compute forces, one module for each or for a few alike."""
