"""Where the time of a triplet goes, and how far that is from what the machine can do.

    nox -s bench -- benches/triplet.py [--quick] [--data FOLDER]

CPU time per triplet at wave vectors without symmetry: of linewidths; of the series alone
(Gaussians so narrow that nearly no triplet of bands is projected); and of all matrix
elements, where every triplet of bands is, which linewidths spare. The rate of arithmetic of
these stands beside that of a product of matrices on this machine, the bytes that must come
from memory beside the rate of a sum of long arrays, in the same run.
"""

import argparse
import functools
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import phonokit
from phono_3ph import (
    PeriodicModes,
    Scattering,
    Series3,
    interaction_strengths,
    linewidths,
)
from phono_dynmat import bose_einstein
from phono_grid import Gaussian, Grid, IrreduciblePoints, Symmetry, Triplets
from phonokit.calc.harmonic_phonons import harmonic_phonons

CASES = {
    "si-pbesol": ((19, 19, 19), (9, 9, 9)),
    "nacl-pbe": ((15, 15, 15), (7, 7, 7)),
    "aln-lda": ((11, 11, 7), (5, 5, 3)),
}
NARROW = Scattering(smearing=Gaussian(1e-6, 1.0))


def cpu(function: Callable[[], object], runs: int) -> float:
    """The least CPU time of some runs, s."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def peak() -> float:
    """GFLOP/s of one core in a product of matrices."""
    a = np.random.default_rng(1).normal(size=(900, 900))
    return 2 * 900**3 / cpu(lambda: a @ a, 5) / 1e9


def bandwidth() -> float:
    """GB/s of one core between memory and arrays that no cache holds: ``c = a + b``."""
    a, b, c = np.ones((3, 8_000_000))
    return 3 * a.nbytes / cpu(lambda: np.add(a, b, out=c), 5) / 1e9


def traffic(series: Series3, mesh: tuple[int, int, int], n_b: int, n_t: int) -> int:
    """Bytes for a triplet that no cache can keep from one wave vector to the next.

    The phonons at q' and q'', which other triplets have evicted where the mesh is large;
    the constants, read once; and the sums over two axes, written once and read once.
    """
    d = (series.cells[:, 0] - series.cells[:, 1])[:, ::-1]
    rows, lines = (len(np.unique(d[:, :n], axis=0)) for n in (3, 2))
    element = 16 * n_b**3
    constants = series.values.nbytes + series.atoms.nbytes + series.cells.nbytes
    once = constants + 2 * element * (rows + mesh[0] * lines)
    # Polarizations, frequencies and occupations.
    phonons = 2 * (16 * n_b**2 + 8 * n_b + 8 * n_b)
    return phonons + once // n_t


def arithmetic(series: Series3, n_b: int) -> tuple[int, int]:
    """Operations for a triplet: the last axis of the series, and the projection."""
    differences = series.cells[:, 0] - series.cells[:, 1]
    planes = len(np.unique(differences[:, 2]))
    return 8 * planes * n_b**3, 2 * 8 * n_b**4


def measure(
    name: str,
    mesh: tuple[int, int, int],
    data: Path,
    runs: int,
    limits: tuple[float, float],
) -> None:
    """Print the parts of one crystal; ``limits`` are GFLOP/s and GB/s."""
    crystal = phonokit.load(data / name)
    dynamics, series = crystal.dynamics(), crystal.series3
    grid = Grid.of(crystal.primitive, mesh, Symmetry.of(crystal.primitive))
    irreducible = IrreduciblePoints.of(grid)
    phonons: PeriodicModes = harmonic_phonons(dynamics, grid, irreducible).phonons
    q = int(irreducible.points[irreducible.weights.argmax()])
    triplets = Triplets.of(grid, q)
    n_t = len(triplets.weights)
    n = bose_einstein(phonons.frequencies, [300.0])

    def micro(function: Callable[..., object], *arguments: object) -> float:
        """µs per triplet."""
        run = functools.partial(function, series, phonons, *arguments)
        return 1e6 * cpu(run, runs) / n_t

    whole = micro(linewidths, q, n, Scattering())
    summed = micro(linewidths, q, n, NARROW)
    elements = micro(interaction_strengths, triplets)
    n_b = phonons.frequencies.shape[1]
    sums, projection = arithmetic(series, n_b)
    rate = (sums + projection) / elements / 1e3
    moved = traffic(series, mesh, n_b, n_t)
    flow = moved / whole / 1e3
    print(f"\n{name}, mesh {' '.join(map(str, mesh))}, {n_t} triplets, µs of CPU for each")
    print(f"  linewidths               {whole:8.2f}")
    print(f"    series alone           {summed:8.2f}")
    print(f"    tetrahedra, projection {whole - summed:8.2f}")
    print(
        f"  all matrix elements      {elements:8.2f}  {rate:6.1f} GFLOP/s at least, "
        f"{rate / limits[0]:.0%} of the limit"
    )
    print(f"    operations: last axis {sums}, projection {projection}")
    share = flow / limits[1]
    print(f"  {moved} bytes from memory, {flow:.2f} GB/s, {share:.1%} of the limit")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="coarse meshes")
    data = Path(os.environ.get("PHONO_TEST_DATA", "."))
    parser.add_argument("--data", type=Path, default=data)
    arguments = parser.parse_args()
    limits = peak(), bandwidth()
    print(f"limits: {limits[0]:.1f} GFLOP/s of CPU (a product of matrices), ", end="")
    print(f"{limits[1]:.1f} GB/s (a sum of long arrays)")
    for name, (mesh, quick) in CASES.items():
        small = arguments.quick
        measure(name, quick if small else mesh, arguments.data, 2 if small else 5, limits)


if __name__ == "__main__":
    main()
