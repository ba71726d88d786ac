"""Input for the kernels of phono_dynmat."""

import numpy as np
from phono_dynmat import HarmonicSeries, phonon_modes
from phono_grid import Cell


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


def dynamical_matrices(rng):
    return (series_of(rng), rng.uniform(-1, 1, (7, 3))), {}


def eigenmodes(rng):
    """Without degeneracy only phases are arbitrary: projectors are compared."""

    def projectors(result):
        f, e = result
        e = e.reshape(*f.shape, -1)
        return f, e[..., :, None] * e[..., None, :].conj()

    return (series_of(rng), rng.uniform(-1, 1, (7, 3))), {}, projectors


def group_velocities(rng):
    series = series_of(rng)
    q = np.concatenate([rng.uniform(-1, 1, (7, 3)), [[0.5, 0, 0], [0, 0, 0]]])
    rotations = [np.eye(3, dtype=int), -np.eye(3, dtype=int)]
    return (series, phonon_modes(series, q), rotations), {}


CASES = {
    f"phono_dynmat.{case.__name__}": case
    for case in (dynamical_matrices, eigenmodes, group_velocities)
}
