"""Four-phonon scattering: time per quadruplet, exact and sampled conductivities.

    python benches/four_phonons.py PATH [--mesh 8] [--temperature 300] [--seeds 20]

PATH holds the second- and third-order data of silicon; the fourth order is that of
Stillinger and Weber. Times are processor seconds.
"""

import argparse
import sys
from pathlib import Path
from time import process_time

import numpy as np
import phonokit
from phono_3ph import PeriodicModes
from phono_4ph import AdaptiveGaussian, Scattering4, linewidths4
from phono_dynmat import bose_einstein, group_velocities, phonon_modes
from phono_grid import BrillouinZone, Gaussian, Grid, IrreduciblePoints
from phonokit import FourPhonon

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from stillinger_weber import sum_of_terms


def quadruplets(grid: Grid, q: int) -> float:
    """About how many irreducible quadruplets there are at ``q``."""
    a = grid.addresses
    order = sum(int(grid.index(r @ a[q]) == q) for r in grid.rotations)
    return grid.n_q**2 / 6 / order


def times(crystal: phonokit.Crystal, n: int, temperature: float, n_points: int) -> None:
    """Print the time per quadruplet at some wave vectors of a mesh."""
    cell, symmetry, dynamics = crystal.primitive, crystal.symmetry, crystal.dynamics()
    grid = Grid.of(cell, (n, n, n), symmetry)
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
            f"{n}³ {name:14} {1e6 * each:7.1f} µs for each of {total:.3g} quadruplets: "
            f"{total * each:.4g} s in all"
        )


def conductivities(
    crystal: phonokit.Crystal, n: int, temperature: float, seeds: int
) -> None:
    """Print κ of three phonons, of three and four, and samples of it."""
    arguments = crystal, (n, n, n), [temperature]
    start = process_time()
    three = phonokit.kappa(*arguments)
    middle = process_time()
    both = phonokit.kappa(*arguments, four_phonon=FourPhonon())
    end = process_time()
    exact = both.kappa[0, 0]
    print(f"{n}³ κ {three.kappa[0, 0]:.3f} with three phonons, {middle - start:.1f} s")
    print(f"{n}³ κ {exact:.3f} with four, {end - middle:.1f} s")
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--mesh", type=int, default=8)
    parser.add_argument("--temperature", type=float, default=300)
    parser.add_argument("--points", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=0)
    options = parser.parse_args()
    crystal = phonokit.load(options.path)
    crystal = crystal.with_fc4(sum_of_terms(crystal.primitive))
    times(crystal, options.mesh, options.temperature, options.points)
    if options.seeds:
        conductivities(crystal, options.mesh, options.temperature, options.seeds)


if __name__ == "__main__":
    main()
