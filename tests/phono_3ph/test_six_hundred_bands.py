"""A cell of 200 atoms: the memory of one wave vector, and no counts of 32 bits."""

from pathlib import Path

import numpy as np
import pytest
from phono_3ph import PeriodicModes, Scattering, Series3, linewidths
from phono_grid import Cell, Gaussian, Grid, Triplets, units

N_A, N_B, N_E = 200, 600, 400
FEW = 10
"""Bands at q' that conserve energy; the others are far above."""
GIB = 1024**3
SCATTERING = Scattering(smearing=Gaussian(0.5, 4.0), degeneracy=1e-12)
pytestmark = pytest.mark.needs_rust


def crystal(rng):
    """Constants that couple few atoms, and phonons at Γ and at one more point."""
    lattice = 12 * np.eye(3) + rng.uniform(0, 1, (3, 3))
    cell = Cell.of(lattice, rng.uniform(size=(N_A, 3)), ["Si"] * N_A)
    grid = Grid.of(cell, [2, 1, 1])
    f = np.sort(rng.uniform(1, 20, (2, N_B)), axis=1)
    f[0, FEW:] = np.sort(rng.uniform(100, 120, N_B - FEW))
    shape = (2, N_B, N_A, 3)
    e = (rng.normal(size=shape) + 1j * rng.normal(size=shape)) / np.sqrt(N_B)
    cells = np.zeros((N_E, 2, 3), dtype=int)
    cells[:, 0, 0] = np.arange(N_E) // (N_E // 2)
    atoms = rng.integers(0, N_A, (N_E, 3))
    # The last atoms have the largest addresses.
    atoms[-1] = N_A - 1
    series = Series3(rng.normal(size=(N_E, 3, 3, 3)), atoms, cells)
    return series, PeriodicModes(grid, f, e)


def expected(series, phonons, bands, n):
    """Half linewidths of some bands at q = (1/2, 0, 0), entry by entry."""
    triplets = Triplets.of(phonons.grid, 1)
    ((q, q1, q2),) = triplets.points
    assert (q1, q2) == (0, 1)
    f, e = phonons.frequencies, phonons.polarizations
    phases = np.exp(1j * np.pi * series.cells[:, 1, 0])  # of q''
    k0, k1, k2 = series.atoms.T
    widths = []
    for j in bands:
        first = phases[:, None, None] * np.einsum(
            "ea,eabc->ebc", e[q, j, k0], series.values
        )
        matrix = np.zeros((N_A, 3, N_A, 3), dtype=complex)
        np.add.at(matrix, (k1, slice(None), k2), first)
        matrix = matrix.reshape(N_B, N_B)
        v = e[q1, :FEW].reshape(FEW, N_B) @ matrix @ e[q2].reshape(N_B, N_B).T
        f1, f2 = f[q1, :FEW, None], f[q2]
        strengths = units.STRENGTH / 2 * np.abs(v) ** 2 / (f[q, j] * f1 * f2)
        n1, n2 = n[q1, :FEW, 0, None], n[q2, :, 0]
        x = np.stack([f[q, j] - f1 - f2, f[q, j] + f1 - f2, f[q, j] - f1 + f2], axis=-1)
        signs = np.stack([n1 + n2 + 1, n1 - n2, n2 - n1], axis=-1)
        total = (signs * SCATTERING.smearing.densities(x)).sum(axis=-1)
        widths.append(units.LINEWIDTH * triplets.weights[0] * (strengths * total).sum())
    return np.array(widths)


def test_a_wave_vector_of_200_atoms_takes_a_gigabyte_beside_its_phonons(rng):
    series, phonons = crystal(rng)
    n = rng.uniform(0.1, 3, (2, N_B, 1))
    status, reset = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not reset.exists():
        pytest.skip("peaks of memory are read from /proc")

    def memory(name):
        lines = status.read_text().splitlines()
        return next(1024 * int(x.split()[1]) for x in lines if x.startswith(f"{name}:"))

    reset.write_text("5")
    before = memory("VmRSS")
    gamma = linewidths(series, phonons, 1, n, SCATTERING)[0]
    # All elements of one triplet would be 16 n_b³ = 3.2 GiB.
    assert memory("VmHWM") - before < 1.5 * GIB
    bands = [0, 8, 383, 384, 599]
    np.testing.assert_allclose(
        gamma[bands], expected(series, phonons, bands, n), rtol=1e-10
    )
    assert (gamma[bands] > 0).all()
