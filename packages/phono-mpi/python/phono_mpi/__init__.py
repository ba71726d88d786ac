"""Distributing work and arrays over MPI ranks."""
