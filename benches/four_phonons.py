"""Four-phonon scattering: time per quadruplet, exact and sampled conductivities.

    python benches/four_phonons.py PATH [--mesh 8] [--temperature 300] [--seeds 20]
    python benches/four_phonons.py PATH --within 3.2 --mesh 5 5 4

PATH holds the second- and third-order data of silicon; the fourth order is that of
Stillinger and Weber. Of another crystal the time is measured with random constants between
all atoms within a distance. Times are processor seconds. Beside those of linewidths, which
need few matrix elements, is the time of all, with the least number of operations for them
beside what the machine does in a product of matrices.
"""

import argparse
import itertools
import sys
from pathlib import Path
from time import process_time

import numpy as np
import phonokit
from phono_3ph import PeriodicModes
from phono_4ph import (
    AdaptiveGaussian,
    ForceConstants4,
    Scattering4,
    interaction_strengths4,
    linewidths4,
)
from phono_dynmat import bose_einstein, group_velocities, phonon_modes
from phono_grid import BrillouinZone, Cell, Gaussian, Grid, IrreduciblePoints
from phonokit import FourPhonon

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from stillinger_weber import sum_of_terms


def quadruplets(grid: Grid, q: int) -> float:
    """About how many irreducible quadruplets there are at ``q``."""
    a = grid.addresses
    order = sum(int(grid.index(r @ a[q]) == q) for r in grid.rotations)
    return grid.n_q**2 / 6 / order


def constants_within(cell: Cell, distance: float) -> ForceConstants4:
    """Random constants of all fours of atoms that are nearer than ``distance``, Å."""
    shifts = np.array(list(itertools.product((-1, 0, 1), repeat=3)))
    places = (cell.positions + shifts[:, None]) @ cell.lattice
    atoms, cells = [], []
    for home, origin in enumerate(cell.positions @ cell.lattice):
        near = np.argwhere(np.linalg.norm(places - origin, axis=2) < distance)
        there = places[near[:, 0], near[:, 1]]
        close = np.linalg.norm(there - there[:, None], axis=2) < distance
        for three in itertools.product(range(len(near)), repeat=3):
            if all(close[pair] for pair in itertools.combinations(three, 2)):
                atoms.append([home, *near[list(three), 1]])
                cells.append(shifts[near[list(three), 0]])
    values = np.random.default_rng(1).normal(size=(len(atoms), 3, 3, 3, 3))
    return ForceConstants4(values, np.array(atoms), np.array(cells), cell.lattice)


def operations(n_b: int) -> int:
    """Operations for a quadruplet: two phonons put into the series of each two bands."""
    return 2 * 8 * n_b**5


def peak() -> float:
    """GFLOP/s of one core in a product of matrices."""
    a = np.random.default_rng(1).normal(size=(900, 900))
    taken = []
    for _ in range(5):
        start = process_time()
        np.matmul(a, a)
        taken.append(process_time() - start)
    return 2 * 900**3 / min(taken) / 1e9


def every_element(
    constants: ForceConstants4, phonons: PeriodicModes, points: list[int]
) -> None:
    """Print the time of all matrix elements of a quadruplet, and its share of the limit."""
    grid, n_b = phonons.grid, phonons.frequencies.shape[1]
    a, second = grid.addresses, np.arange(grid.n_q)
    first = np.linspace(1, grid.n_q - 1, 8).astype(int)
    start = process_time()
    for q, q1 in itertools.product(points, first.tolist()):
        last = grid.index(-a[q] - a[q1] - a)
        rows = np.stack([np.full_like(second, q), np.full_like(second, q1), second, last])
        interaction_strengths4(constants, phonons, rows.T)
    each = (process_time() - start) / (len(points) * len(first) * grid.n_q)
    rate, limit = operations(n_b) / each / 1e9, peak()
    print(
        f"  every matrix element: {1e6 * each:.1f} µs, {rate:.1f} GFLOP/s at least, "
        f"{rate / limit:.0%} of {limit:.0f}"
    )


def times(
    crystal: phonokit.Crystal, n: list[int], temperature: float, n_points: int
) -> None:
    """Print the time per quadruplet at some wave vectors of a mesh."""
    cell, symmetry, dynamics = crystal.primitive, crystal.symmetry, crystal.dynamics()
    grid = Grid.of(cell, n, symmetry)
    modes = phonon_modes(dynamics, grid.qpoints)
    phonons = PeriodicModes.of(grid, modes, cell)
    v = group_velocities(dynamics, modes, symmetry.reciprocal_rotations())
    f = phonons.frequencies
    occupations = bose_einstein(np.where(f > 1e-2, f, 0), [temperature]).reshape(
        *f.shape, 1
    )
    zone, irreducible = BrillouinZone.of(grid), IrreduciblePoints.of(grid).points
    choices = {
        "adaptive": AdaptiveGaussian.of(phonons, v),
        "0.1 THz": Gaussian(0.1, 3.0),
        "none on shell": Gaussian(1e-9, 1.0),
    }
    mesh = " × ".join(map(str, n))
    print(f"{len(crystal.fc4.values)} blocks of constants, {f.shape[1]} bands")
    points = irreducible[np.linspace(1, len(irreducible) - 1, n_points).astype(int)]
    total = sum(quadruplets(grid, int(q)) for q in irreducible)
    for name, smearing in choices.items():
        scattering, seconds, number = Scattering4(smearing=smearing), 0.0, 0.0
        for q in points.tolist():
            start = process_time()
            linewidths4(crystal.fc4, phonons, q, occupations, scattering, zone)
            seconds += process_time() - start
            number += quadruplets(grid, q)
        each = seconds / number
        print(
            f"{mesh} {name:14} {1e6 * each:7.1f} µs for each of {total:.3g} quadruplets: "
            f"{total * each:.4g} s in all"
        )
    every_element(crystal.fc4, phonons, points.tolist())


def conductivities(
    crystal: phonokit.Crystal, n: list[int], temperature: float, seeds: int
) -> None:
    """Print κ of three phonons, of three and four, and samples of it."""
    arguments = crystal, n, [temperature]
    start = process_time()
    three = phonokit.kappa(*arguments)
    middle = process_time()
    both = phonokit.kappa(*arguments, four_phonon=FourPhonon())
    end = process_time()
    exact = both.kappa[0, 0]
    print(f"κ {three.kappa[0, 0]:.3f} with three phonons, {middle - start:.1f} s")
    print(f"κ {exact:.3f} with four, {end - middle:.1f} s")
    inside = 0
    for seed in range(seeds):
        start = process_time()
        choice = FourPhonon(sample=True, error=0.01, seed=seed)
        sampled = phonokit.kappa(*arguments, four_phonon=choice)
        kappa, error = sampled.kappa[0, 0], sampled.kappa_error[0, 0]
        inside += abs(kappa - exact) < 1.96 * error
        print(
            f"  seed {seed}: {kappa:.3f} ± {error:.3f}, {process_time() - start:.1f} s",
            flush=True,
        )
    print(f"  the 95 % interval holds the exact value {inside} times of {seeds}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path")
    parser.add_argument("--mesh", type=int, nargs="+", default=[8])
    parser.add_argument("--within", type=float, help="Å")
    parser.add_argument("--temperature", type=float, default=300)
    parser.add_argument("--points", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=0)
    options = parser.parse_args()
    crystal = phonokit.load(options.path)
    cell, within = crystal.primitive, options.within
    fc4 = sum_of_terms(cell) if within is None else constants_within(cell, within)
    crystal = crystal.with_fc4(fc4)
    mesh = options.mesh if len(options.mesh) == 3 else options.mesh * 3
    times(crystal, mesh, options.temperature, options.points)
    if options.seeds:
        conductivities(crystal, mesh, options.temperature, options.seeds)


if __name__ == "__main__":
    main()
