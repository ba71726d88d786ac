"""Input for the kernels of phono_dynmat."""

from dataclasses import replace

import numpy as np
from phono_dynmat import (
    BornCharges,
    GonzeLeeCorrection,
    HarmonicSeries,
    WangCorrection,
    phonon_modes,
)
from phono_grid import Cell, ShortestVectors


def series_of(rng: np.random.Generator) -> HarmonicSeries:
    """Random constants, not even symmetric, in a cell of three atoms."""
    lattice = [[4.1, 0.2, -0.3], [0.9, 5.2, 0.1], [-1.3, 0.7, 6.3]]
    positions = [[0.1, 0.2, 0.3], [0.55, 0.71, 0.9], [0.3, 0.9, 0.05]]
    cell = Cell(lattice, positions, ["Ga", "As", "In"], [69.7, 74.9, 114.8])
    n_e = 40
    atoms, cells = rng.integers(3, size=(n_e, 2)), rng.integers(-3, 4, (n_e, 3))
    on_site = np.array([[k, k] for k in range(3)])
    return HarmonicSeries(
        np.concatenate([rng.normal(size=(n_e, 3, 3)), np.array([np.eye(3)] * 3) * 30]),
        np.concatenate([atoms, on_site]),
        np.concatenate([cells, np.zeros((3, 3), dtype=int)]),
        cell,
    )


def dipoles(rng: np.random.Generator) -> GonzeLeeCorrection:
    """Those constants with random charges and a few reciprocal vectors."""
    series = series_of(rng)
    g = rng.integers(-2, 3, (20, 3)) @ series.cell.reciprocal_lattice
    own = rng.normal(size=(3, 3, 3)) + 1j * rng.normal(size=(3, 3, 3))
    own = own + own.conj().swapaxes(1, 2)
    return GonzeLeeCorrection(series, charges_of(rng), np.r_[g, np.zeros((1, 3))], 0.3, own)


def dipoles_as_they_come(rng: np.random.Generator) -> GonzeLeeCorrection:
    """The sum at the wave vectors themselves, as phonopy has it."""
    return replace(dipoles(rng), periodic=False)


def interpolated(rng: np.random.Generator) -> WangCorrection:
    """Those constants with random charges and shares."""
    series = series_of(rng)
    return WangCorrection(series, charges_of(rng), rng.uniform(size=len(series.values)))


def charges_of(rng: np.random.Generator) -> BornCharges:
    """Random charges, an anisotropic dielectric."""
    a = rng.normal(size=(3, 3))
    z = rng.normal(size=(3, 3, 3))
    return BornCharges(z - z.mean(axis=0), a @ a.T + 2 * np.eye(3))


def wave_vectors(rng: np.random.Generator):
    """In the first zone and far from it, on its surface, at Γ and at images of Γ."""
    special = [[0, 0, 0], [1, 0, 0], [0.5, 0, 0], [0.5, -0.5, 1], [3, -2, 1]]
    return np.concatenate([rng.uniform(-1, 1, (7, 3)), rng.uniform(-4, 4, (5, 3)), special])


DYNAMICS = {
    "plain": series_of,
    "Gonze and Lee": dipoles,
    "Gonze and Lee, not periodic": dipoles_as_they_come,
    "Wang": interpolated,
}
"""Constants alone and with dipoles in two ways."""


def projectors(result):
    """Without degeneracy only phases are arbitrary."""
    f, e = result
    e = e.reshape(*f.shape, -1)
    return f, e[..., :, None] * e[..., None, :].conj()


def dynamical_matrices(rng, dynamics=dipoles, direction=None):
    return (dynamics(rng), wave_vectors(rng)), {"direction": direction}


def dynamical_matrix_derivatives(rng, dynamics=dipoles, direction=None):
    return (dynamics(rng), wave_vectors(rng)), {"direction": direction}


def eigenmodes(rng, dynamics=series_of, direction=None):
    args = (dynamics(rng), wave_vectors(rng))
    return args, {"direction": direction}, projectors


def phonon_frequencies(rng, dynamics=interpolated, direction=None):
    return (dynamics(rng), wave_vectors(rng)), {"direction": direction}


def group_velocities(rng, dynamics=series_of, direction=None):
    series = dynamics(rng)
    q = np.concatenate([wave_vectors(rng), [[0.5, 0, 0]]])
    rotations = [np.eye(3, dtype=int), -np.eye(3, dtype=int)]
    modes = phonon_modes(series, q, direction=direction)
    return (series, modes, rotations), {"direction": direction}


def velocity_operators(rng, dynamics=dipoles, direction=None):
    """Elements have the phases of the eigenvectors, which both are given."""
    series = dynamics(rng)
    modes = phonon_modes(series, wave_vectors(rng), direction=direction)
    return (series, modes), {"direction": direction}


def inverse_fourier_sum(rng, dynamics=None, direction=None):
    """Three atoms and five cells, up to four equidistant vectors."""
    multiplicities = rng.integers(1, 5, (15, 3))
    vectors = rng.uniform(-2, 2, (multiplicities.sum(), 3))
    d = rng.normal(size=(5, 9, 9)) + 1j * rng.normal(size=(5, 9, 9))
    atoms = np.repeat(np.arange(3), 5)
    q = rng.uniform(size=(5, 3))
    return (d, q, ShortestVectors(vectors, multiplicities), atoms), {}


def thermal_sums(rng, dynamics=None, direction=None):
    """So many modes that they are condensed, at temperatures from frozen to classical."""
    f = np.concatenate([rng.uniform(0.5, 12, 3000), [1e-7, 0.3]])
    f = f if direction is None else f[:20]
    t = np.concatenate([[1e-4, 0.003, 0.02], rng.uniform(0.05, 20, 5), [1e3]])
    return (f, rng.uniform(-1, 3, (2, len(f))), t), {}


CASES = {
    f"phono_dynmat.{case.__name__}": case
    for case in (
        dynamical_matrices,
        dynamical_matrix_derivatives,
        eigenmodes,
        phonon_frequencies,
        group_velocities,
        inverse_fourier_sum,
        thermal_sums,
        velocity_operators,
    )
}
