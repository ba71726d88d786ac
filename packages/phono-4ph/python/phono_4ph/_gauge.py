"""Eigenvectors of opposite wave vectors."""

from dataclasses import replace

from phono_3ph import PeriodicModes
from phono_grid.errors import ensure_type


def conjugate_gauge(phonons: PeriodicModes) -> PeriodicModes:
    r"""The same phonons with :math:`\tilde e_j(-q) = \tilde e_j^*(q)`.

    Band ``j`` at ``-q`` is then the partner of band ``j`` at ``q``, inside a degenerate set
    too; `Counting.FOURPHONON` depends on it.
    """
    ensure_type("phonons", phonons, PeriodicModes)
    opposite = phonons.grid.index(-phonons.grid.addresses)
    e = phonons.polarizations.copy()
    for q, minus in enumerate(opposite):
        if minus > q:
            e[minus] = e[q].conj()
    return replace(phonons, polarizations=e)
