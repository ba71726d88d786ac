"""CPU per triplet on finer and finer meshes, and what large problems take.

    nox -s bench -- benches/scaling.py [--quick] [--data FOLDER]

Silicon on meshes up to 50³, where one wave vector is done; and a made primitive cell of ten
atoms with random constants. CPU per triplet should not grow with the mesh, and memory is
that of the phonons, not of the triplets.
"""

import argparse
import os
import resource
import time
from pathlib import Path

import numpy as np
import phonokit
from phono_3ph import PeriodicModes, Scattering, Series3, linewidths
from phono_dynmat import bose_einstein
from phono_grid import Grid, IrreduciblePoints, Symmetry, Triplets
from phonokit.calc.harmonic_phonons import periodic_modes

MESHES = (7, 11, 19, 31, 50)
ATOMS, VECTORS = 10, 4
"""Atoms of the made cell; lattice vectors on either side along each axis."""


def report(name: str, series: Series3, phonons: PeriodicModes, q: int) -> None:
    """CPU, wall time and memory of one wave vector."""
    n = bose_einstein(phonons.frequencies, [300.0])
    n_t = len(Triplets.of(phonons.grid, q).weights)
    wall, cpu = time.perf_counter(), time.process_time()
    gamma = linewidths(series, phonons, q, n, Scattering())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert np.isfinite(gamma).all()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:24}{n_t:10}{1e6 * cpu / n_t:14.2f}{cpu:10.3f}{wall:10.3f}{peak:12.0f}",
        flush=True,
    )


def made_cell(mesh: int) -> tuple[Series3, PeriodicModes]:
    """Ten atoms without symmetry, with random phonons and constants."""
    rng = np.random.default_rng(3)
    grid = Grid([mesh] * 3, np.eye(3) / 8, np.eye(3, dtype=int)[None])
    n_b = 3 * ATOMS
    f = np.sort(rng.uniform(0.5, 15, (grid.n_q, n_b)), axis=1)
    e = rng.normal(size=(2, grid.n_q, n_b, ATOMS, 3))
    reach = np.arange(-VECTORS, VECTORS + 1)
    cells = np.array(np.meshgrid(reach, reach, reach)).reshape(3, -1).T
    r1 = np.repeat(cells, ATOMS, axis=0)
    cells = np.stack([r1, np.zeros_like(r1)], axis=1)
    atoms = rng.integers(0, ATOMS, (len(r1), 3))
    values = rng.normal(size=(len(r1), 3, 3, 3))
    return Series3(values, atoms, cells), PeriodicModes(grid, f, e[0] + 1j * e[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="coarse meshes")
    data = Path(os.environ.get("PHONO_TEST_DATA", "."))
    parser.add_argument("--data", type=Path, default=data)
    arguments = parser.parse_args()
    print(f"{'':24}{'triplets':>10}{'CPU µs each':>14}{'CPU s':>10}", end="")
    print(f"{'wall s':>10}{'peak MiB':>12}")
    crystal = phonokit.load(arguments.data / "si-pbesol")
    dynamics, series = crystal.dynamics(), crystal.series3
    for n in MESHES[:3] if arguments.quick else MESHES:
        grid = Grid.of(crystal.primitive, [n] * 3, Symmetry.of(crystal.primitive))
        irreducible = IrreduciblePoints.of(grid)
        phonons = periodic_modes(dynamics, grid, grid.qpoints)
        q = int(irreducible.points[irreducible.weights.argmax()])
        report(f"silicon {n}³", series, phonons, q)
    n = 5 if arguments.quick else 9
    report(f"ten atoms {n}³", *made_cell(n), 1)


if __name__ == "__main__":
    main()
