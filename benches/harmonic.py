"""Wall and CPU time of harmonic work, ours and phonopy's in one run.

    nox -s bench -- benches/harmonic.py [--mesh 30] [--fine 60] [--runs 3] [--quick]

PHONO_TEST_DATA names the folder with the three crystals. Each piece of work runs in both
programs in turn, on the same cores; times are medians, the ratio is theirs to ours. A cell
of 200 random atoms follows, for the sum of dipoles alone, with its time and the memory it
takes. Ratios of CPU time stand up to other work on the machine, those of wall time do not.
"""

import argparse
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from phono_dynmat import (
    BornCharges,
    Dynamics,
    HarmonicSeries,
    atom_projections,
    dynamical_matrices,
    frequency_points,
    group_velocities,
    phonon_frequencies,
    phonon_modes,
    separate_dipoles,
)
from phono_fc import ForceConstants
from phono_grid import (
    Cell,
    Grid,
    IrreduciblePoints,
    Supercell,
    Symmetry,
    density_of_states,
)

FILES = {
    "Si": ("si-pbesol/phono3py_disp.yaml", "si-pbesol/FORCES_FC3"),
    "NaCl": ("nacl-pbe/phono3py_params_NaCl222.yaml.xz", None),
    "AlN": ("aln-lda/phono3py_params_AlN332.yaml.xz", None),
}
WHOLE = "whole mesh, vectors, velocities"
PROJECTED = "projected density of states"
FREQUENCIES = "irreducible mesh, frequencies"
TARGETS = {WHOLE: 10, PROJECTED: 20, FREQUENCIES: 3}
"""How many times faster than phonopy."""
QUICK = {"mesh": 15, "fine": 40, "runs": 1}


def crystal(name: str, data: Path) -> tuple[Any, Dynamics]:
    """Phonopy with its constants, and our series of the same."""
    import phono3py
    from phonopy import Phonopy

    path, forces = FILES[name]
    ph3 = phono3py.load(
        data / path, forces_fc3_filename=forces and data / forces, produce_fc=False
    )
    ph3.produce_fc2(symmetrize_fc2=True)
    unit, matrices = ph3.unitcell, (ph3.supercell_matrix, ph3.primitive_matrix)
    peer = Phonopy(unit, matrices[0], primitive_matrix=matrices[1])
    peer.force_constants = ph3.fc2
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, *matrices)
    constants = ForceConstants(ph3.fc2, supercell)
    born = ph3.nac_params
    if born is None:
        return peer, HarmonicSeries.of(constants)
    peer.nac_params = born
    polar = BornCharges.of(
        supercell.primitive, born["born"], born["dielectric"], factor=born["factor"]
    )
    return peer, separate_dipoles(constants, polar)


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU time; the latter of this process, all threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def in_turn(*works: Callable[[], object], runs: int) -> list[tuple[float, float]]:
    """Medians of wall and CPU time of each."""
    taken = np.array([[seconds(work) for work in works] for _ in range(runs)])
    return [(wall, cpu) for wall, cpu in np.median(taken, axis=0)]


def pieces(
    peer: Any, series: Dynamics, mesh: list[int], fine: list[int]
) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """What is compared: ours, theirs."""
    rotations = Symmetry.of(series.cell).reciprocal_rotations()
    whole = {"is_mesh_symmetry": False, "is_gamma_center": True}

    def modes() -> None:
        found = phonon_modes(series, Grid.of(series.cell, mesh).qpoints)
        group_velocities(series, found, rotations)

    def projected() -> None:
        grid = Grid.of(series.cell, mesh)
        found = phonon_modes(series, grid.qpoints)
        share = atom_projections(found).sum(axis=3)
        points = frequency_points(found.frequencies)
        density_of_states(grid, found.frequencies, points, weights=share)

    def irreducible() -> None:
        grid = Grid.of(series.cell, fine)
        phonon_frequencies(series, grid.qpoints_at(IrreduciblePoints.of(grid).points))

    def their_modes() -> None:
        peer.run_mesh(mesh, with_eigenvectors=True, with_group_velocities=True, **whole)

    def their_projected() -> None:
        peer.run_mesh(mesh, with_eigenvectors=True, **whole)
        peer.run_projected_dos()

    return {
        WHOLE: (modes, their_modes),
        PROJECTED: (projected, their_projected),
        FREQUENCIES: (irreducible, lambda: peer.run_mesh(fine, is_gamma_center=True)),
    }


def large_cell(n_atoms: int = 200, n_q: int = 100) -> None:
    """The sum of dipoles alone, of random charges in a large cell."""
    rng = np.random.default_rng(0)
    edge = 2.6 * n_atoms ** (1 / 3)
    x = rng.uniform(size=(n_atoms, 3))
    cell = Cell(np.eye(3) * edge, x, ("O",) * n_atoms, np.full(n_atoms, 16.0))
    supercell = Supercell.of(cell, [1, 1, 1], "P")
    z = rng.normal(size=(n_atoms, 3, 3))
    polar = BornCharges(z - z.mean(axis=0), np.eye(3) * 5)
    constants = ForceConstants(np.zeros((n_atoms, n_atoms, 3, 3)), supercell)
    before = peak_memory()
    parts: list[Dynamics] = []
    prepared, _ = seconds(lambda: parts.append(separate_dipoles(constants, polar)))
    q = rng.uniform(-0.5, 0.5, (n_q, 3))
    wall, cpu = seconds(lambda: dynamical_matrices(parts[0], q))
    print(
        f"{n_atoms} atoms: prepared in {prepared:.1f} s, {n_q} wave vectors in {wall:.1f} "
        f"s (CPU {cpu:.1f}), peak memory {peak_memory():.0f} MiB, {before:.0f} before"
    )


def peak_memory() -> float:
    """MiB, of this process until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mesh", type=int, default=30)
    parser.add_argument("--fine", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="coarse meshes, one run")
    arguments = parser.parse_args()
    if arguments.quick:
        parser.set_defaults(**QUICK)
        arguments = parser.parse_args()
    data = os.environ.get("PHONO_TEST_DATA")
    if data is None:
        sys.exit("PHONO_TEST_DATA must name the folder with the crystals")
    warnings.simplefilter("ignore")
    large_cell()
    print(f"{os.cpu_count()} cores, medians of {arguments.runs}, seconds")
    print(f"{'':42}{'wall':>9}{'phonopy':>9}{'ratio':>7}", end="")
    print(f"{'CPU':>9}{'phonopy':>9}{'ratio':>7}{'target':>8}")
    for name in FILES:
        peer, series = crystal(name, Path(data))
        work = pieces(peer, series, [arguments.mesh] * 3, [arguments.fine] * 3)
        for what, both in work.items():
            ours, theirs = in_turn(*both, runs=arguments.runs)
            print(f"{name + ', ' + what:42}", end="")
            for a, b in zip(ours, theirs, strict=True):
                print(f"{a:9.3f}{b:9.3f}{b / a:7.1f}", end="")
            print(f"{TARGETS[what]:8}", flush=True)


if __name__ == "__main__":
    main()
