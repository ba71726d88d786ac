"""Three-phonon scattering and lattice thermal conductivity."""
