"""Force constants from dynamical matrices: Rust, NumPy, and all that stands around them.

Usage: ``python benches/commensurate.py``. The sum over commensurate wave vectors is made
once for a crystal with Born charges (`phono_dynmat.separate_dipoles`).
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from phono_dynmat import (
    BornCharges,
    HarmonicSeries,
    commensurate_points,
    dynamical_matrices,
    force_constants_from_dynamical_matrices,
    separate_dipoles,
)
from phono_fc import ForceConstants
from phono_grid import Cell, ShortestVectors, Supercell, using

FCC = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
ROCKSALT = Cell(
    np.eye(3) * 5.69,
    np.concatenate([FCC, FCC + np.array([0.5, 0, 0])]),
    ["Na"] * 4 + ["Cl"] * 4,
    [22.99] * 4 + [35.45] * 4,
)


def complex_cell(n_a: int, rng: np.random.Generator) -> Cell:
    """A cell of many atoms without symmetry."""
    lattice = np.diag([9.0, 9.1, 8.9])
    half = n_a // 2
    x = rng.uniform(size=(n_a, 3))
    return Cell(lattice, x, ["Na"] * half + ["Cl"] * half, [22.99] * half + [35.45] * half)


def best(run: Callable[[], object], rounds: int) -> float:
    """The shortest of several runs, ms."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(1)
    print(f"{'ms':32} {'Rust':>8} {'NumPy':>8} {'separate_dipoles':>17}")
    for name, cell, n in (
        ("NaCl, 64 atoms", ROCKSALT, 2),
        ("NaCl, 512 atoms", ROCKSALT, 4),
        ("20 atoms in a cell, 540 atoms", complex_cell(20, rng), 3),
    ):
        supercell = Supercell.of(cell, [n] * 3)
        vectors = ShortestVectors.of(supercell)
        n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
        constants = ForceConstants(rng.normal(size=(n_a, n_s, 3, 3)), supercell)
        q = commensurate_points(supercell)
        d = dynamical_matrices(HarmonicSeries.of(constants, vectors), q)
        charges = np.where(np.arange(n_a) < n_a // 2, 1.0, -1.0)[:, None, None] * np.eye(3)
        polar = BornCharges(charges, np.eye(3) * 2.5)
        columns = []
        for lang in ("Rust", "Python"):
            with using(lang):
                columns.append(
                    best(
                        lambda args=(d, q, supercell, vectors): (
                            force_constants_from_dynamical_matrices(*args)
                        ),
                        rounds,
                    )
                )
        whole = best(lambda args=(constants, polar): separate_dipoles(*args), rounds)
        print(f"{name:32} {columns[0]:8.1f} {columns[1]:8.1f} {whole:17.1f}")


if __name__ == "__main__":
    main()
