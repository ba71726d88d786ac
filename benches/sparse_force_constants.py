"""Peak memory of third-order constants of a 300-atom supercell, sparse beside dense.

    python benches/sparse_force_constants.py [--quick] [--cutoff 4.0] [--no-dense]

The crystal has no symmetry but translations: 38 atoms at random in the primitive cell, 304
in the supercell, forces at random for every pair within the cutoff. Each solver runs in a
process of its own; peaks are less what the data take before it begins. The target: sparse
takes less than 1 GB above the data, where the full array that phono3py's solver makes is
304 cubed blocks, 6.1 GB.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
from phono_fc import (
    PairDisplacementForces,
    SingleDisplacementForces,
    force_constants3,
    pair_displacements,
    single_displacements,
    sparse_force_constants3,
    symmetrize,
    symmetrize_sparse,
)
from phono_grid import Cell, Supercell, Symmetry

TARGET = 1.0
"""GB"""


def crystal(n_atoms: int) -> Supercell:
    """Eight copies of a cell of atoms at random, 15 cubic Å each."""
    rng = np.random.default_rng(1)
    a = (15.0 * n_atoms) ** (1 / 3)
    lattice = a * (np.eye(3) + rng.uniform(-0.05, 0.05, (3, 3)))
    x = rng.random((n_atoms, 3))
    return Supercell.of(
        Cell(lattice, x, ["Si"] * n_atoms, [28.0] * n_atoms), [2, 2, 2], "P"
    )


def peak() -> float:
    """The most memory this process had, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def measure(kind: str, n_atoms: int, cutoff: float) -> dict[str, float]:
    """Solve and symmetrise one way."""
    supercell = crystal(n_atoms)
    symmetry = Symmetry.of(supercell.cell)
    u1 = single_displacements(supercell, symmetry, distance=0.03, diagonal=False)
    u2 = pair_displacements(supercell, symmetry, u1, cutoff=cutoff)
    rng, n_s = np.random.default_rng(2), supercell.cell.n_atoms
    singles = SingleDisplacementForces(
        u1.atoms, u1.displacements, rng.standard_normal((len(u1), n_s, 3))
    )
    near = u2.included
    forces = rng.standard_normal((int(near.sum()), n_s, 3))
    pairs = PairDisplacementForces(
        u2.first[near], u2.atoms[near], u2.displacements[near], forces
    )
    del u2, forces
    before, start = peak(), time.process_time()
    data = supercell, symmetry, singles, pairs
    if kind == "sparse":
        constants = sparse_force_constants3(*data, cutoff=cutoff)
        size = symmetrize_sparse(constants).blocks.nbytes
    else:
        size = symmetrize(force_constants3(*data, cutoff=cutoff)).values.nbytes
    return {
        "atoms": n_s,
        "pairs": len(pairs),
        "data": before,
        "above": peak() - before,
        "result": size / 1024**3,
        "cpu": time.process_time() - start,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the atoms")
    parser.add_argument("--cutoff", type=float, default=4.0)
    parser.add_argument("--no-dense", action="store_true")
    parser.add_argument("--one", choices=("sparse", "dense"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    n_atoms = 10 if arguments.quick else 38
    if arguments.one is not None:
        print(json.dumps(measure(arguments.one, n_atoms, arguments.cutoff)))
        return
    print(
        f"{'':<8}{'atoms':>6}{'pairs':>8}{'data/GB':>9}{'above/GB':>10}{'result/GB':>11}{'CPU/s':>8}"
    )
    for kind in ("sparse",) if arguments.no_dense else ("sparse", "dense"):
        command = [
            sys.executable,
            __file__,
            "--one",
            kind,
            "--cutoff",
            str(arguments.cutoff),
        ]
        command += ["--quick"] if arguments.quick else []
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        print(
            f"{kind:<8}{found['atoms']:>6}{found['pairs']:>8}{found['data']:>9.2f}"
            f"{found['above']:>10.2f}{found['result']:>11.3f}{found['cpu']:>8.1f}",
            flush=True,
        )
    n_s = 8 * n_atoms
    print(f"a full array: {n_s**3 * 27 * 8 / 1024**3:.2f} GB; target: sparse < {TARGET} GB")


if __name__ == "__main__":
    main()
